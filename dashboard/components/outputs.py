"""Outputs beside each other, token by token; what one of them has alone is marked."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import streamlit as st

from core.language import tr_each
from dashboard.components.canvas import script, style

WORDS = {"changed": "differs", "empty": "(nothing)"}

_component = st.components.v2.component("attention_lab_outputs", js=script("outputs"), css=style("outputs"))


class Shown(TypedDict):
    """One output: its title, its tokens, which of them to mark, and lines of figures below."""

    title: str
    tokens: Sequence[str]
    changed: Sequence[bool]
    lines: Sequence[str]


def outputs(shown: Sequence[Shown], *, key: str, words: Mapping[str, str] | None = None) -> None:
    """Draw them.

    Args:
        shown: one or more, from left to right.
        key: identity of the component in the page.
        words: the strings on screen, for other languages.
    """
    data = {
        "shown": [{name: value if isinstance(value, str) else list(value) for name, value in one.items()} for one in shown],
        "words": tr_each({**WORDS, **(words or {})}),
    }  # fmt: skip
    _component(key=key, data=data)
