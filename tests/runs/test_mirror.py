"""Runs on storage that only knows whole objects: carried out, taken over, brought in, whatever comes between."""

import random
from dataclasses import replace

import pytest
import torch

from core.runs import checkpoint, journal, snapshots, status
from core.runs.cluster.following import Following
from core.runs.cluster.mirror import Inward, Outward, Taken
from core.runs.cluster.storage import Stored
from core.runs.cluster.writer import carried, put, taken_over
from core.runs.folder import RunFolder
from tests.runs.made import a_run, weights
from tests.runs.stored import AT, equal, there, work

pytestmark = pytest.mark.usefixtures("bucket")


def test_what_a_training_does_comes_in_as_it_was(tmp_path):
    run, copy, stored = a_run(), there(tmp_path), Stored(AT)
    outward, inward = Outward(stored, run, taken_over(stored)), Inward(stored, copy)
    for step in range(1, 8):
        work(run, step)
        outward.push()
        assert inward.pull() and equal(run, copy)
    assert checkpoint.steps(copy) == [6], "one that went, goes"
    assert torch.equal(checkpoint.load(copy).model["output.bias"], weights(6)["output.bias"])
    assert len(stored.index().events) == 1, "a small part is written anew"
    before = stored.index()
    outward.push()
    assert stored.index() is not before and stored.index() == before, "nothing new, nothing said"


@pytest.mark.parametrize("seed", range(2))
def test_whenever_it_is_looked_at_a_checkpoint_has_its_journal_and_an_event_its_snapshot(tmp_path, seed, monkeypatch):
    """Storage is slow: the training goes on between any two objects, and its node is lost between any two as well."""
    run, stored, chance = a_run(), Stored(AT), random.Random(seed)
    steps = iter(range(1, 200))
    keep, left = stored.keep, [10**6]

    def slow(data: bytes) -> str:
        if chance.random() < 0.2:
            work(run, next(steps))
        left[0] -= 1
        if left[0] < 0:
            raise OSError("the node is lost")
        return keep(data)

    def after_work(method):
        def later(self, *given):
            work(run, next(steps))
            return method(self, *given)

        return later

    monkeypatch.setattr(stored, "keep", slow)
    for name in ("_files", "_new_lines"):
        monkeypatch.setattr(Outward, name, after_work(getattr(Outward, name)))
    outward = Outward(stored, run, taken_over(stored))
    for number in range(9):
        left[0] = chance.randrange(12) if number % 3 == 2 else 10**6
        work(run, next(steps))
        try:
            outward.push()
        except OSError:
            outward = Outward(stored, run, taken_over(stored))
        copy = RunFolder(tmp_path / f"copy-{number}" / "first", "first", "first")
        if not Inward(stored, copy).pull():
            continue
        done = [event.step for event in journal.read(copy)[0]]
        assert done == list(range(1, len(done) + 1))
        assert set(done) <= set(snapshots.steps(copy))
        found = checkpoint.load(copy)
        assert found is None or (found.warnings == () and found.step <= len(done))


def test_who_was_taken_over_says_no_more():
    run, stored = a_run(), Stored(AT)
    first = Outward(stored, run, taken_over(stored))
    work(run, 1)
    first.push()
    second = Outward(stored, run, taken_over(stored), stored.index())
    before = stored.index()
    work(run, 2)
    with pytest.raises(Taken, match="trained elsewhere now"):
        first.push()
    assert stored.index() == before
    second.push()
    assert stored.index() != before


def test_a_node_begins_with_what_is_stored_and_leaves_its_last_word(tmp_path):
    run, stored = a_run(), Stored(AT)
    work(run, 1)
    work(run, 2)
    put(stored, run)
    with carried(Stored(AT), "first") as (mine, _):
        assert mine.path != run.path and equal(mine, run)
        work(mine, 3)
        status.write(mine, "done", step=3, steps=9)
    assert not mine.path.exists()
    assert Inward(stored, run).pull() and status.written(run).state == "done"
    assert [event.step for event in journal.read(run)[0]] == [1, 2, 3]


def test_notes_are_where_people_write_them(tmp_path):
    run, stored = a_run(), Stored(AT)
    run.write_notes("before")
    put(stored, run)
    run.write_notes("meanwhile")
    assert Inward(stored, run).pull() and run.notes() == "meanwhile"


def test_nobody_hears_of_an_end_before_its_reason_is_there(tmp_path):
    """A limit asks a training to stop, and says why after it has."""
    run, stored = a_run(), Stored(AT)
    work(run, 1)
    outward = Outward(stored, run, taken_over(stored))
    outward.push(over=False)
    work(run, 2)
    status.write(run, "stopped", step=2, steps=9)
    outward.push(over=False)
    copy = there(tmp_path)
    assert Inward(stored, copy).pull() and status.written(copy).state == "running"
    assert [event.step for event in journal.read(copy)[0]] == [1, 2]
    status.write(run, "stopped", step=2, steps=9, reason="it took too long")
    outward.push()
    assert Inward(stored, copy).pull() and equal(run, copy)


def test_a_server_that_comes_later_brings_what_it_missed(monkeypatch):
    run = a_run()
    monkeypatch.setenv(status.JOB, str(run.path))
    work(run, 1)
    elsewhere = Following("memory://bucket")
    elsewhere.put(run)
    stored = Stored(elsewhere.place(run))
    assert elsewhere.place(run) == AT
    with carried(stored, "first") as (mine, _):
        work(mine, 2)
        status.write(mine, "done", step=2, steps=9)
    later = Following("memory://bucket/")
    later.scan()
    later.round()
    assert status.read(run).state == "done" and len(journal.read(run)[0]) == 2
    status.write(run, "stopped", step=2, steps=9)
    later.round()
    assert status.read(run).state == "stopped", "what has ended is not brought again"


def test_an_object_that_went_meanwhile_comes_with_the_next_index(tmp_path):
    run, copy, stored = a_run(), there(tmp_path), Stored(AT)
    outward = Outward(stored, run, taken_over(stored))
    work(run, 1)
    outward.push()
    behind = stored.index()
    stored.commit(replace(behind, files={**behind.files, "notes.md": "f" * 16}))
    assert not Inward(stored, copy).pull()
    work(run, 2)
    outward.push()
    assert Inward(stored, copy).pull() and equal(run, copy)
