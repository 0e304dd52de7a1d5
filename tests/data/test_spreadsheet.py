"""Tables for spreadsheets: text stays text, numbers stay numbers, and what was written is read back."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adapters.dumps import read_dump
from core.data.spreadsheet import harmless, meant, written
from core.figures.export import to_csv
from core.recording.matrix import AttentionMatrix, Site

FORMULAS = (
    "=1+1",
    "+1",
    "-",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=cmd|' /C calc'!A0",
    "'=1",
    "''@x",
    "-0.5",
    '=HYPERLINK("http://x")',
)
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula_does(text):
    ((cell, number),) = csv.reader(io.StringIO(written([[text, -0.5]]).decode(), newline=""))
    assert cell.startswith("'") and not cell.startswith(BEGINNINGS)
    assert number == "-0.5" and float(number) == -0.5, "a number is no text and stays what it is"


@given(st.text())
def test_every_text_comes_back(text):
    cell = harmless(text)
    assert meant(cell) == text
    assert not cell.startswith(BEGINNINGS)


def test_tokens_that_look_like_formulas_are_read_back_from_a_map():
    tokens = tuple(token for token in FORMULAS if token.isprintable())
    weights = np.random.default_rng(0).dirichlet(np.ones(len(tokens)), (1, len(tokens))).astype(np.float32)
    data = to_csv([AttentionMatrix(Site("decoder", 0, "cross", "x"), weights, tokens, tokens)])
    (one,) = read_dump([("map.csv", data)]).maps
    assert one.queries == tokens and one.keys == tokens
    np.testing.assert_array_equal(one.weights, weights[0])
