"""Claims on words: verdicts follow their rules, baselines count as they say, and what is missing is said."""

from collections import Counter

import pytest
import torch

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.pretraining import PRETRAINED, SCRATCH, SIZES, Pretraining, filled_right
from core.claims.real_data import PLACE, real_file
from core.claims.sentiment import SentimentClaim, naive_bayes_right
from core.claims.set_training import network_of
from core.claims.tagging import TaggingClaim, table_right
from core.claims.word_classes import WordClasses
from core.data.hidden_classes import left_optimum, two_sided_optimum
from core.data.vector_sets import UNASKED, SetExample
from core.errors import MissingData
from core.runs.set_config import SetConfig


def words(text: str, labels: list[int] | int) -> SetExample:
    return SetExample(tuple(text.split()), torch.zeros(len(text.split()), dtype=torch.long), torch.tensor(labels))


def tags(table: float, alone: float, window: float, attention: float) -> Measured:
    return Measured(attention, table, tuple({"accuracy": one} for one in (table, alone, window, attention)))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([tags(0.81, 0.82, 0.84, 0.86)], "shown"),
        ([tags(0.81, 0.82, 0.84, 0.86), tags(0.81, 0.82, 0.84, 0.83)], "not shown"),
        ([tags(0.81, 0.85, 0.84, 0.86)], "not shown"),
        ([tags(0.81, 0.7, 0.7, 0.8)], "contradicted"),
    ],
)
def test_tags_are_shown_when_each_step_helps_and_the_table_is_beaten(found, verdict):
    assert TaggingClaim().verdict(found) == verdict


def test_a_table_gives_each_word_its_most_frequent_tag_and_others_the_most_frequent_of_all():
    train = [words("the cat sat", [0, 1, 2]), words("The the cat", [1, 0, 1])]
    assert table_right(train, [words("THE cat sat dog", [0, 1, 2, 1]), words("the x", [1, UNASKED])]) == 4 / 5


def test_naive_bayes_counts_words():
    train = [words("good fine", 1), words("good day", 1), words("bad day", 0), words("bad bad film", 0)]
    assert naive_bayes_right(train, [words("good film", 1), words("bad unheard", 0), words("fine", 0)]) == 2 / 3


@pytest.mark.parametrize(("effect", "verdict"), [(0.80, "shown"), (0.785, "not shown"), (0.5, "not shown")])
def test_counting_words_is_hard_to_beat_and_that_contradicts_nothing(effect, verdict):
    assert SentimentClaim().verdict([Measured(effect, 0.784)]) == verdict


def few(pretrained: float, scratch: float, filled: float) -> Measured:
    return Measured(pretrained, scratch, ({"filled in": filled},))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([few(0.8, 0.6, 0.88)], "shown"),
        ([few(0.8, 0.6, 0.55)], "not shown"),  # filled in no better than from the left
        ([few(0.8, 0.6, 0.88), few(0.61, 0.6, 0.88)], "not shown"),
        ([few(0.5, 0.6, 0.88)], "contradicted"),
    ],
)
def test_pretraining_is_shown_by_its_rule(found, verdict):
    assert Pretraining().verdict(found) == verdict


def test_pretraining_compares_both_at_every_size():
    finding = run(Pretraining(), [0], 0.01)
    assert Counter((row["begins"], row["labelled"]) for row in finding.rows) == Counter(
        (name, size) for size in SIZES for name in (SCRATCH, PRETRAINED)
    )
    mean = sum(row["accuracy"] for row in finding.rows if row["begins"] == SCRATCH and row["labelled"] <= 2) / 2
    assert finding.baseline == mean


@pytest.mark.slow
def test_filling_in_beats_what_the_left_tells_and_not_what_both_sides_tell():
    config = SetConfig.preset("fill_in")
    training = network_of(config)
    while True:
        try:
            next(training)
        except StopIteration as done:
            right = filled_right(done.value, config.task.entrance, 1)
            break
    noise = 3 * (two_sided_optimum() * (1 - two_sided_optimum()) / 1000) ** 0.5  # of a thousand hidden words
    assert left_optimum() + 0.1 < right <= two_sided_optimum() + noise


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.25, 0.02), (0.19, -0.02)], "shown"),
        ([(0.25, 0.02), (0.19, 0.02)], "not shown"),  # with every seed
        ([(-0.3, 0.0)], "contradicted"),
    ],
)
def test_classes_must_come_together_by_more_than_chance_had_them(found, verdict):
    assert WordClasses().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


@pytest.mark.slow
def test_filling_in_brings_words_of_a_class_together():
    finding = run(WordClasses(), [0, 1])
    assert finding.verdict == "shown", finding.rows


def test_missing_data_are_named_with_where_they_belong(tmp_path, monkeypatch):
    monkeypatch.delenv(PLACE, raising=False)
    with pytest.raises(MissingData, match=rf"measured on it/a\.txt \(somewhere\), and {PLACE} is not set"):
        real_file("it", "a.txt", "somewhere")
    monkeypatch.setenv(PLACE, str(tmp_path))
    with pytest.raises(MissingData, match=r"a\.txt is missing"):
        real_file("it", "a.txt", "somewhere")
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "a.txt").write_text("x")
    assert real_file("it", "a.txt", "somewhere").endswith("a.txt")
