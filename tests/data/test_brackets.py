"""Trees in brackets: files as people have them, and files that are broken."""

from pathlib import Path

import pytest

from core.data.brackets import DEEPEST, cleaned, read_tree, read_treebank, read_trees, written
from core.data.tree_tokens import TreeTokens, linear, read_linear
from core.errors import DataError

GUM = Path(__file__).resolve().parents[3] / "shared" / "data" / "gum-const-trees"
needs_gum = pytest.mark.skipif(not GUM.is_dir(), reason=f"the treebank is not here ({GUM})")


def file(folder: Path, text: str, name: str = "bank.ptb") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_tree_may_be_spread_over_lines_under_any_root_or_none(tmp_path):
    text = "(ROOT\n  (S (NP (PRP it))\n\n(VP (VBZ works))))\n( (S (UH no)) )\n(S1 (FRAG (UH yes)))(TOP (UH hm) (UH ah))"
    found = read_treebank(file(tmp_path, text))
    assert [written(tree) for tree in found.trees] == [
        "(S (NP (PRP it)) (VP (VBZ works)))", "(S (UH no))", "(FRAG (UH yes))", "(TOP (UH hm) (UH ah))",
    ]  # fmt: skip
    assert found.notes == ()


def test_brackets_among_words_are_escaped_and_function_tags_and_traces_go():
    tree = read_tree(
        "(S (NP-SBJ=2 (-LRB- -LRB-) (NN a) (-RRB- -RRB-)) (VP (VBD b) (SBAR (-NONE- 0) (S (-NONE- *T*-1)))))"
    )
    assert [leaf.word for leaf in cleaned(tree).leaves] == ["(", "a", ")", "b"]
    assert written(cleaned(tree)) == "(S (NP (-LRB- -LRB-) (NN a) (-RRB- -RRB-)) (VP (VBD b)))"
    assert cleaned(read_tree("(TOP (S (-NONE- *)))")) is None


@pytest.mark.parametrize(("text", "wrong"), [
    ("(S (UH a))\n(S (UH b)\n(S (UH c))", "line 2: a bracket that opens here is never closed"),
    ("(S (UH a))\n(S (UH b)))\n(S (UH c))", "line 2: a bracket is closed here that was not opened"),
    ("(S (UH a))\nhello\n(S (UH c))", "line 2: 'hello' stands outside all brackets"),
    ("(S (UH a))\n(S ())\n(S (UH c))", "line 2: () is neither a tag with one word nor a label with constituents"),
    ("(S (UH a))\n(S\n  b (UH c d))\n(S (UH c))", "line 3: (UH c d) is neither a tag with one word"),
    ("(S (UH a))\n(S (UH b) c)\n(S (UH c))", "line 2: the word 'c' stands beside constituents, without a tag"),
    ("(S (UH a))\n" + "(A " * 500 + "(B b)" + ")" * 500 + "\n(S (UH c))", f"line 2: a tree nests deeper than {DEEPEST}"),
])  # fmt: skip
def test_what_is_broken_is_named_with_its_line_and_the_rest_is_used(tmp_path, text, wrong):
    found = read_treebank(file(tmp_path, text))
    assert len(found.trees) >= 2 and written(found.trees[0]) == "(S (UH a))"
    (note,) = found.notes
    assert note.startswith(f"1 left out: bank.ptb, {wrong}")


def test_a_broken_tree_spread_over_lines_ends_where_the_next_begins():
    found, wrong = read_trees("(S\n  (NP (NN a))\n  (VP (VBD b)\n\n(S\n  (UH c))\n", "x.mrg")
    assert [written(tree) for tree in found] == ["(S (UH c))"]
    assert wrong == ["x.mrg, line 3: a bracket that opens here is never closed"]


def test_a_folder_is_read_whole_and_many_faults_are_counted(tmp_path):
    (tmp_path / "deep").mkdir()
    file(tmp_path / "deep", "(S (UH a))", "b.mrg")
    file(tmp_path, "(S (UH b)\n" * 9 + "(S (UH c))", "a.PTB")
    file(tmp_path, "no tree", "notes.txt")
    found = read_treebank(tmp_path)
    assert [written(tree) for tree in found.trees] == ["(S (UH c))", "(S (UH a))"]
    assert found.notes[0].startswith("9 left out: a.PTB, line 1:") and found.notes[0].endswith("; and 4 more")


@pytest.mark.parametrize(("name", "text", "says"), [
    ("x.ptb", "", "x.ptb is empty"), ("x.ptb", "((", "x.ptb, line 1: a bracket that opens here is never closed"),
    ("x.ptb", "(TOP (-NONE- *))", "x.ptb has no trees"), ("x.txt", "(S (UH a))", "has no file that ends in .ptb or .mrg"),
])  # fmt: skip
def test_where_nothing_can_be_used_it_is_said(tmp_path, name, text, says):
    path = file(tmp_path, text, name)
    with pytest.raises(DataError, match=says):
        read_treebank(tmp_path if name == "x.txt" else path)
    with pytest.raises(DataError, match="there is no file"):
        read_treebank(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["\x00(S (UH a))", "\ufeff(S (UH a))", "(S (UH \u200b))", "((((", "))))", "()", "( )"])
def test_no_text_ends_in_anything_but_trees_or_words(tmp_path, text):
    try:
        assert read_treebank(file(tmp_path, text)).trees
    except DataError as error:
        assert "bank.ptb" in str(error)


# ---------------------------------------------------------------- as tokens
@pytest.mark.parametrize(("tokens", "fault", "at"), [
    ("(S XX (NP XX )NP )S", "", -1),
    ("", "nothing was written", 0),
    ("XX", "XX at place 1 stands outside all brackets", 0),
    (")S", ")S at place 1 closes what was never opened", 0),
    ("(S XX (NP )NP XX )S", ")NP at place 4 closes a constituent without a word", 3),
    ("(S XX (NP XX )S", ")S at place 5 would close (NP, which was opened at place 3", 4),
    ("(S XX XX XX )S", "XX at place 4 is one word more than the sentence has (2)", 3),
    ("(S XX )S", "it ends with 1 of the 2 words", 3),
    ("(S XX XX )S (S", "(S at place 5 comes after the tree is closed", 4),
    ("(S XX (NP XX )NP", "it ends before (S, which was opened at place 1, is closed", 5),
    ("(S XX <unk> )S", "", -1),
])  # fmt: skip
def test_where_tokens_break_is_said(tokens, fault, at):
    found = read_linear(tokens.split(), ["it", "works"])
    assert (found.fault, found.at, found.well_formed) == (fault, at, not fault)


def test_constituents_know_their_tokens_and_words():
    found = read_linear(["(S", "(NP", "XX", "XX", ")NP", "(VP", "XX", ")VP", ")S"], ["the", "dog", "slept"])
    assert [(one.label, one.opened, one.closed, one.first, one.last, one.parent) for one in found.constituents] == [
        ("S", 0, 8, 0, 2, -1), ("NP", 1, 4, 0, 1, 0), ("VP", 5, 7, 2, 2, 0),
    ]  # fmt: skip
    broken = read_linear(["(S", "(NP", "XX", "XX", ")NP", "(VP", "XX", ")NP"], ["the", "dog", "slept"])
    assert [one.label for one in broken.constituents] == ["NP"]


@pytest.mark.parametrize("tokens", [["a", "b"], ["(", ")", "x"], ["(S", "x"], ["(S", ")S", ")X", "x"], ["(S", ")S"]])
def test_a_vocabulary_without_whole_brackets_writes_no_trees(tokens):
    assert TreeTokens.of(tokens) is None


@needs_gum
def test_the_treebank_is_read_whole():
    found = read_treebank(GUM)
    assert found.notes == () and len(found.trees) == 2363
    leaves = [leaf for tree in found.trees for leaf in tree.leaves]
    # six more than its README counts: those whose tag and word stand on two lines
    assert len(leaves) == 51879 and len({leaf.tag for leaf in leaves}) == 45
    assert max(len(tree.leaves) for tree in found.trees) == 98


@needs_gum
@pytest.mark.parametrize("leaves", ["XX", "tags"])
def test_every_tree_of_the_treebank_comes_back_from_its_tokens(leaves):
    for tree in read_treebank(GUM / "GUM_bio_galois.ptb").trees:
        tokens = linear(tree, leaves)
        again = read_linear(tokens, [leaf.word for leaf in tree.leaves])
        assert again.tree is not None and linear(again.tree, leaves) == tokens
        assert leaves == "XX" or again.tree == tree
        assert read_tree(written(tree)) == tree
