"""A learned baseline: it changes the gradient's mean in nothing, hears nothing of what follows, and reaches nothing of the model."""

import pytest
import torch

from core.data.vocabulary import END
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.training.episodes import cast, limits, log_probabilities, write
from core.training.learned_baseline import BASELINE, Regressor, states_of
from core.training.policy_gradient import Handover, PolicyGradient
from core.training.rewards import Judge
from tests.laws.models import LETTERS, WORDS, batch, model
from tests.training.enumerated import GIVEN, TINY, exact, flat, judge, tiny_model, value


@pytest.fixture
def tiny():
    return tiny_model()


def regressor(net: Seq2Seq, scale: float = 1.0) -> Regressor:
    """One that has learned something, right or wrong."""
    made = Regressor(net.decoder.output.in_features)
    made.slope.data.normal_(std=scale, generator=torch.Generator().manual_seed(9))
    made.level.data.fill_(scale)
    return made


def test_the_mean_of_many_estimates_is_that_gradient_whatever_a_state_lets_expect(tiny):
    *_, gradient = exact(tiny)
    objective = PolicyGradient(judge(), regressor(tiny, 0.3), 500, Seeds(1))
    found = torch.stack([-flat(tiny, objective(tiny, GIVEN, step).terms["policy"]) for step in range(1, 41)])
    found *= GIVEN.target_tokens
    chance = torch.Generator().manual_seed(5)
    ways = torch.cat([gradient[None], torch.randn(5, len(gradient), generator=chance, dtype=torch.float64)])
    along, true = found @ ways.T, ways @ gradient
    assert bool(((along.mean(0) - true).abs() < 3 * along.std(0) / len(found) ** 0.5).all())


@pytest.mark.parametrize("name", ["transformer-pre-learned", "gru-additive", "lstm-dot", "recurrent-copynet"])
def test_a_state_lets_expect_nothing_of_the_tokens_that_it_has_not_read(name):
    net, given = model(name), batch(["abc"])
    baseline, rows = regressor(net), torch.tensor([[6, 7, 8, 9, END], [6, 7, 10, 11, END]])
    found = []
    for row in rows:
        with states_of(net) as passed:
            log_probabilities(net, given, row[None, None])
        found.append(baseline(torch.cat(passed, dim=1)[:, None])[0, 0])
    assert found[0].shape == (5,)
    torch.testing.assert_close(found[0][:3], found[1][:3], atol=1e-6, rtol=0)
    assert bool((found[0][3:] != found[1][3:]).all())


@pytest.mark.parametrize("name", ["transformer-pre-learned", "gru-additive", "lstm-dot"])
def test_what_the_baseline_learns_from_reaches_nothing_of_the_model_and_the_policy_nothing_of_it(name):
    net, given = model(name), batch(WORDS)
    baseline = regressor(net)
    terms = PolicyGradient(judge(LETTERS), baseline, 2, Seeds(1), Handover(2, 2, 50))(net, given, 1).terms
    learned, policy = list(baseline.parameters()), list(net.parameters())
    of_error = torch.autograd.grad(terms[BASELINE], [*learned, *policy], allow_unused=True, retain_graph=True)
    of_policy = torch.autograd.grad(terms["policy"], [*learned, *policy], allow_unused=True)
    assert [one is not None for one in of_error] == [True] * len(learned) + [False] * len(policy)
    assert [one is not None for one in of_policy[: len(learned)]] == [False] * len(learned)
    assert any(one is not None and bool(one.any()) for one in of_policy[len(learned) :])


def test_the_squared_error_is_that_of_the_tokens_that_the_model_wrote_itself():
    net, given, baseline = model("gru-additive"), batch(WORDS), regressor(model("gru-additive"))
    lengths, longest = given.target_valid.sum(1), limits(net, given)
    begun = Handover(2, 0, 50).given(1, lengths)
    drawn = write(net, given, longest, cast(given, longest, begun, (1, 0), (Seeds(1), "policy", 1)))
    rewards = judge(LETTERS)(drawn, given)
    with states_of(net) as passed:
        _, real = log_probabilities(net, given, drawn)
    expected, total = baseline(torch.cat(passed, dim=1)[:, None]).detach(), 0.0
    for item in range(len(lengths)):
        for at in range(int(begun[item]), int(real[item, 0].sum())):
            total += (float(expected[item, 0, at]) - float(rewards[item, 0])) ** 2
    terms = PolicyGradient(judge(LETTERS), baseline, 1, Seeds(1), Handover(2, 0, 50))(net, given, 1).terms
    assert float(terms[BASELINE].detach()) == pytest.approx(total / given.target_tokens, rel=1e-5)


def test_a_learned_baseline_comes_to_expect_what_comes_and_makes_it_quieter(tiny):
    """Rewards far from zero, no weight of the model moved: the error falls to what chance leaves, the estimate gets quiet."""
    far = Judge(lambda pairs: [3.0 + value(output) for output, _ in pairs], TINY)
    baseline = Regressor(tiny.decoder.output.in_features)
    objective = PolicyGradient(far, baseline, 4, Seeds(1))

    def spread() -> float:
        found = [flat(tiny, objective(tiny, GIVEN, step).terms["policy"]) for step in range(1, 16)]
        return float(torch.stack(found).var(0).sum())

    before, optimizer, errors = spread(), torch.optim.Adam(baseline.parameters(), lr=0.2), []
    for step in range(100, 140):
        optimizer.zero_grad()
        error = objective(tiny, GIVEN, step).terms[BASELINE]
        error.backward(inputs=list(baseline.parameters()))
        optimizer.step()
        errors.append(float(error.detach()))
    logp, rewards, _ = exact(tiny)
    chance = float((logp.exp() * (rewards - (logp.exp() @ rewards)) ** 2).sum())  # of the reward of a draw
    tokens = 3 / GIVEN.target_tokens  # an output has at most three
    assert errors[0] > 4.0 and sum(errors[-10:]) / 10 < 1.5 * chance * tokens
    assert spread() < 0.5 * before
