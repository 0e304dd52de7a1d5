"""What experiments share: chance from seeds alone, the loss over what is asked, every part of a label right."""

import pytest
import torch
from torch import nn

from core.attention.dropout import Dropout
from core.claims.labeling import Labelled, accuracy, cross_entropy, learn, made
from core.seeds import Seeds


class Fixed(nn.Module):
    """Scores that are given, whatever is read."""

    def __init__(self, scores: torch.Tensor) -> None:
        super().__init__()
        self.scores = scores

    def forward(self, tokens: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        return self.scores


class Line(nn.Module):
    """A table from tokens to scores of five labels, with dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.dropout = nn.Embedding(7, 5), Dropout(0.2)

    def forward(self, tokens: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        return self.dropout(self.table(tokens))


def remainder(generator: torch.Generator) -> Labelled:
    tokens = torch.randint(7, (4, 3), generator=generator)
    there = torch.ones_like(tokens, dtype=torch.bool)
    return Labelled(tokens, there, tokens % 5, there)


def batch(labels: list, asked: list) -> Labelled:
    there = torch.tensor(asked)
    return Labelled(torch.zeros_like(there, dtype=torch.long), torch.ones_like(there), torch.tensor(labels), there)


def test_a_label_of_two_parts_is_right_when_both_are_and_pads_are_not_asked():
    scores = torch.zeros(1, 3, 2, 4)
    scores[0, 0, 0, 1] = scores[0, 0, 1, 2] = scores[0, 1, 0, 3] = scores[0, 1, 1, 3] = 9.0
    labels = [[[1, 2], [3, 0], [1, 1]]]
    assert accuracy(Fixed(scores), batch(labels, [[True, True, False]])) == 0.5
    assert accuracy(Fixed(scores), batch(labels, [[True, False, False]])) == 1.0


def test_cross_entropy_is_the_mean_over_what_is_asked():
    scores = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1))
    given = batch([[0, 1, 2], [3, 2, 1]], [[True, True, False], [False, False, True]])
    logp = scores.log_softmax(-1)
    expected = -(logp[0, 0, 0] + logp[0, 1, 1] + logp[1, 2, 1]) / 3
    assert torch.allclose(cross_entropy(Fixed(scores), given), expected)


def test_the_same_seed_trains_the_same_and_the_global_generator_is_left_alone():
    before = torch.random.get_rng_state()
    runs = []
    for seed in (5, 5, 6):
        network = made(Line, Seeds(seed))
        runs.append([now.loss for now in learn(network, remainder, Seeds(seed), 4)])
    assert runs[0] == runs[1] != runs[2]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_it_learns_and_is_in_training_mode_at_every_step():
    network = made(Line, Seeds(1))
    for now in learn(network, remainder, Seeds(1), 150, rate=0.1):
        assert network.training
        if now.step % 50 == 0:
            accuracy(network, remainder(Seeds(1).generator("held out")))
            assert not network.training
    assert accuracy(network, remainder(Seeds(1).generator("held out"))) == 1.0


def test_warm_up_lets_the_first_steps_change_less():
    moved = {}
    for warmup in (0, 10):
        network = made(Line, Seeds(1))
        before = network.table.weight.detach().clone()
        next(learn(network, remainder, Seeds(1), 20, rate=0.1, warmup=warmup))
        moved[warmup] = float((network.table.weight.detach() - before).abs().max())
    assert moved[10] == pytest.approx(moved[0] / 10, rel=1e-3)
