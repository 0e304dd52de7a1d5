"""A button whose press is heard by the first run of the page that comes to it.

`st.button` tells one run alone, which whatever else the browser says may end before it has come to the button.
"""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state


def pressed(label: str, *, key: str, of: str = "", place: DeltaGenerator | None = None, **looks: Any) -> bool:
    """Draw a button; whether it was pressed. What follows must not touch the session before it is done: a run may end there.

    Args:
        key: of the button; of: what it is about: a press that was meant for something else comes to nothing.
        place: where it is drawn; looks: anything else that `st.button` takes.
    """
    draw = st.button if place is None else place.button
    draw(label, key=key, on_click=state.was_pressed, args=(key, of), **looks)
    return state.take_press(key) == of
