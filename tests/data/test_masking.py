"""What a masked language model is asked: shares by a χ² test, specials never, nothing at words that were not chosen."""

from itertools import pairwise
from random import Random

import pytest
import torch
from scipy.stats import chi2

from core.data.hidden_classes import WORDS, left_optimum, sentence, transitions, two_sided_optimum
from core.data.masking import chosen, masked
from core.data.vector_sets import UNASKED, stack_sets
from core.data.vocabulary import MASK, SPECIALS, UNK
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.seeds import Seeds

FIRST, SIZE, LONG = len(SPECIALS), 36, 16


def fits(counts: list[int], shares: list[float]) -> bool:
    """Whether counts are what these shares give, by a χ² test at 1 in 10,000."""
    total = sum(counts)
    statistic = sum((count - total * share) ** 2 / (total * share) for count, share in zip(counts, shares))
    return bool(statistic < chi2.ppf(0.9999, len(counts) - 1))


def test_shares_of_a_hundred_thousand_words_are_15_and_80_10_10():
    rng = Random(1)
    words, asked, kinds = 0, 0, [0, 0, 0]
    while words < 100_000:
        numbers = [rng.randrange(FIRST, SIZE) for _ in range(LONG)]
        content, labels = masked(numbers, SIZE, 0.15, rng)
        words += LONG
        for was, now, label in zip(numbers, content, labels):
            if label == UNASKED:
                assert now == was
                continue
            assert label == was - FIRST
            asked += 1
            kinds[0 if now == MASK else 2 if now == was else 1] += 1
    other = (
        0.1 * (SIZE - FIRST - 1) / (SIZE - FIRST)
    )  # another word is drawn from all of them: one time in thirty it is the same
    assert fits([asked, words - asked], [0.15, 0.85]) and fits(kinds, [0.8, other, 0.2 - other])
    assert not fits([int(0.17 * words), words - int(0.17 * words)], [0.15, 0.85])  # the test can fail


def test_special_symbols_are_never_chosen_and_never_put_in():
    rng = Random(2)
    numbers = [0, UNK, 6, UNK, 7, 2]
    for _ in range(500):
        assert set(chosen(numbers, 0.9, rng)) <= {2, 4}
        content, _ = masked(numbers, SIZE, 0.9, rng)
        assert [content[at] for at in (0, 1, 3, 5)] == [0, UNK, UNK, 2]
        assert all(content[at] == MASK or content[at] >= FIRST for at in (2, 4))
    assert chosen([UNK, UNK], 0.9, rng) == []


def test_a_short_sentence_is_asked_for_one_word_at_least():
    assert all(len(chosen([6, 7], 0.01, Random(seed))) == 1 for seed in range(50))


def test_words_that_were_not_chosen_are_not_learned_from():
    task = SetConfig.preset("fill_in").task
    network = build_set_model(SetConfig.preset("fill_in").model, task.entrance, Seeds(1))
    example = task.lesson(task.some("train")[0], Random(3))
    scores = network(stack_sets([example]))
    scores.retain_grad()
    asked = stack_sets([example]).labels != UNASKED
    torch.nn.functional.cross_entropy(scores[asked], stack_sets([example]).labels[asked]).backward()
    assert (scores.grad[~asked] == 0).all() and (scores.grad[asked] != 0).any()


def test_the_optima_are_those_of_counting_over_all_neighbors():
    step, classes = transitions(), range(6)
    assert step.sum(0) == pytest.approx(1) and step.sum(1) == pytest.approx(1)
    two = sum(max(step[a, c] * step[c, b] for c in classes) for a in classes for b in classes) / 6
    assert left_optimum() == pytest.approx(0.6) and two_sided_optimum() == pytest.approx(two)
    assert two_sided_optimum() > left_optimum() + 0.3


def test_sentences_follow_the_transitions():
    rng, counts = Random(4), torch.zeros(6, 6)
    for _ in range(2000):
        drawn = [WORDS[word] for word in sentence(rng)]
        for before, after in pairwise(drawn):
            counts[before, after] += 1
    shares = counts / counts.sum(1, keepdim=True)
    assert torch.allclose(shares, torch.tensor(transitions(), dtype=torch.float32), atol=0.02)


def test_no_letter_tells_a_class():
    for part in (slice(0, 1), slice(1, 3)):
        for piece in {word[part] for word in WORDS}:
            assert len({WORDS[word] for word in WORDS if word[part] == piece}) > 3
    assert len(WORDS) == 30
