"""A box that arrives late in the browser shows what it was given.

A value that a page gives its box (from the address, from an example) is sent once, with the run that gives it. The browser
fetches what draws a box when it first meets one, and where a figure asks for its part to be drawn anew meanwhile, the box
is first drawn with the second run, which says nothing of a value: it shows its default, 0 nodes, and sends that with
whatever is pressed next. Here a value is sent until the browser has told the box's value itself.
"""

from dataclasses import replace
from functools import cache, wraps
from typing import TypeVar

from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

T = TypeVar("T")
_PLAIN = ("bool_value", "int_value", "double_value", "string_value", "int_array_value", "double_array_value", "string_array_value")  # fmt: skip


@cache
def give_until_known() -> None:
    """Once per server: a box that a request of the browser does not know yet is told its value again.

    Streamlit (1.65 to 1.67) has no public place for this, so its `SessionState.register_widget` is wrapped;
    tests/dashboard/test_mounting.py fails when a version of it no longer works this way.
    """
    register = SessionState.register_widget

    @wraps(register)
    def giving(state: SessionState, metadata: WidgetMetadata[T], user_key: str | None) -> RegisterWidgetResult[T]:
        known = metadata.id in state._new_widget_state.states  # before it is registered: what the browser has sent
        found = register(state, metadata, user_key)
        if known or user_key is None or metadata.value_type not in _PLAIN or found.value == metadata.deserializer(None):
            return found
        return replace(found, value_changed=True)

    SessionState.register_widget = giving
