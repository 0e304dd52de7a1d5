"""Scheduled sampling: its schedules are the published ones, its procedures agree, and only what was drawn differs."""

import math
from collections import Counter

import pytest
import torch

from core.attention.dropout import give_chance
from core.data.batch import collate
from core.models.build import MODELS as KINDS
from core.models.build import build
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.seeds import Seeds
from core.training.attention_losses import Guidance, Guided
from core.training.gold_schedules import GOLD_SCHEDULES
from core.training.likelihood import Likelihood
from core.training.mixing import DRAWS, AllAtOnce, TokenAfterToken, sample
from core.training.scheduled_sampling import GoldShare, MixedLikelihood, ScheduledSampling
from tests.laws.models import LETTERS, WORDS, batch, model, pairs

MODELS = ["transformer-pre-learned", "transformer-post-sinusoidal", "gru-additive", "lstm-dot"]
SEQUENTIAL = TokenAfterToken()


def mixed(share: float, procedure=SEQUENTIAL, draw: str = "sample", seed: int = 1) -> MixedLikelihood:
    return MixedLikelihood(Likelihood(), GoldShare("constant", floor=share), DRAWS[draw], procedure, Seeds(seed))


def gradients(net: torch.nn.Module, objective, given) -> list[torch.Tensor]:
    net.zero_grad()
    torch.stack(list(objective(net, given, 1).terms.values())).sum().backward()
    return [one.grad.clone() for one in net.parameters() if one.grad is not None]


# ---------------------------------------------------------------- schedules
def test_the_schedules_are_the_published_formulas():
    half, steps = 120, (0, 1, 60, 120, 500)
    slope, base = 1 / (2 * half), 2 ** (-1 / half)
    k = next(k / 1e4 for k in range(10_000, 10_000_000) if k / 1e4 * math.log(k / 1e4) >= half)  # k·ln k = half
    published = {
        "linear": lambda i: max(0.2, 1.0 - slope * i),
        "exponential": lambda i: max(0.2, base**i),
        "inverse_sigmoid": lambda i: max(0.2, k / (k + math.exp(i / k))),
        "constant": lambda i: 0.2,
    }
    assert set(published) == set(GOLD_SCHEDULES)
    for name, formula in published.items():
        assert [GOLD_SCHEDULES[name](i, half, 0.2) for i in steps] == pytest.approx(
            [formula(i) for i in steps], abs=1e-4
        )


@pytest.mark.parametrize("name", [name for name in GOLD_SCHEDULES if name != "constant"])
def test_half_the_tokens_are_right_at_half_and_never_fewer_than_the_floor(name):
    shares = [GoldShare(name, half, 0.25).at(half + 1) for half in (1, 7, 300, 100_000)]
    assert shares == pytest.approx([0.5] * 4)
    path = [GoldShare(name, 50, 0.25).at(step) for step in range(1, 400)]
    assert path == sorted(path, reverse=True) and path[-1] == 0.25 and path[0] > 0.9
    assert GoldShare(name, 1).at(10_000_000) == pytest.approx(0.0, abs=1e-12)  # and no overflow on the way


# ---------------------------------------------------------------- the prefix
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("procedure", [SEQUENTIAL, AllAtOnce(2)])
def test_with_nothing_but_right_tokens_gradients_are_those_of_teacher_forcing_to_the_bit(name, procedure):
    given, chance = batch(WORDS), torch.Generator()
    found = []
    for objective in (Likelihood(), mixed(1.0, procedure)):
        net = model(name).train()
        give_chance(net, chance)
        chance.manual_seed(3)
        found.append(gradients(net, objective, given))
    assert found[0] and all(torch.equal(one, other) for one, other in zip(*found))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("draw", DRAWS)
def test_as_many_passes_as_tokens_write_what_is_written_token_after_token(name, draw):
    net, given = model(name), batch(["abcdefgh", "h", "hgfedcba", "aab"])
    time = given.target_in.shape[1]
    one_by_one = mixed(0.3, SEQUENTIAL, draw).prefix(net, given, 1)
    assert not torch.equal(one_by_one, given.target_in)
    assert torch.equal(mixed(0.3, AllAtOnce(time), draw).prefix(net, given, 1), one_by_one)
    for passes in range(1, time):  # after K passes the first K drawn tokens stand
        fed = mixed(0.3, AllAtOnce(passes), draw).prefix(net, given, 1)
        assert torch.equal(fed[:, : passes + 1], one_by_one[:, : passes + 1])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("draw", DRAWS)
def test_fed_nothing_but_its_own_a_model_reads_what_it_writes_step_by_step(name, draw):
    net, given, objective = model(name), collate(pairs(WORDS), LETTERS, LETTERS), mixed(0.0, draw=draw)
    fed, noise = objective.prefix(net, given, 1), objective.mixing(net, given, 1).noise
    state = net.decoder.start(net.encoder(given.source, given.source_valid))
    tokens = given.target_in[:, 0]
    for at in range(1, fed.shape[1]):
        logits, state = net.decoder.step(tokens, state)
        logits[:, list(net.never_generated)] = -torch.inf
        tokens = DRAWS[draw](logits, noise[:, at])
        real = given.target_valid[:, at]
        assert torch.equal(fed[real, at], tokens[real])


def test_what_is_predicted_at_one_place_is_fed_at_the_next_and_nowhere_else():
    net, given = model("gru-dot"), batch(["abcdefgh"])
    mixing = mixed(0.0).mixing(net, given, 1)
    logits = torch.zeros(1, given.target_in.shape[1] - 1, len(LETTERS))
    for at in range(logits.shape[1]):
        sure = logits.clone()
        sure[0, at, LETTERS.encode("h")[0]] = 100.0
        before, after = mixing.after(given.target_in, logits), mixing.after(given.target_in, sure)
        assert after[0, at] == LETTERS.encode("h")[0]
        assert [place for place in range(logits.shape[1]) if before[0, place] != after[0, place]] in ([at], [])


@pytest.mark.parametrize("passes", [1, 3])
def test_a_pass_is_one_call_of_the_decoder_and_the_last_one_learns(passes, monkeypatch):
    net, given, calls = model("transformer-pre-learned"), batch(WORDS), []
    whole = net.decoder.forward
    monkeypatch.setattr(net.decoder, "forward", lambda *read: calls.append(torch.is_grad_enabled()) or whole(*read))
    mixed(0.3, AllAtOnce(passes))(net, given, 1)
    assert calls == [False] * passes + [True]


def test_begin_and_pads_are_never_drawn_and_no_special_is_fed():
    net, given = model("gru-dot"), batch(WORDS)
    fed = mixed(0.0).prefix(net, given, 1)
    assert torch.equal(fed[:, 0], given.target_in[:, 0]) and torch.equal(
        fed[~given.target_valid], given.target_in[~given.target_valid]
    )
    assert not set(fed[:, 1:][given.target_valid[:, 1:]].tolist()) & set(net.never_generated)


def test_the_share_of_right_tokens_is_the_one_that_was_asked_for():
    words = [f"{a}{b}{c}{d}{e}" for a in "abcdefgh" for b in "abcdefgh" for c in "abcd" for d in "abcd" for e in "gh"]
    net, given = model("gru-dot"), batch(words)
    for share in (0.2, 0.75):
        mixing = mixed(share).mixing(net, given, 4)
        drawable = given.target_valid[:, 1:]
        count = int(drawable.sum())
        gold = 1 - int(mixing.own[:, 1:][drawable].sum()) / count
        assert abs(gold - share) < 4 * (share * (1 - share) / count) ** 0.5
        assert not bool(mixing.own[:, 0].any())


def test_what_is_drawn_follows_the_probabilities():
    logits = torch.tensor([0.7, 0.0, 0.2, 0.1]).log().expand(20_000, 4)
    noise = torch.rand(20_000, generator=torch.Generator().manual_seed(1))
    counts = Counter(sample(logits, noise).tolist())
    for token, probability in ((0, 0.7), (2, 0.2), (3, 0.1)):
        assert abs(counts[token] / 20_000 - probability) < 4 * (probability * (1 - probability) / 20_000) ** 0.5
    assert counts[1] == 0
    assert sample(logits[:2], torch.tensor([0.0, 1.0 - 2**-24])).tolist() == [0, 3]


def test_chance_is_that_of_the_seed_the_step_and_the_item():
    net, given = model("gru-dot"), batch(WORDS)
    first = mixed(0.5).prefix(net, given, 1)
    assert torch.equal(first, mixed(0.5).prefix(net, given, 1))
    assert not torch.equal(first, mixed(0.5).prefix(net, given, 2))
    assert not torch.equal(first, mixed(0.5, seed=2).prefix(net, given, 1))


# ---------------------------------------------------------------- gradients
@pytest.mark.parametrize("procedure", [SEQUENTIAL, AllAtOnce(2)])
def test_no_gradient_flows_through_what_was_drawn_and_drawing_it_leaves_no_trace(procedure):
    """The gradient is that of the same prefix written down beforehand, dropout included."""
    net = build(KINDS["transformer"](width=16, heads=2, layers=1, dropout=0.3), LETTERS, LETTERS, Seeds(1)).train()
    given, objective, chance = batch(WORDS), mixed(0.3, procedure), torch.Generator()
    give_chance(net, chance)
    fed = objective.prefix(net, given, 1)
    assert not fed.requires_grad and not torch.equal(fed, given.target_in)
    found = []
    for one, read in ((objective, given), (Likelihood(), given._replace(target_in=fed))):
        chance.manual_seed(3)
        found.append(gradients(net, one, read))
        assert all(part.training for part in net.modules())
    assert found[0] and all(torch.equal(drawn, written) for drawn, written in zip(*found))


def test_guidance_weighs_the_pass_that_learns_alone():
    net, given, objective = model("transformer-pre-learned"), batch(WORDS), mixed(0.3, AllAtOnce(3))
    fed = given._replace(target_in=objective.prefix(net, given, 1))
    guided = Guided(objective, Guidance(5.0))(net, given, 1).terms
    assert torch.equal(guided["guidance"], Guided(Likelihood(), Guidance(5.0))(net, fed, 1).terms["guidance"])


# ---------------------------------------------------------------- settings
def test_settings_make_what_they_say():
    data = {"task": {"name": "reverse"}, "model": {"name": "recurrent"}, "training": {"label_smoothing": 0.1}}
    config = ExperimentConfig.from_dict(data).changed(
        {"objective.name": "scheduled_sampling", "objective.procedure": "parallel", "objective.passes": 3}
    )
    assert isinstance(config.objective, ScheduledSampling) and config.objective.share == GoldShare("linear", 250, 0.0)
    made = trainer_of(config, Examples.of(config.task)).objective
    assert made == MixedLikelihood(Likelihood(0.1, "uniform"), GoldShare(), DRAWS["sample"], AllAtOnce(3), config.seeds)
