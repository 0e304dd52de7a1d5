"""Exposure bias measured on models: one that copies its prefix, one that does not look at it, and trained ones."""

import pytest
import torch

from core.data.batch import Batch, collate
from core.decoding.batched import decode
from core.decoding.greedy import GreedySearch
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.training.evaluation import rules_for
from core.training.exposing import another, behind, excess_loss, exposed, injured, nowhere, recovery, written
from tests.laws.models import LETTERS, WORDS, batch, model, pairs

MODELS = ["transformer-pre-learned", "gru-additive", "lstm-dot"]
LOWEST, HIGHEST = LETTERS.encode("a")[0], LETTERS.encode("h")[0]


class Deaf(torch.nn.Module):
    """A decoder that does not look at its prefix: what it says depends on the place alone; and one that repeats it."""

    def __init__(self, repeats: bool) -> None:
        super().__init__()
        self.repeats = repeats

    def forward(self, tokens, memory):
        return torch.nn.functional.one_hot(self.said(tokens, 0), len(LETTERS)).float()

    def start(self, memory):
        return 0

    def step(self, tokens, state):
        said = self.said(tokens[:, None], state)
        return torch.nn.functional.one_hot(said, len(LETTERS)).float()[:, 0], state + 1

    def said(self, tokens, first):
        places = torch.arange(first, first + tokens.shape[1]).expand_as(tokens)
        by_place = LOWEST + places * places % 5
        return torch.where((tokens >= LOWEST) & torch.tensor(self.repeats), tokens, by_place)


def double(repeats: bool) -> Seq2Seq:
    net = model("gru-dot")
    net.decoder = Deaf(repeats)
    return net


@pytest.mark.parametrize("name", MODELS)
def test_running_free_is_greedy_search_until_it_ends(name):
    net, given = model(name), collate(pairs(WORDS), LETTERS, LETTERS)
    free = written(net, given, behind(given, 0))
    sources = [LETTERS.encode_source(one.source) for one in pairs(WORDS)]
    found = decode(GreedySearch(), net, sources, [rules_for(net, one, keep_pruned=0) for one in sources])
    for row, frontier, length in zip(free.tolist(), found, given.target_valid.sum(1).tolist()):
        tokens = list(frontier.best.tokens())
        assert row[: min(len(tokens), length)] == tokens[:length]


@pytest.mark.parametrize("name", MODELS)
def test_under_the_right_prefix_it_is_what_teacher_forcing_predicts(name):
    net, given = model(name).train(), batch(WORDS)
    forced = written(net, given, nowhere(given))
    assert net.training
    logits = net.eval()(given)
    logits[..., list(net.never_generated)] = -torch.inf
    assert torch.equal(forced[given.target_valid], logits.argmax(-1)[given.target_valid])


def test_who_does_not_look_at_the_prefix_is_as_good_running_free():
    found = exposed(double(repeats=False), pairs(WORDS), (LETTERS, LETTERS))
    assert found.forced == found.free and found.forced_at == found.free_at and 0 < found.free < 1


def test_a_wrong_word_is_heard_by_who_repeats_its_prefix_and_by_nobody_else():
    given = batch(["abcdefgh", "hgfedcba"])
    wrong = another(given, 1, range(LOWEST, HIGHEST + 1), Seeds(1))
    assert not (wrong == given.target_out[:, 1]).any()
    deaf, same, _ = recovery(double(repeats=False), given, 1, wrong)
    assert (deaf == same).all()
    said = written(double(repeats=True), injured(given, 1, wrong), behind(given, 2))
    assert torch.equal(said[:, 2:], wrong[:, None].expand_as(said[:, 2:]))
    assert torch.equal(said[:, :2], written(double(repeats=True), given, nowhere(given))[:, :2])


@pytest.mark.parametrize("name", MODELS)
def test_behind_a_wrong_word_the_model_reads_it_and_then_its_own(name):
    net, given = model(name), batch(["abcdefgh"])
    wrong = torch.tensor([HIGHEST if given.target_out[0, 1] != HIGHEST else LOWEST])
    said = written(net, injured(given, 1, wrong), behind(given, 2))
    state = net.decoder.start(net.encoder(given.source, given.source_valid))
    fed = [int(given.target_in[0, 0]), int(given.target_in[0, 1]), int(wrong)]
    for place in range(said.shape[1]):
        logits, state = net.decoder.step(torch.tensor([fed[place]]), state)
        logits[:, list(net.never_generated)] = -torch.inf
        assert int(logits.argmax()) == int(said[0, place])
        if place >= 2:
            fed.append(int(said[0, place]))


def test_wrong_tokens_in_the_prefix_cost_who_repeats_it_and_nobody_else():
    given = batch(["aaaaaaaa", "cccccccc"])
    tokens = range(LOWEST, HIGHEST + 1)
    assert excess_loss(double(repeats=False), given, [0, 1, 3], tokens, Seeds(1)) == (0.0, 0.0, 0.0)
    none, one, three = excess_loss(double(repeats=True), given, [0, 1, 3], tokens, Seeds(1))
    assert none == 0.0 < one < three


def test_pads_and_company_change_nothing():
    from tests.laws.models import widen

    net, given = model("transformer-pre-learned"), batch(WORDS)
    whole = written(net, given, behind(given, 0))
    wider: Batch = widen(given, 2)
    assert torch.equal(
        written(net, wider, behind(wider, 0))[:, : whole.shape[1]][given.target_valid], whole[given.target_valid]
    )
