"""Tasks on words: how words are cut and read, what is held out, and what is said of files that cannot be used."""

from pathlib import Path
from random import Random

import pytest
import torch

from core.data.vector_sets import UNASKED
from core.data.vocabulary import MASK, UNK
from core.data.words import cut_as_treebank, frequent, read_as, shape, vocabulary_with_shapes
from core.errors import DataError, InputError, SettingError
from core.tasks.fill_in import GAP, FillIn
from core.tasks.sentiment import Sentiment
from core.tasks.tagging import Tagging


def conllu(*sentences: str) -> str:
    """Sentences written word/TAG."""
    blocks = []
    for one in sentences:
        cells = [pair.rpartition("/") for pair in one.split()]
        blocks.append("\n".join(f"{at}\t{word}\t_\t{tag}" + "\t_" * 6 for at, (word, _, tag) in enumerate(cells, 1)))
    return "\n\n".join(blocks) + "\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Three small files of sentences; two of the training file stand in the test file too."""
    rng, found = Random(1), {}
    nouns = ["dog", "cat", "house", "walking", "talking"]
    every = [f"The/DET {rng.choice(nouns)}/NOUN {rng.choice(('is', 'was', 'likes'))}/VERB it/PRON" for _ in range(60)]
    every[0] = "Oslo/PROPN was/VERB 2024/NUM"
    parts = {
        "path": every[:40],
        "validation_path": every[40:50],
        "test_path": [*every[50:], every[1], "Oslo/PROPN is/_"],
    }
    for name, some in parts.items():
        path = tmp_path / f"{name}.conllu"
        path.write_text(conllu(*some), "utf-8")
        found[name] = str(path)
    return found


# ---------------------------------------------------------------- words
def test_rare_words_are_read_by_their_shape_and_unknown_shapes_stay_unknown():
    sentences = [["the", "walking"], ["the", "talking"], ["the", "Mary"]]
    known = vocabulary_with_shapes(sentences, 2)
    assert set(known.tokens[6:]) == {"the", "<a…ng>"}
    assert read_as(["the", "barking", "Rome"], known) == ("the", "<a…ng>", "<A…me>")
    assert known.encode(read_as(["Rome"], known)) == [UNK]
    assert shape("B") == "<A…b>" and shape("über") == "<a…er>" and shape("3rd") == "<9>"


def test_the_most_frequent_words_are_known():
    assert frequent([["a", "b", "b"], ["c", "c", "b"]], 2, 1).tokens[6:] == ("b",)
    assert cut_as_treebank("We can't, she's") == ("We", "ca", "n't", ",", "she", "'s")


# ---------------------------------------------------------------- tagging
def test_sentences_of_held_out_files_are_not_learned_from(files):
    task = Tagging(**files)
    splits = {split: {one.items for one in task.some(split)} for split in ("train", "validation", "test")}
    assert not splits["train"] & splits["test"] and not splits["train"] & splits["validation"]
    assert any("stand in a held-out file too" in note for note in task.notes)
    assert task.entrance.labels == ("DET", "NOUN", "NUM", "PRON", "PROPN", "VERB")
    oslo = next(one for one in task.some("test") if one.items[0] == "Oslo")
    assert oslo.labels.tolist()[1] == UNASKED  # a word without a tag


def test_one_file_is_enough(files):
    task = Tagging(path=files["path"], rarest=1)
    parts = [len(task.examples(split)) for split in ("train", "validation", "test")]
    assert sum(parts) <= 40 and parts[0] > parts[1] + parts[2]


def test_rare_words_are_hidden_more_often_than_frequent_ones(files):
    task = Tagging(**files, rarest=1)
    rng, read = Random(2), dict.fromkeys(("The", "2024"), 0)
    for _ in range(60):
        for one in task.some("train"):
            learned = task.lesson(one, rng)
            for word, before, now in zip(one.items, one.content.tolist(), learned.content.tolist()):
                if word in read:
                    read[word] += before != now
            assert torch.equal(learned.labels, one.labels)
    counts = {word: sum(one.items.count(word) for one in task.some("train")) for word in read}
    assert read["The"] / counts["The"] < read["2024"] / counts["2024"]


def test_typed_text_says_how_its_words_were_read(files):
    example = Tagging(**files, rarest=1).read("The dog isn't barking")
    assert example.items == ("The", "dog", "is", "n't", "barking")
    assert example.told["read"][:3] == ["The", "dog", "is"] and example.told["read"][4] == "<a…ng>"
    with pytest.raises(InputError, match="no word was given"):
        Tagging(**files).read("  ")


def test_what_cannot_be_used_is_said(tmp_path, files):
    with pytest.raises(SettingError, match="path is empty"):
        Tagging().some("train")
    bare = tmp_path / "bare.conllu"
    bare.write_text(conllu(*["a/_ b/_"] * 3, *(f"a/_ {at}/_" for at in range(60))), "utf-8")
    with pytest.raises(DataError, match=r"no word of bare\.conllu has a tag"):
        _ = Tagging(path=str(bare)).entrance
    long = Tagging(**files, longest=3)
    assert any("more than 3 words" in note for note in long.notes)


# ---------------------------------------------------------------- sentiment
def test_every_tenth_text_of_a_label_is_for_the_test(tmp_path):
    (tmp_path / "good").write_text("".join(f"good text {chr(97 + at)}x\n" for at in range(20)), "utf-8")
    (tmp_path / "bad").write_text("".join(f"bad text {chr(97 + at)}x\n" for at in range(20)), "utf-8")
    task = Sentiment(path=str(tmp_path / "good"), other_path=str(tmp_path / "bad"), label="praise", other_label="blame")
    assert task.entrance.labels == ("blame", "praise") and task.entrance.output == "one"
    assert {one.items[2] for one in task.some("test")} == {"ax", "kx"} and len(task.some("train")) == 32
    assert [one.labels.item() for one in task.some("test") if one.items[0] == "good"] == [1, 1]
    read = task.read("Good, Unheard")
    assert read.items == ("good", ",", "unheard") and read.content[2] == UNK and read.labels.item() == UNASKED


def test_texts_that_read_alike_stay_in_one_split(tmp_path):
    rows = "".join(f"{'ab'[at % 2]}\tSame {at % 2}{'!' * 0} {'X' if at % 4 else 'x'} {at % 2}\n" for at in range(40))
    (tmp_path / "it.tsv").write_text(
        rows + "".join(f"{'ab'[at % 2]}\tother {chr(97 + at)}q\n" for at in range(25)), "utf-8"
    )
    task = Sentiment(path=str(tmp_path / "it.tsv"))
    splits = [{one.items for one in task.examples(split)} for split in ("train", "validation", "test")]
    assert not splits[0] & splits[2] and not splits[0] & splits[1]


def test_two_files_need_two_names(tmp_path):
    with pytest.raises(SettingError, match="both files have the label"):
        _ = Sentiment(path="a", other_path="b", other_label="positive").texts
    with pytest.raises(SettingError, match="path is empty"):
        _ = Sentiment().texts


# ---------------------------------------------------------------- fill in
def test_gaps_are_read_however_they_are_written():
    read = FillIn().read("bam ___ [MASK] kir <mask>")
    assert read.items == ("bam", GAP, GAP, "kir", GAP) and read.content.tolist()[1] == MASK
    with pytest.raises(InputError, match="none of these words was learned; words that were: bam"):
        FillIn().read("hello world")
    with pytest.raises(InputError, match="no word was given"):
        FillIn().read("")


def test_held_out_sentences_are_asked_only_where_words_are_hidden():
    task = FillIn()
    for one in task.some("test"):
        for item, number, label, word in zip(one.items, one.content.tolist(), one.labels.tolist(), one.told["words"]):
            assert (number == MASK) == (label != UNASKED) == (item == GAP)
            assert label == UNASKED or task.entrance.labels[label] == word


def test_a_text_of_ones_own_is_read_by_sentences_and_rare_words_are_never_hidden(tmp_path):
    path = tmp_path / "it.txt"
    path.write_text(
        "".join(f"The cat {verb} a mouse. A dog saw zz{at}!\n" for at, verb in enumerate(["saw", "ate"] * 40))
    )
    task = FillIn(path=str(path), hidden=0.9)
    assert "zz3" not in task.entrance.labels and "." in task.entrance.labels
    known = task.entrance.words
    assert known is not None and all(
        max(map(len, (one.items for one in task.some(split)))) == 6 for split in ("train",)
    )
    for one in task.some("train"):
        lesson = task.lesson(one, Random(1))
        assert all(label == UNASKED for label, was in zip(lesson.labels.tolist(), one.content.tolist()) if was == UNK)
    path.write_text("one two three")
    with pytest.raises(DataError, match="too few words that come twice"):
        _ = FillIn(path=str(path)).entrance
