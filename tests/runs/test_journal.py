"""Events are appended by one and read by many, from where they last stopped."""

import json
import math

import pytest

from core.errors import RunError
from core.runs import journal
from core.runs.course import Course
from core.runs.journal import Journal
from core.training.events import Changed, Evaluated, Finished, Snapshot
from tests.runs.made import a_run, matrices, step_done

EVENTS = [
    step_done(1), step_done(2, 0.1 + 0.2), Evaluated(2, "validation", 0.5, 0.75, 0.3, 0.8, 200, 0.4),
    Evaluated(3, "validation", 0.5, 0.75, 0.3, 0.8, 200, 0.4, {"word error rate": 1.25}),
    Changed(2, "learning_rate", 0.003), Changed(2, "pause"), Finished(2, "done"),
]  # fmt: skip


def test_events_come_back_equal():
    run = a_run()
    with Journal(run) as writer:
        for event in EVENTS:
            writer.append(event)
    assert journal.read(run)[0] == EVENTS


def test_a_snapshot_is_a_line_without_its_arrays():
    run = a_run()
    with Journal(run) as writer:
        writer.append(Snapshot(10, matrices()))
    assert journal.read(run)[0] == [Snapshot(10, ())]
    assert (run.path / "events.jsonl").stat().st_size < 60


def test_reading_goes_on_where_it_stopped():
    run, seen, offset = a_run(), [], 0
    assert journal.read(run) == ([], 0)
    with Journal(run) as writer:
        for event in EVENTS:
            writer.append(event)
            new, offset = journal.read(run, offset)
            seen += new
            assert new == [event] and journal.read(run, offset) == ([], offset)
    assert seen == EVENTS


def test_a_torn_last_line_is_ignored_by_readers_and_cut_by_the_next_writer():
    run = a_run()
    with Journal(run) as writer:
        writer.append(EVENTS[0])
    whole = (run.path / "events.jsonl").read_bytes()
    for torn in (b'{"step":2,"lo', b"x" * 200_000, whole.rstrip(b"\n")):
        (run.path / "events.jsonl").write_bytes(whole + torn)
        events, offset = journal.read(run)
        assert events == EVENTS[:1] and offset == len(whole)
        with Journal(run) as writer:
            writer.append(EVENTS[1])
        assert journal.read(run, offset)[0] == [EVENTS[1]]
        (run.path / "events.jsonl").write_bytes(whole)


def test_a_diverged_loss_is_json_for_everybody():
    run = a_run()
    with Journal(run) as writer:
        writer.append(step_done(1, math.nan))
        writer.append(step_done(2, math.inf))
    lines = (run.path / "events.jsonl").read_text().splitlines()
    assert json.loads(lines[0], parse_constant=lambda _: 1 / 0)["terms"] == {"likelihood": None}
    assert all(math.isnan(event.loss) for event in journal.read(run)[0])


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[1]",
        '{"kind": "step", "step": 2}',
        '{"kind":"finished","step":"2","reason":""}',
        "",
        "[" * 100_000,
        '{"kind":"finished","step":true,"reason":"x"}',
    ],
)
def test_an_edited_line_is_named(line):
    run = a_run()
    with Journal(run) as writer:
        for event in EVENTS[:2]:
            writer.append(event)
    with (run.path / "events.jsonl").open("a") as file:
        file.write(line + "\n")
    for offset in (0, len(journal.encode(EVENTS[0]))):
        with pytest.raises(RunError, match=r"events\.jsonl, line 3: expected an event"):
            journal.read(run, offset)


def test_events_of_a_newer_program_are_left_out():
    run = a_run()
    (run.path / "events.jsonl").write_text('{"kind":"dreamed","step":1}\n' + journal.encode(EVENTS[0]).decode())
    assert journal.read(run)[0] == [EVENTS[0]]


def test_a_file_that_became_shorter_is_read_anew():
    run = a_run()
    with Journal(run) as writer:
        writer.append(EVENTS[0])
    assert journal.read(run, 10_000) == ([], 0)


RESUMED = Changed(1, journal.RESUMED)
RATE, OTHER, STOP = Changed(2, "learning_rate", 0.1), Changed(2, "learning_rate", 0.2), Changed(2, "stop")
PAUSE, GO = Changed(2, "pause"), Changed(2, "continue")


@pytest.mark.parametrize(("again", "shown"), [
    ([], [2, RATE, 3, 4]),
    ([2], [2, RATE, 3, 4]),
    ([2, RATE, 3], [2, RATE, 3, 4]),
    ([2, RATE, 3, 4, 5], [2, RATE, 3, 4, 5]),
    ([2, RATE, RESUMED, 2], [RESUMED, 2, RATE, 3, 4]),
    ([2, PAUSE], [2, PAUSE, RATE, 3, 4]),
    ([2, RATE, PAUSE, GO, 3], [2, RATE, PAUSE, GO, 3, 4]),
    ([2, PAUSE, OTHER], [2, PAUSE, OTHER]),
    ([2, OTHER], [2, OTHER]),
    ([2, STOP, Finished(2, "stopped")], [2, STOP, Finished(2, "stopped")]),
])  # fmt: skip
def test_what_is_done_again_is_shown_once_and_stays_until_then_unless_the_course_is_another(again, shown):
    def events(short):
        return [step_done(one) if isinstance(one, int) else one for one in short]

    written = events([1, 2, RATE, 3, Changed(3, "pause"), 4, RESUMED, *again])
    assert journal.rewind(written) == events([1, RESUMED, *shown])
    course = Course()
    for one in written:
        told = course.follow([one]).events
    assert told == journal.rewind(written), "told one by one it is the same"
