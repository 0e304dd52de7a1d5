"""Trees as files for other programs: what is in them is what was searched, whatever the tokens look like."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.spreadsheet import harmless
from core.decoding.frontier import Force
from core.decoding.stepper import Stepper
from core.decoding.trees.tree import DecodingTree, fold
from core.errors import SettingError
from core.figures.tree import shown
from core.figures.tree_files import TREE_EXPORTS, export_of
from core.figures.tree_layout import CROWD, laid_out
from core.runs.catalog import SEARCHES
from tests.doubles import END, RandomTable, rules

PLAIN = ("<end>", "<begin>", "a", "b", "c", "d")
NASTY = ('"', "\\", "中文", "a\nb", "]]>", "<b>&")
SVG = "{http://www.w3.org/2000/svg}"


def made(
    texts: tuple[str, ...] = PLAIN, name: str = "beam", vocabulary: int = 4, longest: int = 4, **values: Any
) -> DecodingTree:
    limits = rules(longest)
    limits = type(limits)(**{**vars(limits), "gold": (2, 3, END)})
    walk = Stepper(RandomTable(vocabulary, 1), SEARCHES[name](**values), [7, END], limits)
    walk.finish()
    walk.back(), walk.back()
    walk.forward(Force(5))
    header = {"strategy": name, "source": texts[3], "output": texts[2], "stop_reason": "bound"}
    return fold([walk.finish()], texts, header)


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_outputs_as_a_table_hold_every_part_of_the_score_and_the_parts_add_up():
    tree = made(width=3, length_norm="mean", repetition_penalty=1.5)
    rows = lines(TREE_EXPORTS[".csv"](tree.parts))
    assert [row["rank"] for row in rows] == [str(at) for at in range(1, len(tree.finished()) + 1)]
    assert {"length", "repetition"} <= set(rows[0])
    for row, end in zip(rows, tree.finished()):
        assert row["text"] == " ".join(tree.text(end)) and int(row["tokens"]) == len(tree.path(end))
        total = float(row["logp"]) + float(row["length"]) + float(row["repetition"])
        assert total == pytest.approx(float(row["rank_score"])) == pytest.approx(tree.nodes["rank_score"][end])
    scores = [float(row["rank_score"]) for row in rows if row["status"] == "finished"]
    assert scores == sorted(scores, reverse=True)


def test_every_node_is_a_line_with_every_column():
    tree = made(NASTY, width=2)
    rows = lines(TREE_EXPORTS[".nodes.csv"](tree.parts))
    assert [row["text"] for row in rows] == tree.nodes["text"]
    assert [float(row["logp"]) for row in rows] == tree.nodes["logp"]
    assert [row["reason"] for row in rows] == tree.nodes["reason"]
    assert rows[0]["bound"] == ""  # nan


def unquoted(text: str) -> str:
    """What Graphviz makes of the inside of a string."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text)


STATEMENT = re.compile(r'  n(\d+) \[label="((?:[^"\\]|\\.)*)", tooltip="((?:[^"\\]|\\.)*)", ([^\n]*)\];')


@pytest.mark.parametrize("texts", [PLAIN, NASTY])
def test_graphviz_reads_every_node_and_edge_whatever_the_tokens_hold(texts):
    tree = made(texts, width=2)
    dot = TREE_EXPORTS[".dot"](tree.parts).decode()
    found = {int(number): (label, tip, rest) for number, label, tip, rest in STATEMENT.findall(dot)}
    assert list(found) == tree.nodes["id"]
    for node, (label, _, rest) in found.items():
        status, text = tree.nodes["status"][node], shown(tree.nodes["text"][node])
        starred = tree.nodes["is_gold"][node] and node > 0
        assert unquoted(label) == ("★ " if starred else "") + text
        assert ("dashed" in rest and "gray" in rest) == (status.startswith("pruned") or status == "superseded")
        assert ("peripheries=2" in rest) == (status == "finished")
        assert ("shape=house" in rest) == tree.nodes["forced"][node]
    edges = re.findall(r'  n(\d+) -> n(\d+) \[label="([^"]+)"', dot)
    assert [(int(a), int(b)) for a, b, _ in edges] == list(zip(tree.nodes["parent"], tree.nodes["id"]))[1:]
    assert float(edges[0][2]) == pytest.approx(np.exp(tree.nodes["logp_token"][1]), rel=5e-3)


def pills(picture: bytes) -> list[ET.Element]:
    root = ET.fromstring(picture)
    return [one for one in root.findall(f"{SVG}g") if one.find(f"{SVG}text").get("class") == "word"]


@pytest.mark.parametrize("texts", [PLAIN, NASTY])
def test_a_picture_shows_every_node_of_a_small_tree_and_tells_them_apart_by_shape(texts):
    tree = made(texts, width=2)
    found = pills(TREE_EXPORTS[".svg"](tree.parts))
    assert sorted(one.find(f"{SVG}text").text for one in found) == sorted(shown(text) for text in tree.nodes["text"])
    status = tree.nodes["status"]
    squares = sum(one.find(f'{SVG}rect[@class="done"]') is not None for one in found)
    assert squares == status.count("finished") > 0
    dead = [one for one in found if one.get("class") == "dead"]
    assert len(dead) == sum(one.startswith("pruned") or one == "superseded" for one in status) > 0
    signs = sum(len(one.findall(f'{SVG}path[@class="sign"]')) for one in found)
    assert signs == sum(tree.nodes["forced"]) + sum(tree.nodes["is_gold"][1:]) > 1


def test_no_two_pills_of_a_picture_lie_on_each_other_and_columns_are_steps():
    tree = made(width=3)
    layout = laid_out(tree.nodes)
    places = [(drawn.column, drawn.row) for drawn in layout.drawn.values()]
    assert len(set(places)) == len(places)
    assert all(drawn.column == tree.nodes["step"][node] for node, drawn in layout.drawn.items() if node >= 0)
    assert {layout.drawn[node].row for node in layout.best} == {0}  # the best path is a straight line
    assert layout.best == {0, *tree.path(tree.finished()[0])}


def test_of_a_large_tree_the_ways_to_its_outputs_are_drawn_and_nothing_is_lost_count_of():
    tree = made(tuple(f"t{at}" for at in range(30)), vocabulary=28, longest=14, width=8, stop="never")
    assert len(tree) > CROWD
    layout = laid_out(tree.nodes)
    drawn = {node for node in layout.drawn if node >= 0}
    assert {at for end in tree.finished() for at in tree.path(end)} <= drawn
    assert len(drawn) + sum(pill.hidden for pill in layout.drawn.values()) == len(tree)
    words = [one.find(f"{SVG}text").text for one in pills(TREE_EXPORTS[".svg"](tree.parts))]
    assert sum(int(word.split()[0]) for word in words if word.startswith("+")) == len(tree) - len(drawn)


@settings(max_examples=25, deadline=None)
@given(texts=st.tuples(*[st.text(max_size=30)] * 6), source=st.text(max_size=40))
def test_no_token_breaks_a_file(texts, source):
    tree = made(texts, width=2)
    tree.header["source"] = source
    ET.fromstring(TREE_EXPORTS[".svg"](tree.parts))
    assert len(STATEMENT.findall(TREE_EXPORTS[".dot"](tree.parts).decode())) == len(tree)
    assert [row["text"] for row in lines(TREE_EXPORTS[".nodes.csv"](tree.parts))] == [
        *map(harmless, tree.nodes["text"])
    ]


def test_json_and_npz_are_among_the_endings_and_an_unknown_one_is_refused():
    tree = made(width=2)
    assert DecodingTree.from_json(export_of("a.json")(tree.parts)).to_dict() == tree.to_dict()
    assert np.load(io.BytesIO(export_of("a.npz")(tree.parts)))["nodes.token"].tolist() == tree.nodes["token"]
    with pytest.raises(SettingError, match=r"cannot write tree\.bmp: choose a name that ends in \.json, \.csv"):
        export_of("tree.bmp")
