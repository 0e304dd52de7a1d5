"""What a workspace may have with the server at one moment: bytes of files that are brought, and open WebSockets.

Streamlit takes a file before any page is asked, under whatever number its sender makes up, and keeps it in memory until a page
lets go of it or the session ends; so the gate asks here before one byte is read. What comes in is counted as what its
sender says that it has (the server reads no further), what lies there is looked up. Each server counts for itself.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit import config, runtime

from core.language import tr
from core.runs.classroom import locked
from core.runs.classroom.room import Member

_PLACE = "/_stcore/upload_file/"  # then the session, then the number of the file
_MOST = 600 * 2**20  # bytes of one workspace, coming and lying there: the largest map, and small files beside it
_SOCKETS = 40  # of one workspace: the tabs of whoever has it, and what a browser has not closed yet


class Luggage:
    """What each workspace has with this server now; asked by its one event loop, so without a lock."""

    def __init__(self) -> None:
        self._coming: Counter[str] = Counter()  # bytes, by workspace
        self._sockets: Counter[str] = Counter()
        self._sessions: dict[str, set[str]] = {}  # that a workspace has brought files to

    @contextmanager
    def brought(self, member: Member, scope: Scope) -> Iterator[tuple[int, str] | None]:
        """While a request runs: what it brings is counted; or the status and the reason why it may not."""
        size = _size(scope) if _brings(scope) else 0
        told = self._problem(member, size) if _brings(scope) else None
        if told is not None or not size:
            yield told
            return
        session = scope["path"].split(_PLACE, 1)[1].split("/")[0]
        self._sessions.setdefault(member.workspace, set()).add(session)
        self._coming[member.workspace] += size
        try:
            yield None
        finally:
            self._coming[member.workspace] -= size

    @contextmanager
    def connected(self, member: Member) -> Iterator[bool]:
        """While a WebSocket is open: it is counted, and may be open; or there are too many."""
        if self._sockets[member.workspace] >= _SOCKETS:
            yield False
            return
        self._sockets[member.workspace] += 1
        try:
            yield True
        finally:
            self._sockets[member.workspace] -= 1

    def _problem(self, member: Member, size: int | None) -> tuple[int, str] | None:
        largest = int(config.get_option("server.maxUploadSize"))
        if len(told := locked.problems_of(member, ("upload", "import"))) == 2:
            return 403, told["upload"]
        if size is None:
            return 413, tr("say how large the file is (Content-Length), and send it whole")
        if size > largest * 2**20:
            return 413, tr("a file may have {largest} MB here; bring a smaller one", largest=largest)
        if size + self._coming[member.workspace] + self._lying(member.workspace) > _MOST:
            return (
                413,
                tr(
                    "your files take more than {most} MB of the server; take one back, or close a page that has one",
                    most=_MOST >> 20,
                ),
            )
        return None

    def _lying(self, workspace: str) -> int:
        """Bytes that Streamlit keeps for the sessions that a workspace has brought files to."""
        if not runtime.exists():
            return 0
        kept = runtime.get_instance().uploaded_file_mgr.file_storage
        sessions = self._sessions.get(workspace, set())
        if not self._coming[workspace]:
            sessions.intersection_update(list(kept))  # sessions that are over have nothing there
        return sum(len(file.data) for one in sessions for file in list(kept.get(one, {}).values()))


def _brings(scope: Scope) -> bool:
    return scope["method"] in ("PUT", "POST") and _PLACE in scope["path"]


def _size(scope: Scope) -> int | None:
    """Bytes of a request as its sender says; None where it is not said in one clear way."""
    headers = HTTPConnection(scope).headers
    said = headers.getlist("content-length")
    clear = len(said) == 1 and said[0].isdecimal() and len(said[0]) < 16 and "transfer-encoding" not in headers
    return int(said[0]) if clear else None
