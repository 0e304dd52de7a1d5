"""A browser tab without the browser: one session of the app, over Streamlit's own websocket.

The messages are those of the protocol buffers that Streamlit brings; what a tab would draw is kept as parts: the newest
message of every widget and drawn component on the page. Numbers of seconds are from a message sent to the word that its
run is over.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120.0  # seconds for an answer, on a busy machine
LARGEST = 64 * 2**20  # bytes of one message
WARNED, BROKEN = "warning", "error"  # boxes of Streamlit by what they are for


@dataclass(frozen=True)
class Part:
    """A widget or component on the page.

    Attributes:
        kind: as Streamlit calls it: "text_input", "bidi_component", …
        proto: its newest message.
        fragment: the part of the page that is drawn anew when it changes; "" for all of it.
    """

    kind: str
    proto: Message
    fragment: str

    def data(self) -> Any:
        """What a drawn component was given: JSON, or the header in front of packed numbers."""
        if self.proto.WhichOneof("data") == "bytes":
            length = int.from_bytes(self.proto.bytes[:4], "little")
            return json.loads(self.proto.bytes[4 : 4 + length])
        return json.loads(self.proto.json)


@dataclass(frozen=True)
class Told:
    """How an answer came.

    Attributes:
        seconds: until the run was over; messages, size: how many came and their bytes.
        said: warnings, errors and exceptions shown by it.
    """

    seconds: float
    messages: int
    size: int
    said: tuple[str, ...]


@dataclass
class Visitor:
    """One tab.

    Attributes:
        address: of the server; parts: what is on the page, by id; pages: hash of every page by its place in the address.
        states: what the tab has told of its widgets, sent whole with every message, as a browser does.
    """

    address: str
    parts: dict[str, Part] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    _page: str = ""
    _socket: ClientConnection | None = None

    async def arrive(self, page: str, query: dict[str, str]) -> Told:
        """Open the tab on a page; the answer counts from the first knock."""
        began = time.perf_counter()
        self.query = query
        url = f"ws://{urlsplit(self.address).netloc}/_stcore/stream"
        self._socket = await connect(url, subprotocols=["streamlit"], max_size=LARGEST, open_timeout=PATIENCE)
        return await self._ask(began, name=page)

    async def leave(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def turn(self, page: str) -> Told:
        """Go to another page by the navigation."""
        self._page, self.query = self.pages[page], {}
        return await self._ask(time.perf_counter())

    async def type(self, label: str, text: str) -> Told:
        """Write into the box with this label."""
        part = self.only("text_input", label)
        if part.proto.query_param_key:
            self.query[part.proto.query_param_key] = text
        self.states[part.proto.id] = WidgetState(id=part.proto.id, string_value=text)
        return await self._ask(time.perf_counter(), part.fragment)

    async def press(self, label: str, *, more_after: float | None = None) -> Told:
        """Press the button with this label.

        Args:
            more_after: seconds after which the tab says one thing more, as a figure does that arrives; None says nothing.
        """
        part, began = self.only("button", label), time.perf_counter()
        self.states[part.proto.id] = WidgetState(id=part.proto.id, trigger_value=True)
        await self._send(part.fragment)
        del self.states[part.proto.id]
        if more_after is not None:
            await asyncio.sleep(more_after)
            await self._send()
        return await asyncio.wait_for(self._listen(began), PATIENCE)

    async def give(self, component: Part, **values: Any) -> Told:
        """Give values to names of a component's state, beside those it has."""
        before = self.states.get(component.proto.id)
        state = {**(json.loads(before.json_value) if before else {}), **values}
        self.states[component.proto.id] = WidgetState(id=component.proto.id, json_value=json.dumps(state))
        return await self._ask(time.perf_counter(), component.fragment)

    def only(self, kind: str, label: str) -> Part:
        """The one widget of this kind and label."""
        (found,) = [one for one in self.parts.values() if one.kind == kind and one.proto.label == label]
        return found

    def component(self, name: str) -> Part:
        """The first drawn component of this name."""
        return next(iter(self.components(name)))

    def components(self, name: str) -> list[Part]:
        """All drawn components of this name, in the order they were first drawn."""
        drawn = [one for one in self.parts.values() if one.kind == "bidi_component"]
        return [one for one in drawn if one.proto.component_name.endswith(name)]

    # ---------------------------------------------------------------- the protocol
    async def _ask(self, began: float, fragment: str = "", name: str = "") -> Told:
        await self._send(fragment, name)
        return await asyncio.wait_for(self._listen(began), PATIENCE)

    async def _send(self, fragment: str = "", name: str = "") -> None:
        assert self._socket is not None
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.page_name = urlencode(self.query), self._page, name
        asked.fragment_id = fragment
        asked.widget_states.widgets.extend(self.states.values())
        asked.context_info.timezone, asked.context_info.locale = "Asia/Taipei", "en"
        asked.context_info.url, asked.context_info.color_scheme = self.address, "light"
        await self._socket.send(message.SerializeToString())

    async def _listen(self, began: float) -> Told:
        """Read until a run is over that no other follows."""
        assert self._socket is not None
        said, size, count, fresh, within = list[str](), 0, 0, set[str](), list[str]()
        while True:
            raw = await self._socket.recv(decode=False)
            message = ForwardMsg.FromString(raw)
            size, count = size + len(raw), count + 1
            kind = message.WhichOneof("type")
            if kind == "new_session":
                fresh, within = set(), _redrawn(message)
                self._page = message.new_session.page_script_hash
            elif kind == "navigation":
                self.pages = {one.url_pathname: one.page_script_hash for one in message.navigation.app_pages}
                self._page = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = dict(parse_qsl(message.page_info_changed.query_string))
            elif kind == "delta":
                said += self._draw(message, fresh)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._sweep(fresh, within)
                return Told(time.perf_counter() - began, count, size, tuple(said))

    def _draw(self, message: ForwardMsg, fresh: set[str]) -> list[str]:
        """Keep what a delta draws; what it says is wrong."""
        delta = message.delta
        if delta.WhichOneof("type") != "new_element":
            return []
        element = delta.new_element
        kind = element.WhichOneof("type")
        one = getattr(element, kind)
        if kind == "exception":
            return [f"{one.type}: {one.message}"]
        if kind == "alert":
            return [one.body] if one.format in (one.WARNING, one.ERROR) else []
        if getattr(one, "id", ""):
            self.parts[one.id] = Part(kind, one, delta.fragment_id)
            fresh.add(one.id)
            if getattr(one, "set_value", False):
                self.states.pop(one.id, None)
        return []

    def _sweep(self, fresh: set[str], within: list[str]) -> None:
        """Drop what was not drawn again, and what was told of it, as a browser does."""
        for name, part in list(self.parts.items()):
            if name not in fresh and (not within or part.fragment in within):
                del self.parts[name]
                self.states.pop(name, None)


def _redrawn(message: ForwardMsg) -> list[str]:
    """The parts of the page that a run draws anew; none where it draws all. Streamlit 1.66 moved them."""
    before = getattr(message.new_session, "fragment_ids_this_run", None)
    return list(message.metadata.run.fragment_ids if before is None else before)
