"""What a box begins with: what it was given, however late it arrives in the browser, and nothing that its page refuses.

A value that a page gives its box (from the address, from an example) is sent once, with the run that gives it. The browser
fetches what draws a box when it first meets one, and where a figure asks for its part to be drawn anew meanwhile, the box
is first drawn with the second run, which says nothing of a value: it shows its default, 0 nodes, and sends that with
whatever is pressed next. Here a value is sent until the browser has told the box's value itself.

Streamlit reads what the address says of a box by itself too, and takes what the page has refused: an empty text for no
choice at all, and of a number that is too large it makes an error. Here it is not asked what was refused.
"""

from dataclasses import replace
from functools import cache, wraps
from typing import Any, TypeVar

from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

from dashboard import state as remembered

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


@cache
def seed_what_fits() -> None:
    """Once per server: of a box whose page has refused what the address says (`links.restore`), the address says nothing.

    Streamlit (1.65 to 1.67) has no public place for this either; tests/dashboard/test_odd_links.py fails where it changes.
    """
    seed = SessionState._seed_widget_from_url

    @wraps(seed)
    def seeding(state: SessionState, metadata: WidgetMetadata[T], user_key: str, *more: Any) -> bool:
        with remembered.undisturbed():
            refused = remembered.get(remembered.REFUSED, ())
        if user_key not in refused:
            return seed(state, metadata, user_key, *more)
        state._clear_url_param(user_key)
        return False

    SessionState._seed_widget_from_url = seeding
