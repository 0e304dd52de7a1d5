"""A button whose press is heard by the first run of the page that comes to it.

`st.button` tells one run alone, which whatever else the browser says may end before it has come to the button.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import state


def pressed(label: str, *, key: str, of: str = "", draw: Callable[..., bool] = st.button, **looks: Any) -> bool:
    """Draw a button; whether it was pressed. What follows does its deed before it touches the session: a run may end there.

    Args:
        key: of the button; of: what it is about: a press that was meant for something else comes to nothing.
        draw: `st.button`, that of a place, or a form's; looks: anything else that it takes.
    """
    draw(label, key=key, on_click=state.was_pressed, args=(key, of), **looks)
    return state.take_press(key) == of and not looks.get("disabled")
