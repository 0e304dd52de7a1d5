"""Matrices as numbers: tokens head rows and columns of a CSV, no token runs as a formula, all kinds hold the same."""

import csv
import io
import json

import numpy as np

from core.figures.attention import MapView, Reading, about_heads, about_map
from core.figures.export import EXPORTS, NUMBERS
from core.figures.provenance import Origin
from core.recording.matrix import AttentionMatrix, Site

FORMULAS = ("=1+1", "+1", "-", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0")
PLAIN = ("文", "a,b", 'say "x"', "a\nb", "'", "1", "<end>")


def matrix(queries: tuple[str, ...], keys: tuple[str, ...], heads: int, layer: int = 0) -> AttentionMatrix:
    weights = np.random.default_rng(layer).normal(size=(heads, len(queries), len(keys))).astype(np.float32)
    return AttentionMatrix(Site("decoder", layer, "cross", f"decoder.{layer}"), weights, queries, keys)


READING = Reading(Origin("demo/one", "ab", 1, 2), "text")


def rows(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")))


def test_tokens_stand_at_the_head_of_rows_and_columns_and_numbers_are_exact():
    view = MapView(matrix(PLAIN, PLAIN[:5], 3), 1, "head")
    table = rows(NUMBERS[".csv"]([view.numbers], about_map(view, READING)))
    assert table[0] == ["", *PLAIN[:5]] and [row[0] for row in table[1:]] == list(PLAIN)
    found = np.array([[np.float32(cell) for cell in row[1:]] for row in table[1:]])
    np.testing.assert_array_equal(found, view.matrix.weights[1])  # negative numbers too, as numbers


def test_no_token_is_run_as_a_formula_by_a_spreadsheet():
    one = matrix(FORMULAS, FORMULAS, 1)
    table = rows(NUMBERS[".csv"]([one], about_heads([one], READING)))
    for cell in [*table[0][1:], *(row[0] for row in table[1:])]:
        assert cell[0] == "'" and cell[1:] in FORMULAS
    assert any(cell.startswith("-") for row in table[1:] for cell in row[1:]), "numbers below zero stay numbers"


def test_all_heads_are_tables_that_name_their_site_and_head():
    both = [matrix(("a", "b"), ("x",), 2), matrix(("a",), ("x", "y"), 1, layer=1)]
    table = rows(EXPORTS[".csv"](both, about_heads(both, READING)))
    assert [row[0] for row in table if row and " head " in row[0]] == [
        "decoder.0 head 1",
        "decoder.0 head 2",
        "decoder.1 head 1",
    ]
    assert table.count([]) == 2 and table[-1][0] == "a" and len(table[-1]) == 3


def test_numbers_say_what_they_are_of():
    one = matrix(PLAIN, PLAIN, 2)
    about = about_heads([one], READING)
    as_json = json.loads(EXPORTS[".json"]([one], about))
    as_npz = np.load(io.BytesIO(EXPORTS[".npz"]([one], about)), allow_pickle=False)
    assert as_json["figure"] == json.loads(str(as_npz["figure"])) == about.to_dict()
    np.testing.assert_array_equal(as_npz["decoder.0"], np.float32(as_json["records"][0]["weights"]))


def test_a_large_map_of_all_heads_is_dots_and_stays_small():
    tokens = tuple(map(str, range(512)))
    svg = EXPORTS[".svg"]([matrix(tokens, tokens, 8)], about_heads([matrix(tokens, tokens, 8)], READING))
    assert svg.count(b"<image") == 8 and len(svg) < 8_000_000
