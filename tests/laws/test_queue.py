"""Laws of the line, over whatever happens: never more than may, nobody starves, nothing is lost or trained twice."""

import tempfile
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from core.runs import job_queue, status, store, tickets
from core.runs.fairness import in_order
from core.runs.limits import NO_LIMITS
from core.runs.tickets import Ticket
from tests.runs.made import a_run
from tests.runs.stands import Stand, die, set_state

OWNERS = "abc"


def ticket(number: int, owner: str) -> Ticket:
    return Ticket(number, f"/runs/{number}", str(number), owner, NO_LIMITS)


@given(st.lists(st.sampled_from(OWNERS), max_size=12), st.lists(st.sampled_from(OWNERS), max_size=4), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_the_order_is_of_all_and_each_owners_own_in_turn(waiting, running, places):
    runs = [ticket(number, owner) for number, owner in enumerate(running)]
    waits = [ticket(100 + number, owner) for number, owner in enumerate(waiting)]
    order = in_order(waits[::-1], runs, {}, places)
    assert sorted(order, key=lambda one: one.number) == waits
    for owner in OWNERS:
        own = [one.number for one in order if one.owner == owner]
        assert own == sorted(own)


class Arrivals:
    """A line in memory, driven as the one on the disk is: draw, start, end."""

    def __init__(self, places: int) -> None:
        self.places, self.waiting, self.running, self.served = places, list[Ticket](), list[Ticket](), dict[str, int]()
        self.now = 0
        self.since_waiting: dict[str, Counter[str]] = {}

    def draw(self, owner: str) -> None:
        self.now += 1
        self.waiting.append(ticket(self.now, owner))

    def end(self, at: int) -> None:
        if self.running:
            self.running.pop(at % len(self.running))

    def fill(self) -> None:
        for one in in_order(self.waiting, self.running, self.served, self.places)[: self.places - len(self.running)]:
            self.waiting.remove(one)
            self.running.append(one)
            self.now += 1
            self.served[one.owner] = self.now
            self.tell(one.owner)

    def tell(self, started: str) -> None:
        """Of every owner who waits with nothing running: how often each other one was started meanwhile."""
        busy = {one.owner for one in self.running}
        starving = {one.owner for one in self.waiting} - busy
        self.since_waiting = {owner: self.since_waiting.get(owner, Counter()) for owner in starving}
        for counted in self.since_waiting.values():
            counted[started] += 1


deeds = st.lists(st.one_of(st.sampled_from(OWNERS), st.integers(0, 3)), max_size=60)


@given(deeds, st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_nobody_starves(happened, places):
    """While an owner waits who has nothing running, no other one is served twice."""
    line = Arrivals(places)
    for deed in happened:
        line.draw(deed) if isinstance(deed, str) else line.end(deed)
        line.fill()
        assert len(line.running) <= places
        for owner, counted in line.since_waiting.items():
            assert max(counted.values(), default=0) <= 1, (owner, counted)


events = st.lists(
    st.tuples(st.sampled_from(["submit", "done", "cancel", "die", "turn", "torn"]), st.integers(0, 5)), max_size=25
)


@given(events, st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_whatever_happens_the_line_on_the_disk_is_whole(happened, places):
    with tempfile.TemporaryDirectory() as home, patch.dict("os.environ", ATTNLAB_HOME=home):
        stand = Stand(room=places)
        with patch("core.runs.job_queue.chosen", lambda: stand):
            runs = [a_run(f"{OWNERS[at % 3]}{at}") for at in range(6)]
            for what, at in happened:
                happen(what, runs[at])
                check(runs, places)
            drain(runs)
            assert not [one for one in runs if status.read(one).alive or job_queue.place(one) is not None]


def happen(what: str, run) -> None:
    now = status.read(run)
    if what == "submit" and not now.alive:
        job_queue.submit(run, run.name[0])
    elif what == "done" and now.alive:
        set_state(run, "done")
    elif what == "die" and now.alive:
        die(run)
    elif what == "cancel":
        job_queue.cancel(run)
    elif what == "turn":
        job_queue.turn()
    elif what == "torn":
        for path in sorted(Path(store.root()).glob("queue/waiting/*.json"))[:1]:
            path.write_text("{")


def check(runs, places: int) -> None:
    line = job_queue.line()
    alive = [one.path for one in runs if status.read(one).alive]
    assert len(alive) <= places
    listed = [Path(one.path) for one in (*line.running, *line.waiting)]
    assert len(listed) == len(set(listed)) and set(alive) <= {Path(one.path) for one in line.running}
    for one in line.waiting:
        assert status.read(one.run).state == "waiting"


def drain(runs) -> None:
    """Everything ends: then everything that waited must have had its turn."""
    for _ in range(2 * len(runs) + 3):
        for one in runs:
            if status.read(one).alive:
                set_state(one, "done")
        job_queue.turn()
    assert tickets.read("waiting")[0] == [] and tickets.read("running")[0] == []
