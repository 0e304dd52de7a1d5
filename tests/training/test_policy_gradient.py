"""Policy gradients: on a model whose outputs can all be written down, the estimate is the gradient of the expected reward."""

from dataclasses import replace

import pytest
import torch

from core.data.batch import Batch
from core.data.vocabulary import END, PAD
from core.models.build import MODELS, build
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.tasks.copying import Copying
from core.training.episodes import cast, limits, log_probabilities, write
from core.training.evaluation import free_run
from core.training.minimum_risk import MinimumRisk, distinct, expected_risk
from core.training.objective_settings import Makings
from core.training.policy_gradient import BASELINES, PREFIX, Handover, PolicyGradient, greedy_output
from core.training.rewarded import Mixer, Reinforce, SelfCritical
from core.training.rewards import REWARDS, Judge, TaskReward
from core.training.settings import TrainingSettings
from tests.laws.models import LETTERS, WORDS, batch, model
from tests.training.enumerated import GIVEN, TINY, everything, exact, flat, judge, tiny_model, value


@pytest.fixture
def tiny():
    return tiny_model()


# ---------------------------------------------------------------- the gradient
def test_probabilities_of_all_outputs_are_a_distribution(tiny):
    logp, _, _ = exact(tiny)
    assert logp.shape == (15,) and float(logp.exp().sum()) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("baseline", [0.0, 0.7, -3.0])
def test_summed_over_all_outputs_it_is_the_gradient_of_the_expected_reward_whatever_the_baseline(tiny, baseline):
    logp, rewards, gradient = exact(tiny)
    logp, _ = log_probabilities(tiny, GIVEN, everything())
    logp = logp.sum(-1)[0]
    estimate = flat(tiny, (logp.detach().exp() * (rewards - baseline) * logp).sum())
    assert gradient.norm() > 1e-3
    torch.testing.assert_close(estimate, gradient, atol=1e-12, rtol=0)


@pytest.mark.parametrize("baseline", BASELINES)
def test_the_mean_of_many_estimates_is_that_gradient(tiny, baseline):
    *_, gradient = exact(tiny)
    objective = PolicyGradient(judge(), BASELINES[baseline], 500, Seeds(1))
    steps = range(1, 41)  # 20,000 draws
    found = (
        torch.stack([-flat(tiny, objective(tiny, GIVEN, step).terms["policy"]) for step in steps]) * GIVEN.target_tokens
    )
    # along the gradient itself, and along directions that have nothing to do with it
    chance = torch.Generator().manual_seed(5)
    ways = torch.cat([gradient[None], torch.randn(5, len(gradient), generator=chance, dtype=torch.float64)])
    along, true = found @ ways.T, ways @ gradient
    assert bool(((along.mean(0) - true).abs() < 3 * along.std(0) / len(found) ** 0.5).all())


def test_a_baseline_makes_it_quieter_where_rewards_are_far_from_zero(tiny):
    spread, far = {}, Judge(lambda pairs: [3.0 + value(output) for output, _ in pairs], TINY)
    for name, baseline in BASELINES.items():
        objective = PolicyGradient(far, baseline, 4, Seeds(1))
        found = torch.stack([flat(tiny, objective(tiny, GIVEN, step).terms["policy"]) for step in range(1, 16)])
        spread[name] = float(found.var(0).sum())
    assert max(spread["others"], spread["greedy"]) < 0.5 * spread["none"]


def test_where_the_draw_is_the_greedy_output_self_critical_training_has_no_gradient(tiny):
    with torch.no_grad():
        tiny.decoder.output.bias[TINY.encode("a")[0]] = 60.0  # it is sure of itself
    found = PolicyGradient(judge(), greedy_output, 2, Seeds(1))(tiny, GIVEN, 1)
    assert found.reward == pytest.approx(value(("a", "a", "a")))
    assert not flat(tiny, found.terms["policy"]).any()


def test_self_critical_training_is_reinforce_with_that_baseline():
    task = Copying()
    makings = Makings(task, TrainingSettings(), Seeds(1), lambda address: None)
    assert SelfCritical(draws=3).make(makings) == Reinforce(draws=3, baseline="greedy").make(makings)


class Fixed(Seq2Seq):
    """Scores that are weights."""

    def __init__(self, rows: int, time: int) -> None:
        torch.nn.Module.__init__(self)
        self.begin, self.end, self.never_generated = TINY.begin, TINY.end, TINY.never_generated
        self.scores = torch.nn.Parameter(torch.randn(rows, time, len(TINY), generator=torch.Generator().manual_seed(1)))

    def forward(self, batch: Batch) -> torch.Tensor:
        return self.scores


def test_nothing_behind_the_first_end_gets_a_gradient_and_end_itself_does():
    net = Fixed(2, 4)
    written = torch.tensor([[[6, END, 6, END], [6, 6, 6, 6]]])
    logp, real = log_probabilities(net, GIVEN, written)
    assert real.tolist() == [[[True, True, False, False], [True] * 4]]
    logp.sum().backward()
    touched = net.scores.grad.abs().sum(-1) > 0
    assert touched.tolist() == [[True, True, False, False], [True] * 4]
    never = net.scores.grad[..., list(net.never_generated)]
    assert not never.any()  # they are in no distribution


# ---------------------------------------------------------------- episodes
@pytest.mark.parametrize("name", ["transformer-pre-learned", "transformer-post-sinusoidal", "gru-additive", "lstm-dot"])
def test_the_greedy_episode_is_what_greedy_decoding_writes_and_draws_keep_to_the_rules(name):
    net, given = model(name), batch(WORDS)
    longest = limits(net, given)
    written = write(
        net, given, longest, cast(given, longest, torch.zeros_like(longest), (3, 1), (Seeds(1), "policy", 1))
    )
    decoded = free_run(net, [tuple(word) for word in WORDS], (LETTERS, LETTERS))
    assert [tuple(LETTERS.decode(one for one in row if one not in (PAD, END))) for row in written[:, 0].tolist()] == [
        tuple(one) for one in decoded
    ]
    logp, real = log_probabilities(net, given, written)
    assert bool(torch.isfinite(logp).all()) and bool((real.sum(-1) <= longest[:, None]).all())
    ends = (written == END).sum(-1)
    assert bool(((ends == 1) | (real.sum(-1) == longest[:, None])).all())
    assert len({tuple(row) for row in written[0, 1:].tolist()}) > 1  # draws differ


def test_chance_is_that_of_the_seed_the_step_and_the_item():
    net, given = model("gru-additive"), batch(WORDS)

    def drawn(seed: int, step: int) -> torch.Tensor:
        longest = limits(net, given)
        return write(
            net, given, longest, cast(given, longest, torch.zeros_like(longest), (2, 0), (Seeds(seed), "policy", step))
        )

    assert torch.equal(drawn(1, 1), drawn(1, 1))
    assert not torch.equal(drawn(1, 1), drawn(1, 2)) and not torch.equal(drawn(1, 1), drawn(2, 1))


def test_a_model_with_dropout_is_weighed_as_it_draws_and_left_in_training():
    settings = MODELS["transformer"](width=16, heads=2, layers=1, dropout=0.5)
    net, given = build(settings, LETTERS, LETTERS, Seeds(1)).train(), batch(WORDS)
    objective = PolicyGradient(judge(LETTERS), greedy_output, 1, Seeds(1))
    once, again = (flat(net, objective(net, given, 1).terms["policy"]) for _ in range(2))
    assert torch.equal(once, again) and all(part.training for part in net.modules())


# ---------------------------------------------------------------- MIXER
def mixer(handover: Handover) -> PolicyGradient:
    return PolicyGradient(judge(LETTERS), greedy_output, 2, Seeds(1), handover)


def test_mixer_gives_the_beginning_and_learns_it_by_cross_entropy():
    net, given = model("gru-additive"), batch(WORDS)
    lengths = given.target_valid.sum(1)
    longest = limits(net, given)
    begun = Handover(2, 2, 50).given(51, lengths)
    assert begun.tolist() == [max(0, length - 4) for length in lengths.tolist()]
    written = write(net, given, longest, cast(given, longest, begun, (2, 1), (Seeds(1), "policy", 51)))
    for row, gold, count in zip(written, given.target_out, begun.tolist()):
        assert all(torch.equal(one[:count], gold[:count]) for one in row)
    logp, _ = log_probabilities(net, given, given.target_out[:, None])
    first = torch.arange(given.target_out.shape[1]) < begun[:, None]
    terms = mixer(Handover(2, 2, 50))(net, given, 51).terms
    assert float(terms[PREFIX].detach()) == pytest.approx(
        float(-(logp.detach()[:, 0] * first).sum() / given.target_tokens), abs=1e-5
    )


def test_when_all_is_handed_over_mixer_is_self_critical_training():
    net, given = model("gru-additive"), batch(WORDS)
    whole, plain = (
        flat(net, sum(mixer(one)(net, given, 9).terms.values())) for one in (Handover(99, 0, 1), Handover())
    )
    assert torch.equal(whole, plain)
    assert Mixer().make(Makings(Copying(), TrainingSettings(), Seeds(1), lambda address: None)).handover == Handover(
        2, 2, 50
    )


# ---------------------------------------------------------------- minimum risk
def test_with_every_output_and_sharpness_one_it_is_the_expected_risk_and_its_gradient(tiny):
    _, rewards, gradient = exact(tiny)
    logp = log_probabilities(tiny, GIVEN, everything())[0].sum(-1)
    risk = expected_risk(logp, -rewards[None], distinct(everything()), 1.0)[0]
    assert float(risk.detach()) == pytest.approx(-float((logp[0].detach().exp() * rewards).sum()), abs=1e-12)
    torch.testing.assert_close(flat(tiny, risk), -gradient, atol=1e-12, rtol=0)


def test_sharpness_weighs_from_all_alike_to_the_likeliest_alone():
    logp, risk = torch.tensor([[0.7, 0.2, 0.1]]).log(), torch.tensor([[0.0, 1.0, 3.0]])
    all_of_them = torch.ones(1, 3, dtype=torch.bool)
    found = [float(expected_risk(logp, risk, all_of_them, sharpness)) for sharpness in (1e-9, 1.0, 2.0, 200.0)]
    assert found == pytest.approx([4 / 3, 0.5, 0.07 / 0.54, 0.0], abs=1e-5)
    only = torch.tensor([[True, True, False]])
    assert float(expected_risk(logp, risk, only, 1.0)) == pytest.approx(0.2 / 0.9)


def test_an_output_that_is_drawn_twice_counts_once(tiny):
    twice = everything()[:, [3, 3, 5, 3]]
    assert distinct(twice).tolist() == [[True, False, True, False]]
    logp = log_probabilities(tiny, GIVEN, twice)[0].sum(-1)
    risk = torch.tensor([[1.0, 1.0, 0.0, 1.0]], dtype=torch.float64)
    alone = expected_risk(logp[:, [0, 2]], risk[:, [0, 2]], torch.ones(1, 2, dtype=torch.bool), 1.0)
    torch.testing.assert_close(expected_risk(logp, risk, distinct(twice), 1.0), alone)


@pytest.mark.parametrize("reference", [False, True])
def test_a_step_against_the_risk_raises_the_expected_reward(tiny, reference):
    logp, rewards, _ = exact(tiny)
    before = float((logp.exp() * rewards).sum())
    objective = MinimumRisk(judge(), 20, 1.0, reference, Seeds(1))
    for step in range(1, 6):
        gradient = torch.autograd.grad(
            objective(tiny, GIVEN, step).terms["risk"], list(tiny.parameters()), allow_unused=True
        )
        with torch.no_grad():
            for weight, slope in zip(tiny.parameters(), gradient):
                weight -= 0.1 * (slope if slope is not None else 0.0)
    logp, rewards, _ = exact(tiny)
    assert float((logp.exp() * rewards).sum()) > before + 0.01


def test_the_reference_is_in_the_sample_where_it_is_asked_for(tiny):
    asked = []

    def rewarding(pairs):
        asked.extend(output for output, _ in pairs)
        return [0.0] * len(pairs)

    objective = MinimumRisk(replace(judge(), rewarding=rewarding), 1, 1.0, True, Seeds(1))
    objective(tiny, GIVEN, 1)
    assert ("a",) in asked and len(asked) <= 2


# ---------------------------------------------------------------- why all this
def test_bleu_stands_still_where_cross_entropy_moves():
    """BLEU sees what is written, not how surely: it has no slope in the weights."""
    net, given = model("gru-additive"), batch(WORDS)
    reward, longest = Judge(TaskReward(REWARDS["bleu"], Copying()), LETTERS), limits(net, given)
    casting = cast(given, longest, torch.zeros_like(longest), (1, 1), (Seeds(1), "policy", 1))
    found = []
    for more in (0.0, 1e-4):
        with torch.no_grad():
            net.decoder.output.weight += more * torch.randn(
                net.decoder.output.weight.shape, generator=torch.Generator().manual_seed(1)
            )
        written = write(net, given, longest, casting)[:, :1]
        loss = -log_probabilities(net, given, given.target_out[:, None])[0].detach().sum()
        found.append((reward(written, given).tolist(), float(loss)))
    (bleu, loss), (same, other) = found
    assert bleu == same and loss != other
