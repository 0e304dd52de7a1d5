"""What lies on storage: requests until they are heard, objects while something needs them, and what is no run of ours."""

import json

import fsspec
import pytest

from core.errors import MissingExtra, RunError
from core.runs import controls
from core.runs.cluster.following import Following
from core.runs.cluster.mirror import Inward, Outward
from core.runs.cluster.storage import Index, Part, Stored
from core.runs.cluster.writer import carried, put, taken_over
from core.runs.folder import RunFolder
from tests.runs.made import a_run
from tests.runs.stored import AT, there, work

pytestmark = pytest.mark.usefixtures("bucket")


def test_requests_come_to_the_node_once(tmp_path):
    run, mine, stored = a_run(), there(tmp_path), Stored(AT)
    put(stored, run)
    Inward(stored, mine).pull()
    controls.send(run, "learning_rate", 0.5)
    controls.send(run, "pause")
    server = Inward(stored, run)
    server.send()
    outward = Outward(stored, mine, taken_over(stored), stored.index())
    outward.take()
    outward.take()
    assert [request.what for request in controls.take(mine)] == ["learning_rate", "pause"]
    outward.take()
    server.send()
    Inward(stored, run).send()
    outward.take()
    assert controls.take(mine) == [] and controls.take(run) == [], "it is seen that they were taken"


def test_what_a_hung_training_was_asked_stays_unheard(tmp_path):
    run, mine, stored = a_run(), there(tmp_path), Stored(AT)
    put(stored, run)
    Inward(stored, mine).pull()
    outward, server = Outward(stored, mine, taken_over(stored), stored.index()), Inward(stored, run)
    controls.send(run, "stop")
    for _ in range(3):
        server.send()
        outward.take()
    assert controls.unheard(run, "stop", 0.0), "the node has it, and the training has not taken it"
    assert [request.what for request in controls.take(mine)] == ["stop"]
    outward.take()
    server.send()
    assert not controls.unheard(run, "stop", 0.0)


def test_what_was_asked_of_the_training_before_is_not_meant(tmp_path):
    run, mine, stored = a_run(), there(tmp_path), Stored(AT)
    put(stored, run)
    controls.send(run, "stop")
    Inward(stored, run).send()
    controls.clear(run)
    put(stored, run)
    Outward(stored, mine, taken_over(stored)).take()
    assert controls.take(mine) == []


def test_old_objects_go_a_round_later(tmp_path):
    run, stored = a_run(), Stored(AT)
    outward = Outward(stored, run, taken_over(stored))
    for step in range(1, 6):
        work(run, step)
        outward.push()
    kept = {path.rpartition("/")[2] for path in fsspec.filesystem("memory").find("/bucket/runs/first/objects")}
    assert kept >= stored.index().objects() and len(kept - stored.index().objects()) <= 4


def test_what_writers_before_have_left_is_removed(monkeypatch):
    run, stored = a_run(), Stored(AT)
    commit = stored.commit

    def refuses(index: Index) -> None:
        raise OSError("the storage refuses")

    for step in range(1, 4):
        work(run, step)
        put(stored, run)
        assert set(stored._names("objects")) == stored.index().objects(), "each start would leave a run behind"
    outward = Outward(stored, run, taken_over(stored))
    monkeypatch.setattr(stored, "commit", refuses)
    for step in range(4, 7):
        work(run, step)
        with pytest.raises(OSError, match="refuses"):
            outward.push()
    monkeypatch.setattr(stored, "commit", commit)
    before = stored.index().objects()
    outward.push()
    kept = set(stored._names("objects"))
    assert kept == before | stored.index().objects(), "what no index came to name goes with the first that is taken"


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ".lock", "C:/x", "a\\b", ""])
def test_an_index_that_leads_out_of_the_run_is_none(path):
    stored = Stored(AT)
    stored.commit(Index({}, {path: "0" * 16}))
    assert stored.index() is None
    stored.commit(Index({}, {}, (Part("../0", 0, 1),)))
    assert stored.index() is None


def test_a_torn_index_is_asked_again(tmp_path):
    run, stored = a_run(), Stored(AT)
    put(stored, run)
    whole = json.dumps({"schema": "attnlab/stored/1"})
    for torn in (b"", b"{", whole.encode(), b"[]"):
        stored._write("index.json", torn)
        assert stored.index() is None and not Inward(stored, there(tmp_path)).pull()


def test_what_cannot_be_stored_is_said(tmp_path):
    with pytest.raises(RunError, match="ATTNLAB_STORAGE=nowhere:"):
        Stored("nowhere://bucket")
    with pytest.raises(RunError, match="only what is there is carried"):
        Following("memory://bucket").place(RunFolder(tmp_path / "x", "x", "x"))
    with pytest.raises(RunError, match="holds no run that can be read"), carried(Stored(AT), "first"):
        pass


def test_what_an_address_needs_is_named(monkeypatch):
    def missing(url: str):
        raise ImportError("Install s3fs to access S3", name="s3fs")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    with pytest.raises(MissingExtra, match="s3fs"):
        Stored("s3://bucket")
