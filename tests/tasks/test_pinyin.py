"""Pinyin: a reading per character, in context."""

from collections import Counter

import pytest

from core.errors import DataError
from core.tasks.pinyin import Pinyin
from core.tasks.task import held_out, split_of

TASK = Pinyin()
TRAINED = [example for example in TASK.examples if split_of(example.source) == "train"]


@pytest.mark.parametrize(
    ("phrase", "syllables"),
    [
        ("中国", "zhōng guó"),
        ("银行", "yín háng"),
        ("行人", "xíng rén"),
        ("不是", "bù shì"),
        ("一定", "yī dìng"),
        ("猫", "māo"),
    ],
)
def test_a_phrase_read_by_hand(phrase, syllables):
    assert TASK.join_target(TASK.reference(TASK.tokenize(phrase))) == syllables


def test_what_is_not_chinese_has_no_reference():
    assert TASK.reference(["a", "中"]) is None
    assert TASK.reference([]) is None


def test_held_out_phrases_hold_only_characters_and_syllables_of_training_phrases():
    characters = {character for example in TRAINED for character in example.source}
    syllables = {syllable for example in TRAINED for syllable in example.target}
    assert len(TASK.examples) - len(TRAINED) > 2000
    for example in TASK.examples:
        assert characters.issuperset(example.source)
        assert syllables.issuperset(example.target)


def test_every_held_out_reading_is_shared_by_several_training_phrases():
    shared = Counter(pair for example in TRAINED for pair in zip(example.source, example.target))
    held = {pair for example in held_out(TASK, "test", 500) for pair in zip(example.source, example.target)}
    assert min(shared[pair] for pair in held) >= 2


def test_settings_bound_length_and_characters():
    small = Pinyin(longest=2, characters=300, support=5)
    assert {len(example.source) for example in small.examples} == {2}
    assert len(small.vocabularies[0]) <= 300 + 6
    assert len(small.examples) < len(TASK.examples)


def test_the_default_vocabularies_fit_a_small_model():
    source, target = TASK.vocabularies
    tables = (len(source) + 2 * len(target)) * 64  # two embeddings and an output layer of width 64
    assert tables * 2 < 600_000  # bytes at half precision


def test_settings_that_leave_no_phrase_say_what_to_change(monkeypatch):
    monkeypatch.setattr("core.tasks.pinyin._readings", lambda: {"银行": ("yín", "háng")})
    with pytest.raises(DataError, match="raise characters, or lower support or share"):
        Pinyin().examples  # noqa: B018


def test_syllables_are_split_at_spaces_whatever_their_form():
    assert TASK.tokenize_target(" Zho\u0304ng  guó ") == ["zhōng", "guó"]
