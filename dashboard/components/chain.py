"""The chain of one attention on screen: every quantity as a matrix with its numbers, and the formula of the cell under the pointer.

Everything that is shown was computed by the engine; the browser colours numbers, writes them into formulas, and says what
was typed. Python hears all cells as they are now, never "one more": what is not yet a number comes as the text that it is.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from core.attention.worksheet import NAMES, Fault, Worksheet
from core.figures.drawn.table_words import table_words
from core.language import tr, tr_each
from core.recording.chain import Chain
from dashboard.components.canvas import pack, remembered, script, style
from dashboard.components.chain_words import NORMALIZED, said, stages

COLUMNS, ROWS = "columns", "rows"
WORDS = {
    "idle": "Point at a number to see what it is made of.",
    "edit": "Point at a number to see what it is made of. Framed numbers are yours: type, or drag them up and down.",
    "head": "head {n}",
    "sum": "Σ",
    "sum_help": "what the weights of this query sum to",
    "given": "given: type a number, or drag it up and down",
    "recorded": "as it was recorded",
    "turned": "turned by its place: each pair of features by an angle that grows with the place",
    "positions": "what positions add, before anything is masked",
    "forbidden": "the mask forbids this query to look at this key",
    "joined": "taken from head {n}",
    "terms": "{n} terms",
    "own": "made by the mechanism in its own way",
    "matrix": "{title}, {rows} rows, {columns} columns",
    "cell": "{name} is {value}",
    "all": "all matrices",
}

_component = st.components.v2.component(
    "attention_lab_chain",
    js=script("number_table", "chain_formula", "chain_matrix", "chain_edit", "chain_table", "chain"),
    css=style("chain", "number_table"),
)


class Typed(NamedTuple):
    """What came from the browser.

    Attributes:
        epoch: of the worksheet that was edited; gesture: one drag or one typed cell; final: whether it has ended.
        serial: counts what was sent; cells: all of them.
    """

    epoch: int
    gesture: int
    final: bool
    serial: int
    cells: Mapping[str, Any]


def typed(key: str) -> Typed | None:
    """What was typed last into the component of this key, before it is drawn; None where nothing was."""
    known = remembered(key, "typed")
    return Typed(**{name: known[name] for name in Typed._fields}) if known else None


def chain(
    shown: Chain,
    *,
    key: str,
    orientation: str = COLUMNS,
    sheet: Worksheet | None = None,
    epoch: int = 0,
    fault: Fault | None = None,
    sentence: bool = False,
    words: Mapping[str, str] | None = None,
) -> None:
    """Draw a chain.

    Args:
        shown: the numbers.
        key: identity of the component in the page.
        orientation: COLUMNS, vectors as columns as in the lecture, or ROWS, as in the field; the same numbers, transposed.
        sheet: the given numbers, which can then be edited; None: nothing can.
        epoch: another one makes the browser take the sheet's numbers for those that were typed into it.
        fault: a cell that cannot be read; it is marked and its words are shown until it can.
        sentence: many smaller numbers under tokens, instead of a few under a¹, q¹ …
        words: the strings on screen, for other languages.
    """
    last = typed(key)
    header = {
        "quantities": [_described(shown, name) for name in (one.name for one in shown.quantities)],
        "queries": list(shown.queries),
        "keys": list(shown.keys),
        "normalized": NORMALIZED.get(shown.normalizer),
        "allowed": shown.allowed.tolist(),
        "sums": [[round(float(total), 6) for total in row] for row in shown.row_sums],
        "orientation": orientation,
        "stages": stages(shown),
        "cells": {name: [list(row) for row in sheet.matrices[name]] for name in NAMES} if sheet else None,
        "epoch": epoch,
        "serial": last.serial if last and last.epoch == epoch else 0,
        "fault": asdict(fault) if fault else None,
        "double": not sentence,
        "table": table_words(),
        "sentence": sentence,
        "words": tr_each({**WORDS, "recorded": WORDS["given"] if sheet else WORDS["recorded"], **(words or {})}),
    }
    kind = "<f4" if sentence else "<f8"
    bodies = [np.ascontiguousarray(one.values, dtype=kind) for one in shown.quantities]
    _component(key=key, data=pack(header, *bodies), on_typed_change=lambda: None)


def _described(shown: Chain, name: str) -> dict[str, Any]:
    quantity, text = shown.quantity(name), said(shown, name)
    return {
        "name": name, "shape": list(quantity.values.shape), "kind": quantity.recipe.kind, "of": list(quantity.recipe.of),
        "number": quantity.recipe.number, "title": tr(text.title), "symbol": text.symbol, "axes": list(text.axes),
        "formula": {COLUMNS: text.columns, ROWS: text.rows},
    }  # fmt: skip
