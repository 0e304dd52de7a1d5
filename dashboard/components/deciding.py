"""Words with their labels; under the pointer, which words decided a label, and where attention looked."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import streamlit as st

from core.figures.drawn.table_words import table_words
from core.language import tr_each
from dashboard.components.canvas import pack, script, style

WORDS = {
    "idle": "Point at a word, or press it to keep it.",
    "decided": "What decided: nats that {label} loses when a word is hidden",
    "looked": "Where attention looked",
    "asked": "{word}: {label} {share}",
    "against": "spoke against it",
    "whole": "{label} {share}",
}

_component = st.components.v2.component(
    "attention_lab_deciding", js=script("number_table", "deciding"), css=style("deciding", "number_table")
)


class Labelled(TypedDict):
    """A word, or all of them: what it is called, its label and how likely that is; `asked`: whether one may point at it."""

    word: str
    label: str
    share: float
    asked: bool


def deciding(
    words: Sequence[str],
    asked: Sequence[Labelled],
    decided: np.ndarray,
    looked: np.ndarray | None,
    *,
    key: str,
    first: Sequence[str] = (),
    at: int = 0,
    said: Mapping[str, str] | None = None,
) -> None:
    """Draw them.

    Args:
        words: of the text. asked: one for each word, or a single one for all.
        decided: [asked, word], in nats; below 0 what spoke against. looked: [asked, first and word], in 0…1; None without attention.
        key: identity of the component in the page.
        first: items that the network puts before the words.
        at: which of the asked is looked at to begin with. said: the strings on screen, for other languages.
    """
    header = {
        "words": list(words), "first": list(first), "asked": list(asked), "at": at, "looks": looked is not None,
        "said": tr_each({**WORDS, **(said or {})}), "table": table_words(),
    }  # fmt: skip
    seen = np.zeros((0, 0)) if looked is None else looked
    _component(key=key, data=pack(header, decided.astype("<f4"), seen.astype("<f4")))
