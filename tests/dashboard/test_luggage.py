"""What a badge may bring to a classroom's server, and how many WebSockets it may hold open: asked of the gate as a server asks."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit import config, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from core.runs import workspace
from core.runs.classroom import authority, badges, locked
from core.runs.classroom.room import Member
from tests.event_loop import run

MB = 2**20
ANN, BOB, TEACHER = Member("ann", "ann"), Member("bob", "bob"), Member("Lecturer", "lecturer", lecturer=True)


@pytest.fixture(autouse=True)
def storage(tmp_path, monkeypatch) -> Iterator[MemoryUploadedFileManager]:
    """Streamlit's own, of a server that does not run."""
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setenv(workspace.CLASSROOM, "1")
    from dashboard import gate
    from dashboard.luggage import Luggage

    monkeypatch.setattr(config, "get_option", {"server.maxUploadSize": 500, "server.baseUrlPath": ""}.get)
    monkeypatch.setattr(gate, "_luggage", Luggage())
    kept = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=kept))
    return kept


async def through(behind: Any, member: Member, path: str, headers: dict[str, str], **more: str) -> str:
    """ "in", or the status and the words that a request was refused with."""
    from dashboard import gate

    sent: list[dict[str, Any]] = []

    async def app(scope, receive, send):
        sent.append({"body": b"in"})
        await behind()

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("the gate itself reads nothing")

    badge = {"cookie": f"attnlab_badge={badges.give(member)}"}
    raw = [(key.encode(), value.encode()) for key, value in (headers | badge).items()]
    scope = {"type": "http", "method": "PUT", "path": path, "query_string": b"", "headers": raw, **more}
    await gate.Gate(app)(scope, receive, send)
    return "".join(f"{one.get('status', '')}{one.get('code', '')}{one.get('body', b'').decode()}" for one in sent)


class Bringing:
    """Files that somebody brings to sessions of theirs, one after another or at once."""

    def __init__(self, storage: MemoryUploadedFileManager) -> None:
        self._storage = storage

    async def bring(
        self, member: Member, megabytes: float, file: str = "a/1", wait: asyncio.Event | None = None
    ) -> str:
        async def taken() -> None:
            if wait is not None:
                await wait.wait()
            session, number = file.split("/")
            data = SizedBytes(int(megabytes * MB))
            self._storage.add_file(session, UploadedFileRec(number, "x", "", data))

        return await through(
            taken, member, f"/_stcore/upload_file/{file}", {"content-length": str(int(megabytes * MB))}
        )

    def now(self, member: Member, megabytes: float, file: str = "a/1") -> str:
        return run(self.bring(member, megabytes, file))


class SizedBytes(bytes):
    """Bytes that say a length without taking it."""

    def __new__(cls, length: int) -> "SizedBytes":
        one = super().__new__(cls)
        one.length = length
        return one

    def __len__(self) -> int:
        return self.length


# ---------------------------------------------------------------- files
@pytest.mark.parametrize(
    "headers",
    [{}, {"content-length": "x"}, {"content-length": "-1"}, {"content-length": ""}, {"transfer-encoding": "chunked"},
     {"content-length": "10", "transfer-encoding": "chunked"}, {"content-length": str(500 * MB + 1)}, {"content-length": "9" * 5000}],
)  # fmt: skip
def test_a_file_without_one_clear_size_or_too_large_is_refused_unread(headers):
    async def never():
        raise AssertionError("the app was reached")

    for method in ("PUT", "POST"):
        told = run(through(never, ANN, "/_stcore/upload_file/a/1", headers, method=method))
        assert told.startswith("413") and told.count("\n") == 1


def test_a_map_of_400_megabytes_is_taken_and_after_it_is_taken_back_another(storage):
    one = Bringing(storage)
    assert one.now(ANN, 400) == "in"
    assert one.now(ANN, 190, "a/2") == "in"
    assert "take one back" in one.now(ANN, 400, "a/3")
    storage.remove_file("a", "1")
    assert one.now(ANN, 400, "a/3") == "in"


def test_what_lies_there_is_counted_over_sessions_and_numbers_and_for_its_owner_alone(storage):
    one = Bringing(storage)
    assert [one.now(ANN, 100, f"{n}/{n}") for n in range(6)] == ["in"] * 6
    assert one.now(ANN, 1, "new/1").startswith("413")
    assert one.now(BOB, 400, "b/1") == "in"
    for n in range(6):
        storage.remove_session_files(str(n))
    assert one.now(ANN, 500) == "in"


def test_what_is_on_its_way_is_counted_too_until_it_has_come(storage):
    async def at_once() -> tuple[str, list[str]]:
        wait, one = asyncio.Event(), Bringing(storage)
        first = [asyncio.create_task(one.bring(ANN, 250, f"a/{n}", wait)) for n in range(2)]
        await asyncio.sleep(0)
        late = await one.bring(ANN, 101, "a/9")
        wait.set()
        return late, await asyncio.gather(*first)

    late, first = run(at_once())
    assert late.startswith("413") and first == ["in", "in"]
    assert Bringing(storage).now(ANN, 99, "a/9") == "in"


def test_who_may_neither_bring_nor_import_brings_nothing(storage, monkeypatch):
    one = Bringing(storage)
    monkeypatch.setattr(authority, "_who", lambda: TEACHER)
    locked.lock("upload")
    assert one.now(ANN, 1) == "in"  # a run may still be imported; its box is not told from others here
    locked.lock("import", "ann")
    assert one.now(ANN, 1).startswith("403The lecturer has locked bringing files")
    assert [one.now(BOB, 1, "b/1"), one.now(TEACHER, 1, "t/1")] == ["in", "in"]


# ---------------------------------------------------------------- WebSockets
def test_a_workspace_holds_forty_websockets_open_and_one_that_closes_makes_room():
    async def many() -> list[str]:
        waits = [asyncio.Event() for _ in range(40)]
        open_now = [
            asyncio.create_task(through(one.wait, ANN, "/_stcore/stream", {}, type="websocket")) for one in waits
        ]
        await asyncio.sleep(0)
        told = [await through(nothing, who, "/_stcore/stream", {}, type="websocket") for who in (ANN, BOB)]
        waits[0].set()
        await open_now[0]
        told.append(await through(nothing, ANN, "/_stcore/stream", {}, type="websocket"))
        for one in waits:
            one.set()
        await asyncio.gather(*open_now)
        return told

    assert run(many()) == ["1008", "in", "in"]


async def nothing() -> None:
    """An app that is done at once."""
