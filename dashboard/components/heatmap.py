"""One attention map, large: tokens on both axes, the value under the pointer, rows and columns that can be followed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import streamlit as st

from core.errors import ShapeError
from core.figures.drawn.scripts import HEATMAP
from core.figures.drawn.table_words import table_words
from core.figures.drawn.words import HEATMAP as WORDS
from core.language import tr, tr_each
from core.recording.alignment import Mark
from dashboard.components.canvas import codes, pack, shared_script, style

EXACT_UP_TO = 256 * 256

_component = st.components.v2.component(
    "attention_lab_heatmap",
    js=shared_script(*HEATMAP, mount=("heatmap", "HeatmapView")),
    css=style("heatmap", "number_table"),
)


def heatmap(
    weights: np.ndarray,
    queries: Sequence[str],
    keys: Sequence[str],
    *,
    key: str,
    title: str = "",
    exact: bool = True,
    high: float | None = None,
    words: Mapping[str, str] | None = None,
    path: Sequence[tuple[int, int]] | None = None,
    marks: Sequence[Mark] = (),
) -> None:
    """One map with real tokens on both axes.

    Args:
        weights: [query, key]; the farther from 0 the darker, below 0 in another hue; what is NaN is drawn as 0.
        queries, keys: the token of each row and column; equal tokens stay separate rows.
        key: identity of the component in the page.
        title: drawn above the map and read out with it.
        exact: send float32 up to 256 × 256 cells; else, and above, 256 levels, marked by ≈.
        high: weight at the end of the color scale; the largest weight if None. Give two maps the same to compare them.
        words: the strings on screen, for other languages.
        path: cells (row, column) that a line is drawn through; with it, or with marks, the picture can be saved.
        marks: rows and columns to point out.

    Raises:
        ShapeError: the labels do not fit the weights.
    """
    if weights.shape != (len(queries), len(keys)):
        raise ShapeError(
            tr(
                "weights {shape} do not fit {count} query and {count2} key labels; expected [query, key]",
                shape=weights.shape,
                count=len(queries),
                count2=len(keys),
            )
        )
    top = float(high) if high is not None else float(np.abs(np.nan_to_num(weights)).max(initial=0.0))
    full = exact and weights.size <= EXACT_UP_TO
    signed = bool((np.nan_to_num(weights) < 0).any())
    body = np.nan_to_num(weights).astype("<f4") if full else _levels(weights, top, signed)
    header = {
        "queries": list(queries),
        "keys": list(keys),
        "high": top,
        "exact": full,
        "signed": signed,
        "title": title,
        "words": tr_each({**WORDS, **(words or {})}),
        "table": table_words(),
        "path": None if path is None else [[int(row), int(column)] for row, column in path],
        "marks": [asdict(mark) for mark in marks],
    }
    _component(key=key, data=pack(header, body))


def _levels(weights: np.ndarray, top: float, signed: bool) -> np.ndarray:
    """256 levels; with signs 128 is zero, as heatmap_signs.js reads them."""
    if not signed:
        return codes(weights, top)
    scaled = np.nan_to_num(weights) * (127 / top if top > 0 else 0.0)
    return np.clip(np.round(128 + scaled), 1, 255).astype(np.uint8)
