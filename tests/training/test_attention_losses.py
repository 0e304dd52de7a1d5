"""Guided attention: the closed form, real lengths and not padded ones, and a gradient that reaches what attends."""

import math

import pytest
import torch

from core.data.batch import Batch, collate
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.models.build import build
from core.models.recurrent_settings import RecurrentSettings
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from core.recording.recorder import Recorder
from core.seeds import Seeds
from core.settings import Settings
from core.tasks.speech_like import SpeechLike
from core.training.attention_losses import FADES, Guidance, Guided, chosen, guided_attention, off_diagonal
from core.training.likelihood import Likelihood

WORDS: tuple[Vocabulary, Vocabulary] = SpeechLike().vocabularies
UTTERANCES = ("fa cai ni", "m", "hao s le gui bu r tou")  # 7, 1 and 14 frames
DECODERS = {
    "additive": RecurrentSettings(width=8),
    "two layers, general": RecurrentSettings(width=8, layers=2, score="general"),
    "transformer": TransformerSettings(width=8, layers=2, heads=2),
    "multi-view": TransformerSettings(width=8, layers=2, heads=2, wiring="multiview"),
    "signed": TransformerSettings(width=8, layers=1, heads=2, normalizer="identity_over_n"),
}


def spoken(*utterances: str) -> Batch:
    return collate([SpeechLike().spoken(one.split()) for one in utterances], *WORDS)


def fresh(settings: Settings) -> Seq2Seq:
    return build(settings, *WORDS, Seeds(0))


def valid(*lengths: int) -> torch.Tensor:
    return torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]


def guided(model: Seq2Seq, batch: Batch, **settings) -> torch.Tensor:
    return Guided(Likelihood(), Guidance(1.0, **settings))(model, batch, 1).terms["guidance"]


def test_the_distance_from_the_diagonal_is_that_of_the_closed_form():
    far = off_diagonal(valid(5), valid(5), 0.4)[0]
    assert far[0, 4].item() == pytest.approx(0.8647, abs=5e-5) and far[0, 1].item() == pytest.approx(0.1175, abs=5e-5)
    assert far.diagonal().tolist() == [0.0] * 5
    oblong = off_diagonal(valid(7), valid(3), 0.2)[0]
    for row in range(7):
        for column in range(3):
            expected = 1 - math.exp(-((column / 3 - row / 7) ** 2) / (2 * 0.2**2))
            assert oblong[row, column].item() == pytest.approx(expected, abs=1e-6)


def test_every_item_has_its_own_diagonal_and_pads_add_nothing():
    target, source = valid(7, 2), valid(3, 4)
    far = off_diagonal(target, source, 0.2)
    assert torch.equal(far[1, :2, :4], off_diagonal(valid(2), valid(4), 0.2)[0])
    assert not far[1, 2:].any() and not far[0, :, 3:].any()
    maps = torch.rand(2, 3, 7, 4)
    before = guided_attention([maps], target, source)
    maps[1, :, 2:] = 1e6
    maps[0, :, :, 3:] = 1e6
    assert torch.equal(guided_attention([maps], target, source), before)


def test_a_diagonal_costs_less_than_evenly_spread_weights_and_those_less_than_a_reversal():
    count = valid(9)
    rows = torch.eye(9), torch.full((9, 9), 1 / 9), torch.eye(9).flip(0)
    costs = [float(guided_attention([one[None, None]], count, count)) for one in rows]
    assert costs[0] == 0.0 and costs[0] < costs[1] < costs[2]


def test_the_loss_is_the_mean_over_cells_of_all_chosen_layers_and_heads():
    target, source = valid(3, 2), valid(2, 2)
    layers = [torch.rand(2, 2, 3, 2), torch.rand(2, 1, 3, 2)]
    far = off_diagonal(target, source, 0.2)
    expected = [
        sum(float(one[item, head, row, column] * far[item, row, column])
            for item, rows in ((0, 3), (1, 2)) for row in range(rows) for column in range(2)) / 10
        for one, heads in zip(layers, (2, 1)) for head in range(heads)
    ]  # fmt: skip
    mean = (sum(expected[:2]) / 2 + expected[2]) / 2
    assert float(guided_attention(layers, target, source)) == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("name", DECODERS)
def test_a_batch_of_mixed_lengths_costs_what_its_items_cost_alone(name):
    model = fresh(DECODERS[name]).eval()
    alone = [(guided(model, spoken(one)), spoken(one)) for one in UTTERANCES]
    cells = [int(batch.source_valid.sum() * batch.target_valid.sum()) for _, batch in alone]
    mean = sum(loss.item() * count for (loss, _), count in zip(alone, cells)) / sum(cells)
    assert len(set(cells)) == 3 and guided(model, spoken(*UTTERANCES)).item() == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("name", DECODERS)
def test_the_term_is_that_of_the_recorded_weights(name):
    model, batch = fresh(DECODERS[name]).eval(), spoken(*UTTERANCES)
    with torch.no_grad(), Recorder(model, "*cross*") as recorder:
        model(batch)
    maps = [recorder.tensor(path) for path in recorder.paths]
    expected = guided_attention(maps, batch.target_valid, batch.source_valid)
    torch.testing.assert_close(guided(model, batch), expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", DECODERS)
def test_its_gradient_reaches_what_attends_and_what_is_looked_at(name):
    model = fresh(DECODERS[name])
    guided(model, spoken(*UTTERANCES)).backward()
    reached = {path for path, one in model.named_parameters() if one.grad is not None and one.grad.any()}
    assert any("cross" in path for path in reached) and any(path.startswith("encoder") for path in reached)
    assert not any(path.startswith("decoder.output") for path in reached)  # what comes after attention is not asked


def test_only_chosen_layers_and_heads_are_guided():
    model, batch = fresh(DECODERS["transformer"]), spoken(*UTTERANCES)
    guided(model, batch, layers="1", heads="-1").backward()
    layers = model.decoder.layers
    assert not any(one.grad is not None and one.grad.any() for one in layers[1].parameters())
    first = layers[0].cross_attention.w_query_key_value.weight.grad[:8]  # rows of the queries: four a head
    assert not first[:4].any() and first[4:].any()


def test_a_step_by_hand_follows_the_gradient_towards_the_diagonal():
    model, batch = fresh(DECODERS["additive"]), spoken(*UTTERANCES)
    optimizer, costs = torch.optim.Adam(model.parameters(), 0.01), []
    for _ in range(100):
        optimizer.zero_grad()
        loss = guided(model, batch)
        loss.backward()
        optimizer.step()
        costs.append(float(loss.detach()))
    assert costs[-1] < 0.5 * costs[0]


@pytest.mark.parametrize("name", ["additive", "transformer"])
def test_without_strength_it_is_the_objective_bit_for_bit(name):
    batch, gradients = spoken(*UTTERANCES), []
    for objective in (Likelihood(0.1), Guided(Likelihood(0.1), Guidance(0.0))):
        model = fresh(DECODERS[name])
        weighed = objective(model, batch, 1)
        assert list(weighed.terms) == ["likelihood"]
        torch.stack(list(weighed.terms.values())).sum().backward()
        gradients.append([one.grad for one in model.parameters()])
    assert all(torch.equal(one, other) for one, other in zip(*gradients))


def test_the_likelihood_beside_the_term_is_untouched_and_the_term_grows_with_the_strength():
    model, batch = fresh(DECODERS["transformer"]).eval(), spoken(*UTTERANCES)
    plain = Likelihood()(model, batch, 1)
    one, five = (Guided(Likelihood(), Guidance(strength))(model, batch, 1) for strength in (1.0, 5.0))
    assert torch.equal(one.terms["likelihood"], plain.terms["likelihood"])
    assert five.terms["guidance"].item() == pytest.approx(5 * one.terms["guidance"].item())


@pytest.mark.parametrize("fade", FADES)
def test_guidance_fades_over_its_steps_counted_from_where_it_was_switched_on(fade):
    weights = [Guidance(2.0, fade=fade, lasts=4, since=10, end=100).weight(step) for step in range(11, 17)]
    assert weights[0] == 2.0 and weights == sorted(weights, reverse=True) and weights[4:] == [0.0, 0.0]


def test_without_a_number_of_steps_it_lasts_to_the_end():
    assert Guidance(3.0, end=20).weight(20) == 3.0
    assert [Guidance(2.0, fade="linear", since=10, end=20).weight(step) for step in (11, 16, 20)] == [
        2.0,
        1.0,
        pytest.approx(0.2),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is not understood"), ("first", "is not understood"), ("1.5", "is not understood"), ("0", "number 0"),
     ("1,5", "number 5, but this model has 4"), ("-5", "number -5")],
)  # fmt: skip
def test_layers_and_heads_that_are_not_there_are_refused_in_words(text, words):
    with pytest.raises(SettingError, match=words):
        chosen(text, 4, "guidance_heads")


def test_all_some_and_the_last_can_be_chosen_and_nothing_twice():
    assert chosen(" all ", 3, "guidance_layers") == (0, 1, 2)
    assert chosen("3, 1,-1,1", 3, "guidance_layers") == (2, 0)
