"""Tokenizers: cut, join, say themselves."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.parallel_text import clean
from core.data.tokenization import TOKENIZERS, PairTokenizer, WordTokenizer, tokenizer_of, vocabulary_of
from core.data.vocabulary import SPECIALS
from core.errors import DataError

TEXTS = [
    "The cat sat on the mat.",
    "The dog sat on the cat!",
    '"Go on," he said, "and don\'t stop."',
    "Wo ist (bitte) der Bahnhof?",
    "我们今天去银行。",
    "كيف حالك ؟",
    "Привет, мир!",
    "It costs € 30 – really?",
    "<pad> <end> <unk>",
]
LEARNED = {kind: tokenizer.learn(TEXTS, 120) for kind, tokenizer in TOKENIZERS.items()}
texts = st.text(max_size=40).map(clean)


@pytest.mark.parametrize("kind", TOKENIZERS)
@settings(max_examples=100, deadline=None)
@given(text=texts)
def test_no_character_but_spaces_is_lost_or_moved(kind, text):
    kept = "".join(LEARNED[kind].tokenize(text)).replace("▁", "").replace(" ", "")
    assert kept == text.replace(" ", "")


@pytest.mark.parametrize("kind", ["character", "bpe"])
@settings(max_examples=100, deadline=None)
@given(text=texts)
def test_characters_and_pieces_come_back_as_the_very_same_text(kind, text):
    assert LEARNED[kind].join(LEARNED[kind].tokenize(text)) == text


@settings(max_examples=200, deadline=None)
@given(text=texts)
def test_words_joined_are_cut_into_the_same_words(text):
    words = WordTokenizer().tokenize(text)
    assert WordTokenizer().tokenize(WordTokenizer().join(words)) == words


@pytest.mark.parametrize("text", [text for text in TEXTS if "<" not in text])
def test_ordinary_sentences_come_back_from_words_as_they_were(text):
    assert WordTokenizer().join(WordTokenizer().tokenize(text)) == text


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_tokenizer_comes_back_from_json_the_same(kind):
    again = tokenizer_of(json.loads(json.dumps(LEARNED[kind].to_dict())))
    assert again.to_dict() == LEARNED[kind].to_dict()
    assert all(again.tokenize(text) == LEARNED[kind].tokenize(text) for text in [*TEXTS, "zzz Kätzchen 猫"])


def test_merges_are_learned_the_same_again():
    rng = Random(1)
    corpus = [" ".join("".join(rng.choices("abcd", k=rng.randint(1, 6))) for _ in range(6)) for _ in range(200)]
    assert PairTokenizer.learn(corpus, 90).to_dict() == PairTokenizer.learn(corpus, 90).to_dict()


def test_pieces_number_what_was_asked_and_frequent_words_become_one():
    pairs = PairTokenizer.learn(["the cat", "the hat", "the bat"] * 9, 15)
    assert len(pairs.inventory) == 15
    assert pairs.tokenize("the that")[0] == "▁the"


@pytest.mark.parametrize("special", SPECIALS)
def test_no_piece_spells_a_special_symbol(special):
    pairs = PairTokenizer.learn([special] * 50, 100)
    assert special not in pairs.tokenize(special) and special not in pairs.tokenize(f"a{special}b")
    assert pairs.join(pairs.tokenize(special)) == special


@pytest.mark.parametrize(
    "data", [{}, {"kind": "none"}, {"kind": "bpe"}, {"kind": "bpe", "pieces": ["a"], "merges": [["a", "b"]]}]
)
def test_a_damaged_tokenizer_is_refused_with_advice(data):
    with pytest.raises(DataError, match="train the run again"):
        tokenizer_of(data)


def test_the_vocabulary_keeps_the_frequent_tokens_and_of_equals_the_first():
    vocabulary = vocabulary_of(WordTokenizer(), ["b b c", "a c d"], 3)
    assert vocabulary.tokens[len(SPECIALS) :] == ("a", "b", "c")


def test_the_vocabulary_of_pieces_holds_every_piece():
    assert LEARNED["bpe"].inventory <= set(vocabulary_of(LEARNED["bpe"], TEXTS, 1).tokens)
