"""A class at one server, without a clock: every answer is that of its session, nothing complains, memory is bounded."""

import json
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.runs.experiment import create
from core.runs.presets import preset_of
from tests.benchmarks.classroom import Room, Spell, soak
from tests.benchmarks.served import ROOT, serving
from tests.benchmarks.student import Deed, Student
from tests.benchmarks.visitor import Told, Visitor
from tests.event_loop import run

STUDENTS, ACTS, SOAK = 5, 7, 60
ROOM_TO_GROW = 32.0  # MiB for some sixty interactions: caches that are bounded still fill


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The app, nobody before it yet."""
    home = tmp_path_factory.mktemp("class")
    with serving(ROOT / "dashboard" / "app.py", home) as (address, server):
        yield Room(address, psutil.Process(server))
    assert "Traceback" not in (home / "server.txt").read_text()


def test_everybody_gets_their_own_answers_and_memory_stays_bounded(room: Room) -> None:
    async def lesson() -> tuple[Spell, Spell, list[float]]:
        come = await room.seat(STUDENTS)
        work = (student.work(ACTS, lambda: False, thinking=False) for student in room.students)
        worked = await room.spell(room.students, work)
        further, memory = await soak(room, SOAK, STUDENTS)
        await room.leave()
        return Spell([*come.deeds, *worked.deeds], 1.0, 0.0), further, memory

    first, further, memory = run(lesson())
    deeds = [*first.deeds, *further.deeds]
    assert [f"{deed.act}: {deed.wrong}" for deed in deeds if deed.wrong] == []
    assert {deed.act for deed in deeds} == {"arrive", "write", "step", "force", "look", "pick", "back", "wander"}
    assert len(further.deeds) >= SOAK
    assert memory[-1] - memory[0] <= ROOM_TO_GROW


def test_an_answer_meant_for_somebody_else_would_be_seen(room: Room) -> None:
    async def visit() -> list[Deed]:
        student = Student(Visitor(room.address), 1)
        await student.arrive()
        student._sentence = "a sentence of another student"
        await student._look()
        await student._back()
        await student.visitor.leave()
        return student.deeds

    arrived, written, looked, back = run(visit())
    assert (arrived.wrong, written.wrong) == ("", "")
    assert looked.wrong == back.wrong == "reads 1 February 1900<end>, not a sentence of another student<end>"


def test_what_is_pressed_in_the_moment_of_a_step_is_heard(room: Room) -> None:
    """A browser makes one message of both; the step alone would draw a part of the page."""

    async def visit() -> tuple[dict, str]:
        student = Student(Visitor(room.address), 0)
        await student.arrive()
        await student._force()
        visitor = student.visitor
        _step(student)
        await visitor.press("Undo all branches")
        history = visitor.component("stepper").data()["history"]
        _step(student)
        await visitor.type("Source", "31 May 1999")
        await visitor.leave()
        return history, "".join(visitor.component("stepper").data()["source"])

    assert run(visit()) == ({"done": 0, "length": 1}, "31 May 1999<end>")


@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.02])
def test_what_is_pressed_right_before_the_browser_says_something_else_is_heard(room: Room, seconds: float) -> None:
    """A figure that arrives, a box that is left: the message that follows ends the run of the press."""

    async def visit(runs: Path, names: list[str]) -> list[bool]:
        visitor, done = Visitor(room.address), list[bool]()
        await visitor.arrive("train", {"watch": names[0]})
        for name in names[1:]:
            await visitor.type("New name", name)
            await visitor.press("Rename", more_after=seconds)
            await visitor.turn("train")  # whatever of it was still to be drawn has been
            done.append((runs / name).is_dir())
        await visitor.leave()
        return done

    names = [f"after-{1000 * seconds:.0f}-{at}" for at in range(5)]
    home = Path(room.server.environ()["ATTNLAB_HOME"])
    assert run(visit(_made(home, names[0]), names)) == [True] * 4


def _made(home: Path, name: str) -> Path:
    """A run that has not begun, in this home; where the runs of the home are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(home))
        return create(name, preset_of("reverse", "transformer", "fast")).path.parent


def _step(student: Student) -> None:
    """A step that goes out with whatever is sent next."""
    stepper = student.visitor.component("stepper").proto.id
    before = student.visitor.states.get(stepper)
    state = json.loads(before.json_value) if before else {}
    tokens = student._path
    view = {"path": tokens, "position": (state.get("view") or {}).get("position", 0) + 1, "seen": student._seen}
    student.visitor.states[stepper] = WidgetState(id=stepper, json_value=json.dumps({**state, "view": view}))


def test_what_a_page_complains_of_counts_as_wrong(room: Room) -> None:
    async def visit() -> Told:
        visitor = Visitor(room.address)
        told = await visitor.arrive("decoder", {"run": "no-such-run"})
        await visitor.leave()
        return told

    (said,) = run(visit()).said
    assert said.startswith("There is no run “no-such-run”")


def test_percentiles_are_of_the_round_trips() -> None:
    deeds = [Deed("step", Told(at / 1e3, 1, 1, ())) for at in range(1, 101)]
    spell = Spell(deeds, 10.0, 1.0)
    assert (spell.at(0.5).value, spell.at(0.95).value, spell.at(1.0).value) == (51.0, 96.0, 100.0)
    assert spell.words() == "100 interactions, 10.0 a second, 10.0 ms of the server's processor each"
