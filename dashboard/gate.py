"""The app of a classroom: the same pages behind a gate. Started with `attnlab app --classroom`.

The gate stands before Streamlit: without a valid badge a request reaches no page, no upload, no file and no WebSocket,
so nothing of a session exists before somebody has logged in. A WebSocket is asked for its badge again at each message.
"""

import os
from urllib.parse import quote

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from core.runs.classroom import badges
from core.runs.workspace import CLASSROOM
from dashboard import log_in
from dashboard.luggage import Luggage
from dashboard.place import here

os.environ[CLASSROOM] = "1"  # whoever starts this file starts a classroom; trainings inherit it
_HANDED = b"x-attnlab-badge"  # the header that config.toml trusts; nobody outside may send it
_OPEN = (log_in.PATH, "/auth/login", "/auth/logout", "/oauth2callback", "/_stcore/health")
_CLOSED = "/_stcore/metrics"  # how many are here and what they hold: nobody's business on a page of the class
_luggage = Luggage()


class Gate:
    """Whoever has no badge is sent to log in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket from its first to its last message."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [one for one in scope["headers"] if one[0].lower() != _HANDED]}
        badge = log_in.badge_of(HTTPConnection(scope))
        member = badges.bearer(badge)
        if scope["type"] == "http" and scope["path"] in [here(path) for path in _OPEN]:
            await self._app(scope, receive, send)
        elif member is None:
            await _refused(scope)(scope, receive, send)
        elif scope["path"].rstrip("/").endswith(_CLOSED):
            await PlainTextResponse("not here\n", 404)(scope, receive, send)
        elif scope["type"] == "http":
            with _luggage.brought(member, scope) as told:
                answer = self._app if told is None else PlainTextResponse(f"{told[1]}\n", told[0])
                await answer(scope, receive, send)
        else:
            scope["headers"].append((_HANDED, badge.encode("ascii")))
            with _luggage.connected(member) as fine:
                await (self._app if fine else _closed)(scope, _while_admitted(badge, receive), send)


def _while_admitted(badge: str, receive: Receive) -> Receive:
    """Messages of a WebSocket until its badge is taken back or over; then it reads as closed."""

    async def asking() -> Message:
        while _clears_caches(message := await receive()):
            pass
        if message["type"] == "websocket.receive" and badges.bearer(badge) is None:
            return {"type": "websocket.disconnect", "code": 1008, "reason": "logged out"}
        return message

    return asking


def _clears_caches(message: Message) -> bool:
    """Whether a browser asks Streamlit to clear its caches: they are everybody's, and so are trainings that lie in them."""
    said = BackMsg()
    try:
        said.ParseFromString(message.get("bytes") or b"")
    except DecodeError:
        return False  # Streamlit says what it thinks of it
    return bool(said.WhichOneof("type") == "clear_cache")


def _refused(scope: Scope) -> ASGIApp:
    if scope["type"] == "websocket":
        return _closed
    asked = HTTPConnection(scope)
    if scope["method"] == "GET" and "text/html" in asked.headers.get("accept", ""):
        wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        answer: Response = RedirectResponse(f"{here(log_in.PATH)}?next={quote(wanted, safe='')}", 303)
    else:
        answer = PlainTextResponse("log in first\n", 401)
    answer.headers["cache-control"] = "no-store"
    return answer


async def _closed(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})


app = st.App("app.py", middleware=[Middleware(Gate)], routes=[Route(here(log_in.PATH), log_in.LogIn)])
