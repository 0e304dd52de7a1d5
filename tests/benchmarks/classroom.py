"""A class at one server: thirty and a hundred sessions at work, trainings beside them, real browsers among them; then memory.

The sessions are websocket clients (visitor.py) that do what a student does (student.py), and think for two seconds between
an answer and the next act. All rows come from one sitting of under four minutes, so that one command prints them together:
`attnlab bench "class-*"`.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import mean, median

import psutil

from core.errors import RunError
from core.runs import status
from core.runs.folder import RunFolder
from tests.benchmarks.clicks import ADDRESS, forced, training
from tests.benchmarks.recording import empty_home
from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.served import ROOT, page, serving
from tests.benchmarks.student import Deed, Student
from tests.benchmarks.visitor import Visitor

CLASS, HALL, BROWSERS, TRAININGS = 30, 100, 2, 2
SPELL = 40.0  # seconds that a class works
FORCED = 30  # candidates forced in each browser
SETTLING, SOAK = 2_000, 3_000  # interactions until bounded caches are full, and those over which memory shall be flat
HOUR = 54_000  # interactions: thirty people for an hour, one every two seconds
HANDS = 6  # students in the soak; they do not stop to think
STIRRED = 100  # interactions between two looks at the memory


@dataclass(frozen=True)
class Spell:
    """What came of some time at work.

    Attributes:
        deeds: all interactions; wall: seconds it took; processor: seconds of the server's process in it.
    """

    deeds: Sequence[Deed]
    wall: float
    processor: float

    def milliseconds(self) -> list[float]:
        """Of every round trip, sorted."""
        return sorted(1e3 * deed.told.seconds for deed in self.deeds)

    def at(self, share: float) -> Measured:
        """A percentile of the round trips."""
        found = self.milliseconds()
        return Measured(found[min(len(found) - 1, int(share * len(found)))], found[0], found[-1], self.words())

    def words(self) -> str:
        """How many, how often, and what they cost the server."""
        each = 1e3 * self.processor / len(self.deeds)
        return f"{len(self.deeds)} interactions, {len(self.deeds) / self.wall:.1f} a second, {each:.1f} ms of the server's processor each"


@dataclass
class Room:
    """A server and who sits before it."""

    address: str
    server: psutil.Process
    students: list[Student] = field(default_factory=list)

    async def seat(self, count: int) -> Spell:
        """Let more students come, all at once, until there are so many."""
        come = [Student(Visitor(self.address), at) for at in range(len(self.students), count)]
        self.students += come
        return await self.spell(come, (student.arrive() for student in come))

    async def work(self, seconds: float) -> Spell:
        """Everybody works for a while."""
        end = time.perf_counter() + seconds
        acts = [student.work(None, lambda: time.perf_counter() > end) for student in self.students]
        return await self.spell(self.students, acts)

    async def leave(self) -> None:
        """Everybody closes their tab."""
        await asyncio.gather(*(student.visitor.leave() for student in self.students))
        self.students = []

    def memory(self) -> float:
        """MiB that the server's process has to itself, pages of files left out where that is known (Linux).

        Whether those of PyTorch's libraries are its own depends on who else has them loaded: a training that ends made 50 MiB.
        """
        info = self.server.memory_info()
        own = info.rss - info.shared if hasattr(info, "shared") else self.server.memory_full_info().uss
        return own / 2**20

    def processor(self) -> float:
        """Seconds of the server's process so far."""
        return sum(self.server.cpu_times()[:2])

    async def spell(self, students: Iterable[Student], acts: Iterable) -> Spell:
        """Wait for all acts; what these students did meanwhile."""
        before = {student.number: len(student.deeds) for student in students}
        began, spent = time.perf_counter(), self.processor()
        await asyncio.gather(*acts)
        wall, spent = time.perf_counter() - began, self.processor() - spent
        deeds = [deed for one in self.students if one.number in before for deed in one.deeds[before[one.number] :]]
        return Spell(deeds, wall, spent)


@dataclass
class Lesson:
    """One sitting.

    Attributes:
        come, thirty, hundred: what came of thirty coming at once, of their work, of a hundred.
        settled, soaked: what came of the soak, and of what went before it.
        browsers: milliseconds from a press to the changed picture in real browsers among the thirty.
        further: MiB of a further session; memory: MiB after every STIRRED interactions of the soak.
    """

    come: Spell
    thirty: Spell
    browsers: list[float]
    hundred: Spell
    further: float
    settled: Spell
    soaked: Spell
    memory: list[float]

    def wrong(self) -> list[str]:
        """Every interaction that showed an error or somebody else's answer."""
        spells = (self.come, self.thirty, self.hundred, self.settled, self.soaked)
        return [f"{deed.act}: {deed.wrong}" for spell in spells for deed in spell.deeds if deed.wrong]


@functools.cache
def lesson(share: float) -> Lesson:
    """A class comes, works, becomes a hundred, and goes; then six work without a pause."""
    with ExitStack() as open_:
        home = open_.enter_context(empty_home())
        address, server = open_.enter_context(serving(ROOT / "dashboard" / "app.py", home))
        return asyncio.run(_lesson(Room(address, psutil.Process(server)), share))


def hour(share: float) -> Measured:
    """An hour's worth of clicks of a class: memory in its last tenth over that in its first, after those that fill the caches."""
    with ExitStack() as open_:
        home = open_.enter_context(empty_home())
        address, server = open_.enter_context(serving(ROOT / "dashboard" / "app.py", home))
        spell, memory = asyncio.run(_hour(Room(address, psutil.Process(server)), share))
    if wrong := [f"{deed.act}: {deed.wrong}" for deed in spell.deeds if deed.wrong]:
        raise RunError(f"{len(wrong)} of {len(spell.deeds)} interactions went wrong: {'; '.join(wrong[:3])[:300]}")
    tenth = max(1, len(memory) // 10)
    first, last = mean(memory[:tenth]), mean(memory[-tenth:])
    words = f"{first:.0f} and {last:.0f} MiB, at most {max(memory):.0f}; {spell.words()}"
    return Measured(last / first, min(memory) / first, max(memory) / first, words)


async def _hour(room: Room, share: float) -> tuple[Spell, list[float]]:
    await room.seat(1)
    await soak(room, times(2 * SETTLING, share, least=STIRRED))
    worked = await soak(room, times(HOUR, share, least=3 * STIRRED))
    await room.leave()
    return worked


async def _lesson(room: Room, share: float) -> Lesson:
    await room.seat(1)  # the first of all waits for torch
    with training(TRAININGS) as runs:
        await _under_way(runs)
        come = await room.seat(CLASS)
        thirty = await room.work(SPELL * share)
        before = room.memory()
        browsers = await _with_browsers(room, times(FORCED, share))
        await room.seat(HALL)
        hundred = await room.work(SPELL * share)
        further = (room.memory() - before) / (HALL - CLASS)
    await room.leave()
    settled, _ = await soak(room, times(SETTLING, share, least=STIRRED))
    soaked, memory = await soak(room, times(SOAK, share, least=3 * STIRRED))
    await room.leave()
    return Lesson(come, thirty, browsers, hundred, further, settled, soaked, memory)


async def _under_way(runs: Iterable[RunFolder]) -> None:
    """Until the trainings train."""
    while any(status.read(run).step == 0 for run in runs):
        await asyncio.sleep(0.2)


async def _with_browsers(room: Room, count: int) -> list[float]:
    """Two Chromium at the decoder while everybody else works on."""
    busy = True
    work = [asyncio.create_task(student.work(None, lambda: not busy)) for student in room.students]
    try:
        seen = await asyncio.gather(*(asyncio.to_thread(_browser, room.address, count) for _ in range(BROWSERS)))
    finally:
        busy = False
        await asyncio.gather(*work)
    return [one for ones in seen for one in ones]


def _browser(address: str, count: int) -> list[float]:
    """Milliseconds from a forced candidate to the changed picture."""
    with page(address + ADDRESS) as opened:
        host = opened.locator(".lab.stepper")
        host.locator(".candidate").first.wait_for()
        opened.wait_for_timeout(1000)  # until the page is at rest
        return list(forced(opened, host, count))


async def soak(room: Room, interactions: int, hands: int = HANDS) -> tuple[Spell, list[float]]:
    """So many interactions by students who do not stop to think; MiB at the beginning and after every STIRRED."""
    await room.seat(hands)
    memory, spells = [room.memory()], list[Spell]()
    while (done := sum(len(spell.deeds) for spell in spells)) < interactions:
        each = max(1, min(STIRRED, interactions - done) // hands)
        acts = (student.work(each, lambda: False, thinking=False) for student in room.students)
        spells.append(await room.spell(room.students, acts))
        memory.append(room.memory())
    deeds = [deed for spell in spells for deed in spell.deeds]
    return Spell(deeds, sum(spell.wall for spell in spells), sum(spell.processor for spell in spells)), memory


# ---------------------------------------------------------------- rows
def _memory_grown(held: Lesson) -> Measured:
    """MiB a thousand interactions: the slope between the means of two halves."""
    memory = held.memory
    first, second = memory[: len(memory) // 2], memory[len(memory) // 2 :]
    grown = (mean(second) - mean(first)) / (len(held.soaked.deeds) / 2) * 1e3
    words = f"{memory[0]:.0f} MiB at first, {memory[-1]:.0f} at the end; {held.soaked.words()}"
    return Measured(grown, min(memory), max(memory), words)


def _in_browsers(held: Lesson) -> Measured:
    ordered = sorted(held.browsers)
    worst = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return Measured(worst, ordered[0], ordered[-1], f"{len(ordered)} times, median {median(ordered):.0f}")


def _wrong(held: Lesson) -> Measured:
    wrong = held.wrong()
    return Measured(len(wrong), len(wrong), len(wrong), "; ".join(wrong[:3])[:300])


def _row(name: str, what: str, unit: str, target: float | None, figure: Callable[[Lesson], Measured]) -> Row:
    return Row(f"class-{name}", what, unit, target, lambda share: figure(lesson(share)))


BESIDE = f"{TRAININGS} trainings beside"
ROWS = [
    _row("arrive", f"{CLASS} people open the app at once, {BESIDE}: page and first answer, 95th percentile", "ms", None,
         lambda held: held.come.at(0.95)),
    _row("30", f"{CLASS} sessions at work, {BESIDE}: round trip, median", "ms", 50.0, lambda held: held.thirty.at(0.5)),
    _row("30-p95", f"{CLASS} sessions, {BESIDE}: round trip, 95th percentile", "ms", 200.0,
         lambda held: held.thirty.at(0.95)),
    _row("browsers", f"{BROWSERS} real browsers among the {CLASS}, {BESIDE}: a forced candidate, 95th percentile", "ms", 500.0,
         _in_browsers),
    _row("100-p95", f"{HALL} sessions, {BESIDE}: round trip, 95th percentile", "ms", 1000.0,
         lambda held: held.hundred.at(0.95)),
    _row("wrong", "interactions that showed an error, or somebody else's answer", "", 0.0, _wrong),
    _row("memory", f"memory of a further session, from {CLASS} to {HALL} at work", "MiB", 5.0,
         lambda held: Measured(held.further, held.further, held.further, "what the server's process has to itself, files left out")),
    _row("soak", f"growth over {SOAK:,} interactions, per thousand, after {SETTLING:,} others", "MiB", 2.0, _memory_grown),
    Row("hour-of-clicks", f"memory after {HOUR:,} interactions of {HANDS} who do not stop to think, over that before them", "×",
        1.05, hour),
]  # fmt: skip
