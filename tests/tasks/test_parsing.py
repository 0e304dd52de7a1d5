"""Parsing: the small grammar's trees follow from its words; trees of one's own are read, cut, split and scored."""

from pathlib import Path
from random import Random

import pytest

from core.data.brackets import written
from core.data.tree_tokens import TreeTokens, linear, read_linear
from core.data.vocabulary import UNK
from core.errors import DataError, SettingError
from core.tasks.attachment import LEXICON, OF_NOUNS, OF_VERBS, parsed, sentence
from core.tasks.parsing import Parsing
from core.tasks.task import held_out
from core.training.measures import measures_of

GUM = Path(__file__).resolve().parents[3] / "shared" / "data" / "gum-const-trees"
needs_gum = pytest.mark.skipif(not GUM.is_dir(), reason=f"the treebank is not here ({GUM})")


@pytest.mark.parametrize(("text", "tree"), [
    ("the boy saw the dog of the man", "(S (NP (DT the) (NN boy)) (VP (VBD saw) (NP (NP (DT the) (NN dog)) (PP (IN of) (NP (DT the) (NN man))))))"),
    ("the boy saw the dog with the man", "(S (NP (DT the) (NN boy)) (VP (VBD saw) (NP (DT the) (NN dog)) (PP (IN with) (NP (DT the) (NN man)))))"),
    ("mary slept near a house of tom", "(S (NP (NNP mary)) (VP (VBD slept) (PP (IN near) (NP (NP (DT a) (NN house)) (PP (IN of) (NP (NNP tom)))))))"),
    ("tom said that mary slept", "(S (NP (NNP tom)) (VP (VBD said) (SBAR (IN that) (S (NP (NNP mary)) (VP (VBD slept))))))"),
])  # fmt: skip
def test_the_preposition_says_what_a_phrase_belongs_to(text, tree):
    assert written(parsed(text.split())) == tree


def test_every_sentence_of_the_grammar_has_the_tree_it_was_drawn_with():
    rng = Random(3)
    for _ in range(500):
        tree = sentence(rng)
        assert parsed([leaf.word for leaf in tree.leaves]) == tree


def test_words_of_the_grammar_have_one_part_of_speech_and_attach_in_one_way():
    words = [word for found in LEXICON.values() for word in found]
    assert len(words) == len(set(words)) and not set(OF_NOUNS) & set(OF_VERBS)


@pytest.mark.parametrize(
    "text",
    ["", "the", "saw the dog", "the dog", "tom slept slept", "tom said mary slept", "tom saw " + "of tom " * 3000],
)
def test_what_is_no_sentence_has_no_tree(text):
    assert parsed(text.split()) is None and Parsing().reference(text.split()) is None


def test_prepositions_nest_without_end_and_the_reader_does_not():
    assert parsed(["tom", "slept", "in", "a", "house", *["of", "tom"] * 5000]) is None


def test_leaves_and_sentences_are_words_or_parts_of_speech():
    text = "Tom saw a dog."
    assert (
        Parsing().join_target(Parsing().reference(Parsing().tokenize(text)))
        == "(S (NP XX )NP (VP XX (NP XX XX )NP )VP )S"
    )
    tagged = Parsing(leaves="tags")
    assert tagged.join_target(tagged.reference(tagged.tokenize(text))) == "(S (NP NNP )NP (VP VBD (NP DT NN )NP )VP )S"
    example = Parsing(reads="tags").example(parsed(Parsing().tokenize(text)))
    assert example.source == ("NNP", "VBD", "DT", "NN")


def test_the_vocabulary_can_write_trees_and_every_target_is_one():
    for task in (Parsing(), Parsing(leaves="tags", longest=30, shortest=10)):
        assert TreeTokens.of(task.vocabularies[1].tokens) is not None
        for example in held_out(task, "validation", 15):
            assert read_linear(example.target, example.source).well_formed
            assert task.shortest <= len(example.source) <= task.longest


def test_bounds_that_exclude_each_other_are_refused():
    with pytest.raises(SettingError, match="shortest=20 is more than longest=12"):
        Parsing(shortest=20)


# ---------------------------------------------------------------- trees of one's own
def bank(folder: Path, count: int = 400) -> Path:
    """A file of trees of the grammar, some with capitals, one twice, one broken."""
    rng = Random(1)
    lines = [written(sentence(rng)) for _ in range(count)]
    path = folder / "bank.mrg"
    path.write_text("\n".join([*lines, lines[0].replace("(DT the)", "(DT The)"), "(S (NP (NN dog)"]), "utf-8")
    return path


def test_a_file_is_a_task_of_its_own(tmp_path):
    task = Parsing(path=str(bank(tmp_path)), longest=12, shortest=4)
    assert any("bank.mrg, line 402: a bracket that opens here is never closed" in note for note in task.notes)
    assert any("have fewer than 4 or more than 12 words and were left out" in note for note in task.notes)
    wanted = {"train": 60, "validation": 4, "test": 4}
    found = {split: {task.join(one.source).lower() for one in held_out(task, split, n)} for split, n in wanted.items()}
    assert {split: len(texts) for split, texts in found.items()} == wanted
    assert not found["train"] & (found["validation"] | found["test"])
    assert task.tokenize("The Dog .") == ["the", "dog", "."] and task.reference(("the", "dog")) is None


def test_words_seen_once_in_training_are_unknown(tmp_path):
    path = tmp_path / "one.ptb"
    path.write_text("\n".join(f"(S (NP (NN w{at % 50})) (VP (VBD rare{at})))" for at in range(200)), "utf-8")
    task = Parsing(path=str(path), shortest=2)
    words = task.vocabularies[0]
    assert "w1" in words.numbers and words.encode(["rare1", "w1"])[0] == UNK
    assert len(Parsing(path=str(path), shortest=2, vocabulary_size=20).vocabularies[0]) == 20 + 6


@pytest.mark.parametrize(("settings", "says"), [
    ({"path": "nowhere.ptb"}, "there is no file nowhere.ptb"),
    ({"path": "{}", "shortest": 90, "longest": 100}, "no sentence of .* has from 90 to 100 words"),
])  # fmt: skip
def test_a_path_that_cannot_be_used_is_said(tmp_path, settings, says):
    task = Parsing(**{**settings, "path": settings["path"].format(bank(tmp_path))})
    with pytest.raises(DataError, match=says):
        task.sample(Random(1))


def test_brackets_are_measured_of_this_task():
    task = Parsing()
    right = task.reference(task.tokenize("tom saw a dog"))
    found = measures_of(task, [right, right[:-1]], [right, right]).values
    assert (found["well-formed"], found["bracket recall"], found["bracket precision"]) == (0.5, 0.5, 1.0)
    assert found["bracket F1"] == pytest.approx(2 / 3)


@needs_gum
def test_a_real_treebank_is_a_task():
    task = Parsing(path=str(GUM / "GUM_news_warhol.ptb"), longest=30, leaves="tags")
    assert task.notes[-1].endswith("words and were left out") and len(task.examples) >= 20
    for example in task.examples:
        tree = read_linear(example.target, example.source).tree
        assert tree is not None and linear(tree, "tags") == list(example.target)
