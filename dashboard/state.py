"""What a session remembers between two reruns; the only view-side file that touches st.session_state.

Everything worth sharing is bound to the address of the page (widgets with `bind`); here is the rest.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.safe_session_state import SafeSessionState

PLACES = 16  # sentences until a number is given again: what it stood for is long gone from the page by then
REMEMBERED = 256  # sentences of which a session remembers what was done
_PRESSED, _PRESS = "pressed", "press of "
_EXPECTED = 30.0  # seconds for which whoever has pressed a button waits for what it does
REFUSED = "refused of the address"  # names of boxes that begin as if it said nothing of them
HEAD = ("projector", "lang", "settings shown")  # widgets of the head of every page


def get(name: str, default: Any = None) -> Any:
    """A remembered value."""
    return st.session_state.get(name, default)


def put(name: str, value: Any) -> None:
    """Remember a value; for a widget's key only before the widget is drawn, or in a callback."""
    st.session_state[name] = value


@contextmanager
def undisturbed(session: SafeSessionState | None = None) -> Iterator[None]:
    """What is remembered within is remembered whole: Streamlit ends a run for the next message at any use of the session.

    Args:
        session: whose; None is the one that is drawn for.
    """
    here = get_script_run_ctx(suppress_warning=True)
    session = session or (here.session_state if here is not None else None)
    if session is None:
        yield
        return
    heard = session._yield_callback
    object.__setattr__(session, "_yield_callback", lambda: None)  # its own names are those of the page
    try:
        yield
    finally:
        object.__setattr__(session, "_yield_callback", heard)


def first(name: str, value: Any) -> None:
    """Remember a value unless there is one already."""
    if name not in st.session_state:
        st.session_state[name] = value


def keep(*names: str) -> None:
    """Remember widgets' values past their page: a widget's own memory ends where its page ends."""
    for name in names:
        st.session_state[f"kept {name}"] = st.session_state.get(name)


def kept(name: str) -> Any:
    """What `keep` remembered last; None if it never did."""
    return st.session_state.get(f"kept {name}")


def restore(values: dict[str, Any]) -> None:
    """Give widgets these values, on this page and on the next that is opened; before they are drawn."""
    for name, value in values.items():
        st.session_state[name] = value
        st.session_state[f"kept {name}"] = value


def carry(page: str, *names: str) -> None:
    """On a page just opened, give widgets the values that were kept; call it before they are drawn.

    What the address says counts more: a link to a page with its settings means those.
    """
    before = st.session_state.get("page")
    if before == page:
        return
    st.session_state["page"] = page
    forget(*(name for name in st.session_state if str(name).startswith(_PRESS)))
    for name in (*HEAD, *names):
        kept = None if name in st.query_params else st.session_state.get(f"kept {name}")
        if kept is not None:
            st.session_state[name] = kept
        elif before is not None:
            st.session_state.pop(name, None)


def forget(*names: str) -> None:
    """Drop values, so that their widgets begin anew."""
    for name in names:
        st.session_state.pop(name, None)


def number(name: str, value: Hashable) -> int:
    """A number for what a component shows, to make its key of: the same while it is one of the last PLACES shown.

    Streamlit keeps every key that a session has ever used. A key with a text in it, of which there are ever more, would
    never be forgotten; so numbers go round, and one is given again when what it stood for is long gone from the page.
    """
    known: dict[Hashable, int] = st.session_state.get(name, {})
    if not known or next(reversed(known)) != value:
        others = {one: at for one, at in known.items() if one != value}
        if value not in known and len(others) == PLACES:
            del others[next(iter(others))]
        at = known[value] if value in known else min(set(range(PLACES)) - set(others.values()))
        st.session_state[name] = known = {**others, value: at}
    return known[value]


def remember(name: str, key: Hashable, value: Any) -> None:
    """Remember a value of this name for a key, and forget the oldest where there are more than REMEMBERED."""
    known: dict[Hashable, Any] = st.session_state.get(name, {})
    others = [(one, kept) for one, kept in known.items() if one != key]
    st.session_state[name] = dict([*others, (key, value)][-REMEMBERED:])


def recall(name: str, key: Hashable) -> Any:
    """What `remember` was given last; None if it never was, or long ago."""
    return st.session_state.get(name, {}).get(key)


def press(name: str) -> None:
    """As a button's callback: whatever the page shows when it is drawn next shall run; see `running`."""
    put(name, _PRESSED)


def was_pressed(key: str, of: str) -> None:
    """As a button's callback: the page shall hear of it when it is drawn next, unless it is left before."""
    put(_PRESS + key, (of, monotonic()))


def take_press(key: str) -> str | None:
    """What a button was pressed for since this was asked last; None where it was not, or where nobody expects it any more."""
    of, when = get(_PRESS + key, (None, 0.0))
    forget(_PRESS + key)
    return of if monotonic() - when < _EXPECTED else None


def running(name: str, shown: str) -> bool:
    """Whether what the page shows is what was started under this name.

    Args:
        shown: what would be started now. A press may overtake a change of settings that the page has not been drawn with
            yet, so it means what is drawn next and not what its button was drawn for.
    """
    if st.session_state.get(name) == _PRESSED:
        st.session_state[name] = shown
    return st.session_state.get(name) == shown


def new(name: str, value: Any) -> bool:
    """Whether `value` has not been handled yet under this name; `put(name, value)` says that it has.

    Streamlit may end a run at any use of the session's memory. So a request is marked as handled after what came of it
    was stored, never before: at worst it is handled twice, to the same end.
    """
    return value is not None and st.session_state.get(name) != value
