"""The keyboard of a page: hears the keys of its table (keys.py), lists them at `?`, and tells the browser the page's language.

Everything happens in the browser; nothing is sent back.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from core.language import language, mark, tr
from dashboard.components import keys
from dashboard.components.canvas import script, style
from dashboard.language import TAGS

WORDS = {
    "title": mark("Keys"),
    "button": mark("Keys of this page"),
    "everywhere": mark("On every page"),
    "here": mark("On this page"),
    "drawn": mark("In a picture that Tab has reached"),
    "single": mark("single letters, digits and signs do something"),
    "close": mark("Close"),
}

_component = st.components.v2.component("attention_lab_keyboard", js=script("keyboard"), css=style("keyboard"))


def keyboard(page: str, *, key: str = "keyboard", words: Mapping[str, str] = WORDS) -> None:
    """The button `?`, and the keys.

    Args:
        page: the name of its file.
        key: identity of the component in the page; words: the strings on screen.
    """
    data = {**_listed(page, language()), "words": {name: tr(text) for name, text in words.items()}}
    _component(key=key, width="content", data=data)


@cache
def _listed(page: str, spoken: str) -> dict[str, Any]:
    """The keys as the browser wants them: fifteen or more in every answer, and always the same ones."""
    groups = (("here", keys.keys_of(page)), ("drawn", keys.DRAWN), ("everywhere", keys.EVERYWHERE))
    listed = [{"name": name, "keys": [one.told() for one in held]} for name, held in groups if held]
    return {"lang": TAGS[spoken], "groups": listed}
