"""Soft mixes: what is fed, where, and what the gradient goes through."""

from dataclasses import replace
from math import log

import pytest
import torch

from core.attention.dropout import give_chance
from core.data.batch import collate
from core.data.copying import copyable
from core.data.vocabulary import END, UNK
from core.errors import SettingError
from core.models.build import MODELS as KINDS
from core.models.build import build
from core.recording.tap import watching
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.seeds import Seeds
from core.training.attention_losses import Guidance, Guided
from core.training.gold_schedules import GoldShare
from core.training.likelihood import Likelihood
from core.training.mixing import DRAWS, MIXED, AllAtOnce, item_noise, own_places
from core.training.scheduled_sampling import MixedLikelihood
from core.training.soft_mixing import MIXES, SoftlyMixedLikelihood, fed
from tests.laws.models import LETTERS, WORDS, batch, model, pairs

MODELS = ["transformer-pre-learned", "gru-additive", "lstm-dot"]
ATTACHED = pytest.mark.parametrize("attached", [False, True])


def soft(share: float, mix: str = "softmax", sharpness: float = 1.0, *, attached: bool = False):
    return SoftlyMixedLikelihood(
        Likelihood(), GoldShare("constant", floor=share), MIXES[mix], sharpness, attached, Seeds(1)
    )


def gradients(net, objective, given):
    net.zero_grad()
    terms = objective(net, given, 1).terms
    torch.stack(list(terms.values())).sum().backward()
    return float(terms[MIXED if MIXED in terms else "likelihood"].detach()), {
        name: one.grad.clone() for name, one in net.named_parameters() if one.grad is not None
    }


# ---------------------------------------------------------------- what is fed
@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("name", MODELS)
@ATTACHED
def test_with_nothing_but_right_tokens_gradients_are_those_of_teacher_forcing_to_the_bit(mix, name, attached):
    given, chance, found = batch(WORDS), torch.Generator(), []
    for objective in (Likelihood(), soft(1.0, mix, attached=attached)):
        net = model(name).train()
        give_chance(net, chance)
        chance.manual_seed(3)
        found.append(gradients(net, objective, given))
    (loss, plain), (same, mixed) = found
    assert loss == same and plain.keys() == mixed.keys()
    assert all(torch.equal(one, mixed[at]) for at, one in plain.items())


@ATTACHED
def test_there_are_two_passes_and_the_second_one_learns(attached, monkeypatch):
    net, given, calls = model("transformer-pre-learned"), batch(WORDS), []
    whole = net.decoder.forward
    monkeypatch.setattr(net.decoder, "forward", lambda *read: calls.append(torch.is_grad_enabled()) or whole(*read))
    soft(0.3, attached=attached)(net, given, 1)
    assert calls == [attached, True]


@pytest.mark.parametrize("mix", MIXES)
def test_what_is_predicted_at_one_place_is_fed_at_the_next_and_nowhere_else(mix, monkeypatch):
    net, given, objective = model("gru-dot"), batch(["abcdefgh"]), soft(0.0, mix)
    scores = objective.first_pass(net, given)
    assert scores.shape[1] == given.target_in.shape[1] - 1
    before = objective.mixed(net, given, 1)
    for at in range(scores.shape[1]):
        other = scores.clone()
        other[0, at, LETTERS.encode("h")[0]] += 5.0
        monkeypatch.setattr(SoftlyMixedLikelihood, "first_pass", lambda *asked, other=other: other)
        changed = (objective.mixed(net, given, 1) != before).any(-1)[0]
        assert changed.nonzero().flatten().tolist() == [at + 1]


@pytest.mark.parametrize(
    ("mix", "sharpness", "scores", "weights"),
    [
        ("softmax", 2.0, [0.0, 0.5 * log(3), -0.5 * log(2)], [2 / 9, 6 / 9, 1 / 9]),
        ("sparsemax", 2.0, [0.25, 0.1, -0.05], [19 / 30, 10 / 30, 1 / 30]),  # of 0.5, 0.2, −0.1: τ = (0.6 − 1) / 3
        ("sparsemax", 1.0, [0.5, -0.1, -9.0], [0.8, 0.2, 0.0]),  # τ = (0.4 − 1) / 2
    ],
)
def test_what_is_fed_is_the_mean_of_embeddings_by_hand(mix, sharpness, scores, weights, monkeypatch):
    net, given, tokens = model("gru-dot").double(), batch(["ab"]), LETTERS.encode("ade")
    found = torch.full((1, given.target_in.shape[1] - 1, len(LETTERS)), -torch.inf, dtype=torch.float64)
    found[..., tokens] = torch.tensor(scores, dtype=torch.float64)
    monkeypatch.setattr(SoftlyMixedLikelihood, "first_pass", lambda *asked: found)
    mixed = soft(0.0, mix, sharpness).mixed(net, given, 1).detach()
    table = net.decoder.embedding.table.weight.detach()
    expected = sum(weight * table[token] for weight, token in zip(weights, tokens))
    assert not mixed[:, 0].any()
    torch.testing.assert_close(mixed[:, 1:], expected.expand_as(mixed[:, 1:]), atol=1e-12, rtol=0)


@pytest.mark.parametrize("mix", MIXES)
def test_what_is_never_generated_has_no_part(mix):
    net, given = model("transformer-pre-learned"), batch(WORDS)
    with torch.no_grad():
        net.decoder.output.bias[list(net.never_generated)] = 50.0  # as sure as can be
    mixed = soft(0.0, mix).first_pass(net, given)
    assert bool((mixed[..., list(net.never_generated)] == -torch.inf).all())
    weights = MIXES[mix].weigh(mixed)
    assert not weights[..., list(net.never_generated)].any()
    torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:2]), atol=1e-6, rtol=0)


def test_only_the_places_that_were_chosen_are_changed_and_nothing_of_the_encoder():
    net, given, seen = model("transformer-pre-learned"), batch(WORDS), []
    own = torch.zeros_like(given.target_valid)
    own[0, 2] = own[3, 1] = True
    vectors = torch.full((*own.shape, 16), 9.0)
    plain = net.decoder.embedding.table(given.target_in)
    with fed(net, own, vectors):
        taps = {net.decoder.embedding.tap_rows: "target", net.encoder.embedding.tap_rows: "source"}
        with watching(lambda tap, value: seen.append((taps[tap], value)) if tap in taps else None):
            net(given)
    found = dict(seen)
    assert torch.equal(found["target"][own], vectors[own]) and torch.equal(found["target"][~own], plain[~own])
    assert torch.equal(found["source"], net.encoder.embedding.table(given.source))


# ---------------------------------------------------------------- how sharp, and by chance
@pytest.mark.parametrize("name", MODELS)
def test_as_sharp_as_can_be_it_is_two_pass_training_with_the_most_probable_token(name):
    net, given = model(name).double(), batch(WORDS)
    hard = MixedLikelihood(Likelihood(), GoldShare("constant", floor=0.3), DRAWS["argmax"], AllAtOnce(1), Seeds(1))
    loss, slopes = gradients(net, hard, given)
    same, others = gradients(net, soft(0.3, sharpness=1e6), given)
    assert loss == pytest.approx(same, abs=1e-9)
    for at, slope in slopes.items():
        torch.testing.assert_close(others[at], slope, atol=1e-9, rtol=0)
    assert abs(gradients(net, soft(0.3, sharpness=0.5), given)[0] - loss) > 1e-4


def test_the_largest_weight_under_noise_is_that_of_a_draw():
    net, given = model("gru-dot"), batch([word * 2 for word in WORDS])
    objective, counts, expected = soft(0.0, "gumbel", 1e4), torch.zeros(len(LETTERS)), torch.zeros(len(LETTERS))
    table, real, steps = net.decoder.embedding.table.weight.detach(), given.target_valid[:, 1:], 200
    law = objective.first_pass(net, given).softmax(-1)[real]
    for step in range(1, steps + 1):
        vectors = objective.mixed(net, given, step).detach()[:, 1:][real]
        counts += torch.bincount(torch.cdist(vectors, table).argmin(-1), minlength=len(LETTERS))
        expected += law.sum(0)
    variance = steps * (law * (1 - law)).sum(0)
    assert bool(((counts - expected).abs() <= 4 * variance.sqrt() + 1e-6).all()) and counts[END] > 0


def test_noise_is_that_of_the_seed_the_step_and_the_item():
    net, given, objective = model("gru-dot"), batch(WORDS), soft(0.0, "gumbel")
    together = objective.mixed(net, given, 1)
    assert not torch.equal(together, objective.mixed(net, given, 2))
    assert not torch.equal(together, replace(objective, seeds=Seeds(2)).mixed(net, given, 1))
    for at, word in enumerate(WORDS):
        alone = objective.mixed(net, batch([word]), 1)[0]
        torch.testing.assert_close(together[at, : len(alone)], alone, atol=1e-5, rtol=0)


# ---------------------------------------------------------------- gradients
@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("name", ["transformer-pre-learned", "gru-additive"])
def test_attached_or_not_the_loss_is_the_same_and_the_gradient_is_another(mix, name):
    net, given = model(name), batch(WORDS)
    (loss, loose), (same, held) = (gradients(net, soft(0.3, mix, attached=one), given) for one in (False, True))
    assert loss == same
    assert any(not torch.equal(one, held[at]) for at, one in loose.items())


@pytest.mark.parametrize("mix", MIXES)
def test_detached_the_weights_are_numbers_that_somebody_wrote_down(mix, monkeypatch):
    net, given, objective = model("transformer-pre-learned"), batch(WORDS), soft(0.3, mix)
    written = objective.first_pass(net, given)
    assert not written.requires_grad
    _, found = gradients(net, objective, given)
    monkeypatch.setattr(SoftlyMixedLikelihood, "first_pass", lambda *asked: written)
    _, same = gradients(net, objective, given)
    assert all(torch.equal(one, same[at]) for at, one in found.items())


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("name", ["transformer-pre-learned", "lstm-dot"])
def test_attached_it_is_the_slope_of_the_loss(mix, name):
    """Along a random direction, by two losses close by; detached it is not."""
    net, given = model(name).double(), batch(WORDS)
    chance, near = torch.Generator().manual_seed(2), 1e-5
    ways = [torch.randn(one.shape, generator=chance, dtype=torch.float64) for one in net.parameters()]
    slopes = {
        attached: float(sum((slope * way).sum() for slope, way in zip(torch.autograd.grad(
            soft(0.3, mix, 2.0, attached=attached)(net, given, 1).terms[MIXED], list(net.parameters())), ways)))
        for attached in (False, True)
    }  # fmt: skip
    losses = []
    for sign in (1, -1):
        with torch.no_grad():
            for one, way in zip(net.parameters(), ways):
                one += sign * near * way
            losses.append(float(soft(0.3, mix, 2.0)(net, given, 1).terms[MIXED].detach()))
            for one, way in zip(net.parameters(), ways):
                one -= sign * near * way
    measured = (losses[0] - losses[1]) / (2 * near)
    assert slopes[True] == pytest.approx(measured, rel=1e-4)
    assert abs(slopes[False] - measured) > 10 * abs(slopes[True] - measured)


@ATTACHED
def test_a_model_with_dropout_predicts_as_it_decodes_and_is_left_in_training(attached):
    net = build(KINDS["transformer"](width=16, heads=2, layers=1, dropout=0.3), LETTERS, LETTERS, Seeds(1)).train()
    given, objective = batch(WORDS), soft(0.3, attached=attached)
    give_chance(net, torch.Generator().manual_seed(1))
    first = objective.first_pass(net, given)
    assert torch.equal(first, objective.first_pass(net, given)) and first.requires_grad == attached
    assert all(part.training for part in net.modules())


@ATTACHED
def test_guidance_weighs_the_pass_that_learns_alone(attached):
    net, given = model("transformer-pre-learned"), batch(WORDS)
    objective = soft(0.3, attached=attached)
    found = Guided(objective, Guidance(5.0))(net, given, 1).terms["guidance"]
    places = own_places(given, item_noise(given, Seeds(1), "scheduled sampling", 1)[0], 0.3)
    with fed(net, places, objective.mixed(net, given, 1).detach()):
        alone = Guided(Likelihood(), Guidance(5.0))(net, given, 1).terms["guidance"]
    assert torch.equal(found.detach(), alone.detach())


# ---------------------------------------------------------------- models that copy
@pytest.mark.parametrize("copy", ["pointer_generator", "copynet"])
def test_what_is_copied_from_outside_the_vocabulary_is_read_as_unknown(copy):
    pair = copyable((LETTERS, LETTERS))
    net = build(KINDS["recurrent"](width=16, copy=copy), *pair, Seeds(1)).eval()
    given = collate([replace(one, source=("Mira", *one.source, "zoe")) for one in pairs(WORDS)], *pair)
    objective = soft(0.3, "gumbel", attached=True)
    law = net(given)[:, :-1].index_fill(-1, torch.tensor(net.never_generated), -torch.inf)
    scores = objective.first_pass(net, given)
    assert law.shape[-1] == len(LETTERS) + 2 and scores.shape[-1] == len(LETTERS)
    outside = law[..., [UNK, len(LETTERS), len(LETTERS) + 1]].exp().sum(-1)
    torch.testing.assert_close(scores[..., UNK].exp(), outside, atol=1e-6, rtol=1e-5)
    _, found = gradients(net, objective, given)
    assert all(bool(one.isfinite().all()) for one in found.values())


# ---------------------------------------------------------------- settings
def config(**changes) -> ExperimentConfig:
    data = {"task": {"name": "reverse"}, "model": {"name": "transformer"}}
    return ExperimentConfig.from_dict(data).changed(
        {"objective.name": "scheduled_sampling", **{f"objective.{name}": value for name, value in changes.items()}}
    )


def test_settings_make_what_they_say():
    chosen = config(feed="sparsemax", procedure="parallel", sharpness=2.0, attached=True, half=7)
    made = trainer_of(chosen, Examples.of(chosen.task)).objective
    assert made == SoftlyMixedLikelihood(
        Likelihood(), GoldShare("linear", 7), MIXES["sparsemax"], 2.0, True, chosen.seeds
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"feed": "softmax"}, "procedure=parallel and passes=1"),
        ({"feed": "gumbel", "procedure": "parallel", "passes": 2}, "procedure=parallel and passes=1"),
        ({"sharpness": 2.0}, "feed=softmax, gumbel, sparsemax"),
        ({"feed": "argmax", "attached": True}, "attached=false"),
    ],
)
def test_what_cannot_be_mixed_is_refused_with_what_would_work(changes, says):
    with pytest.raises(SettingError, match=says):
        config(**changes)
