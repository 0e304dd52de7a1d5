"""Saved trees: they come back as they were, and what was damaged, edited or made by another model is refused, with the reason."""

import base64
import copy
import io
import json
import zipfile
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decoding.stepper import Stepper
from core.decoding.trees.packed import read_npz, write_npz
from core.decoding.trees.tree import DecodingTree, belongs, fold
from core.errors import DataError
from core.runs.catalog import SEARCHES
from tests.doubles import END, Markov, RandomTable, rules

TEXTS = ['"', "\\", "中", "\n", " ", "<b>"]
HEADER = {"strategy": "beam", "source": "a → 中", "logp": -1.5, "model": "demo/m", "checkpoint_step": 7,
          "model_hash": "abc", "vocab_hash": "def", "settings": {"width": 2}}  # fmt: skip


def made(name: str = "beam", **values: Any) -> DecodingTree:
    last = Stepper(RandomTable(4, 1), SEARCHES[name](**values), [7, END], rules(4)).finish()
    return fold([last], TEXTS, HEADER)


def equal(one: DecodingTree, other: DecodingTree) -> bool:
    # nan ≠ nan, but both are written null
    return one.to_dict() == other.to_dict()


SAVED = json.loads(made("beam", width=2, length_norm="mean").to_json())


@pytest.mark.parametrize("name", SEARCHES)
def test_a_tree_of_any_search_comes_back_from_json_and_npz(name):
    tree = made(name)
    assert equal(tree, DecodingTree.from_json(tree.to_json()))
    assert equal(tree, DecodingTree.from_json(tree.to_json().encode()))
    assert equal(tree, DecodingTree(*read_npz(write_npz(tree.parts))))
    assert equal(tree, DecodingTree.from_dict(tree.to_dict()))


def test_what_is_impossible_comes_back_as_impossible():
    """A token of probability 0 has log-probability −∞, which is no nan."""
    search = SEARCHES["greedy"]()
    walk = Stepper(Markov([[1, 0, 0], [0, 0, 1], [1, 0, 0]]), search, [7, END], rules(3))
    walk.go([END])
    tree = fold([walk.finish()], TEXTS, {})
    back = DecodingTree.from_json(tree.to_json())
    assert -inf in tree.nodes["logp"] and back.nodes["logp"] == tree.nodes["logp"]
    assert DecodingTree(*read_npz(write_npz(tree.parts))).nodes["logp"] == tree.nodes["logp"]


def test_another_way_of_writing_the_same_json_is_the_same_tree():
    assert equal(DecodingTree.from_json(json.dumps(SAVED, indent=3, sort_keys=True)), DecodingTree.from_dict(SAVED))


def changed(way: str, value: Any) -> str:
    """The saved tree, one thing in it replaced."""
    data = copy.deepcopy(SAVED)
    *above, last = way.split("/")
    at = data
    for step in above:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("way", "value", "reason"),
    [
        ("schema", "attnlab/attn/1", "schema 'attnlab/attn/1', expected"),
        ("digest", None, "carries no digest"),
        ("logp", -0.5, "edited: its header"),
        ("nodes/reason/4", "because", "edited: its nodes"),
        ("nodes/text/1", "a", "edited: its nodes"),
        ("steps/0/kept", 9, "edited: its steps"),
        ("nodes/logp/3", -0.001, "node 3: its `logp` is not its parent's plus its `logp_token`"),
        ("nodes/logp_token/2", -0.001, "node 2: its `logp`"),
        ("nodes/rank_score/2", 1.0, "node 2: its `adj` is not"),
        ("nodes/parent/2", 5, "node 2: its `parent` does not come before it"),
        ("nodes/parent/2", -7, "node 2: its `parent`"),
        ("nodes/id/1", 2, "node 1: its `id` is not its place"),
        ("nodes/step/1", 2, "node 1: its `step`"),
        ("nodes/n_tokens/1", 2, "node 1: its `n_tokens`"),
        ("nodes/walk/1", 0, "node 1: its `walk`"),
        ("nodes/token/1", -4, "node 1: its `token` is below 0"),
        ("nodes/token/1", 10**30, "beyond any that can be"),
        ("nodes/logp/1", 10**400, "beyond any that can be"),
        ("nodes/status/1", "alive", "node 1: its `status` is none"),
        ("nodes/status/1", "root", "only the first node is the root"),
        ("nodes/status/0", "finished", "only the first node is the root"),
        ("nodes/draw/1", 0, "node 1: its `draw` is not there"),
        ("nodes/attn/1", 10_000, "node 1: its attention is not there"),
        ("nodes/token/1", "4", "`nodes.token` of row 1 is not a whole number"),
        ("nodes/token/1", True, "`nodes.token` of row 1 is not a whole number"),
        ("nodes/forced/1", 1, "`nodes.forced` of row 1 is not true or false"),
        ("nodes/adj_parts/1", {"length": "x"}, "`nodes.adj_parts` holds what is no number"),
        ("nodes/adj_parts/1", {"length": 5.0}, "node 1: its `adj_parts` do not add up"),
        ("nodes/token", [], "of different lengths"),
        ("nodes", [], "`nodes` is no set of columns"),
        ("nodes", {}, "missing \\['id'"),
        ("draws/noise", None, "`draws` is no set of columns"),
        ("steps", {}, "`steps` is no list"),
        ("attention", [], "`attention` is no set of sites"),
        ("attention/table.cross/float32", "AAAA*", "cannot be read"),
        ("attention/table.cross/float32", "AAAAA", "cannot be read"),
        ("attention/table.cross/float32", "AAAA", "cannot be read"),
        ("attention/table.cross/shape", [10**12, 10**12, 1], "not of the shape it states"),
        ("attention/table.cross/shape", [1, -1, 1], "not of the shape it states"),
        ("attention/table.cross/shape", "none", "not of the shape it states"),
    ],
)  # fmt: skip
def test_an_edited_or_damaged_tree_is_refused_with_the_reason(way, value, reason):
    with pytest.raises(DataError, match=reason):
        DecodingTree.from_json(changed(way, value))


def test_attention_that_was_changed_is_noticed():
    rows = np.frombuffer(base64.b64decode(SAVED["attention"]["table.cross"]["float32"]), "<f4").copy()
    rows[3] += 0.125
    with pytest.raises(DataError, match="edited: its attention"):
        DecodingTree.from_json(changed("attention/table.cross/float32", base64.b64encode(rows.tobytes()).decode()))


@pytest.mark.parametrize("part", ["nodes", "steps", "draws", "attention"])
def test_a_part_that_is_missing_is_named(part):
    with pytest.raises(DataError, match=f"{part} missing"):
        DecodingTree.from_json(json.dumps({name: value for name, value in SAVED.items() if name != part}))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '"tree"', "[" * 100_000, b"\xff\xfe\x00", "NaN", "1" * 5000, b"\x89PNG\r\n"]
)
def test_what_is_no_tree_is_refused(text):
    with pytest.raises(DataError, match="not a decoding tree"):
        DecodingTree.from_json(text)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"nonsense", write_npz(made().parts)[:-400]],
    ids=["empty", "beginning", "nonsense", "cut off"],  # what was cut off took other times to make
)
def test_what_is_no_npz_of_a_tree_is_refused(content):
    with pytest.raises(DataError, match=r"this decoding tree is a damaged \.npz file"):
        read_npz(content)


def test_arrays_of_something_else_are_no_tree():
    file = io.BytesIO()
    np.savez(file, header=np.array('{"schema": "attnlab/attn/1"}'))
    with pytest.raises(DataError, match="its header is not that of"):
        read_npz(file.getvalue())


def test_an_npz_that_would_fill_the_memory_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.npy", b"0")
    content = bytearray(file.getvalue())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2**32 - 2).to_bytes(4, "little")  # the size it states
    with pytest.raises(DataError, match="unpacks to 1 arrays of 4,294,967,294 bytes; at most"):
        read_npz(bytes(content))


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way] * bool(way) + [found for name, one in inside for found in places(one, (*way, name))]


PLACES = places(SAVED)
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3),
    st.sampled_from(["inf", "-inf", [], {}, [1], {"shape": []}, "finished", "\ud800", 2**63, -1, 0, 1.0]),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(way=st.sampled_from(PLACES), value=ODD, deed=st.sampled_from(["put", "drop", "double"]))
def test_whatever_is_changed_in_a_file_it_loads_equal_or_is_refused(way, value, deed):
    data = copy.deepcopy(SAVED)
    at = data
    for step in way[:-1]:
        at = at[step]
    if deed == "put":
        at[way[-1]] = value
    elif deed == "drop":
        del at[way[-1]]
    elif isinstance(at, list):
        at.append(at[way[-1]])
    else:
        at[str(way[-1]) + "2"] = at[way[-1]]
    try:
        tree = DecodingTree.from_json(json.dumps(data))
    except DataError as refused:
        assert str(refused) and "\n" not in str(refused)
    else:
        assert equal(tree, DecodingTree.from_dict(SAVED))


TEXT = json.dumps(SAVED)
PACKED = write_npz(made("sampling", draws=3).parts)


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, len(TEXT) - 1), length=st.integers(0, 40), given_=st.text(max_size=5))
def test_whatever_is_torn_out_of_a_file_it_loads_equal_or_is_refused(at, length, given_):
    try:
        tree = DecodingTree.from_json(TEXT[:at] + given_ + TEXT[at + length :])
    except DataError:
        return
    assert equal(tree, DecodingTree.from_dict(SAVED))


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, len(PACKED) - 1), length=st.integers(0, 40), given_=st.binary(max_size=5))
def test_whatever_is_torn_out_of_an_npz_it_loads_equal_or_is_refused(at, length, given_):
    try:
        tree = DecodingTree(*read_npz(PACKED[:at] + given_ + PACKED[at + length :]))
    except DataError:
        return
    assert equal(tree, DecodingTree(*read_npz(PACKED)))


def test_a_tree_belongs_to_the_model_that_made_it_and_to_no_other():
    tree, own = DecodingTree.from_dict(SAVED), {"model_hash": "abc", "vocab_hash": "def", "vocabulary": 6}
    belongs(tree, **own)
    with pytest.raises(DataError, match=r"other weights \(demo/m, step 7\)"):
        belongs(tree, **{**own, "model_hash": "xyz"})
    with pytest.raises(DataError, match="another vocabulary"):
        belongs(tree, **{**own, "vocab_hash": "xyz"})
    with pytest.raises(DataError, match="a token that the model does not have"):
        belongs(tree, **{**own, "vocabulary": 3})


def test_nan_and_infinity_have_signs_of_their_own_in_json():
    tree = made("greedy")
    nodes = {**tree.nodes, "bound": [nan, inf, *tree.nodes["bound"][2:]]}
    other = DecodingTree(tree.header, nodes, tree.steps, tree.draws, tree.attention)
    assert json.loads(other.to_json())["nodes"]["bound"][:2] == [None, "inf"]
    assert DecodingTree.from_json(other.to_json()).nodes["bound"][1] == inf
