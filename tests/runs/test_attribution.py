"""Gradients against finite differences, what integrated gradients must sum to, and maps under deletion."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.data.vocabulary import MASK, UNK
from core.errors import InputError, MissingExtra
from core.models.build import build
from core.models.decoder import AbstractDecoder
from core.models.encoder import AbstractEncoder, Memory
from core.models.seq2seq import Seq2Seq
from core.recording.matrix import AttentionMatrix, Site
from core.runs.attribution import METHODS, Question, attributions, log_probs
from core.runs.explaining import ERASURES, Areas, explain, left_out, maps, masked, neediest, over_sentences, question
from core.runs.rolled import carried, last_cross, recorded, rolled, spreads
from core.runs.slices import Slices
from core.runs.trained import load
from core.seeds import Seeds
from tests.laws.models import LETTERS, model

pytest.importorskip("captum")
KINDS = ("transformer-pre-sinusoidal", "transformer-pre-none", "transformer-post-learned", "gru-additive", "lstm-dot")
every_kind = pytest.mark.parametrize("kind", KINDS)
QUESTION = Question((*LETTERS.encode("cabbage"), LETTERS.end), (LETTERS.begin, *LETTERS.encode("eg")), 8)
SOURCE = "20 de mayo de 1948"


def asked(net, vectors):
    """log p of the token when the table holds these vectors for the source, a row for each place: an own way there.

    Vectors of several questions [question, place, width] are asked at once.
    """
    table = net.encoder.embedding.table
    kept = table.weight.data
    table.weight.data = vectors.reshape(-1, vectors.shape[-1])
    places = torch.arange(len(table.weight)).reshape(-1, vectors.shape[-2])
    fed = torch.tensor([QUESTION.fed]).expand(len(places), -1)
    try:
        with torch.no_grad():
            logits = net.decoder(fed, net.encoder(places, torch.ones_like(places).bool()))
    finally:
        table.weight.data = kept
    return torch.log_softmax(logits[:, -1], dim=-1)[:, QUESTION.token].numpy()


def slopes(net, step=1e-5):
    """∂ log p / ∂x by central differences: [token, width]; and the vectors."""
    vectors = net.encoder.embedding.table.weight[list(QUESTION.source)].clone()
    nudges = step * torch.eye(vectors.numel(), dtype=vectors.dtype).reshape(-1, *vectors.shape)
    found = (asked(net, vectors + nudges) - asked(net, vectors - nudges)) / (2 * step)
    return torch.from_numpy(found).reshape(vectors.shape), vectors


@every_kind
def test_saliency_and_input_x_gradient_are_those_of_finite_differences(kind):
    net = model(kind).double().requires_grad_(False)
    slope, vectors = slopes(net)
    found = {one.name: one.values for one in attributions(net, QUESTION, ["saliency", "input × gradient"])}
    assert found["saliency"] == pytest.approx(slope.norm(dim=-1).numpy(), rel=1e-5, abs=1e-9)
    assert found["input × gradient"] == pytest.approx((slope * vectors).sum(dim=-1).numpy(), rel=1e-4, abs=1e-9)


@every_kind
def test_integrated_gradients_sum_to_the_difference_of_the_two_outputs(kind):
    net = model(kind).double().requires_grad_(False)
    (found,) = attributions(net, QUESTION, ["integrated gradients"], steps=256)
    vectors = net.encoder.embedding.table.weight[list(QUESTION.source)]
    nothing = vectors.clone()
    nothing[:-1] = net.encoder.embedding.table.weight[UNK]
    (difference,) = asked(net, vectors) - asked(net, nothing)
    assert found.values[-1] == 0.0  # <end> stays
    assert found.difference == pytest.approx(difference, abs=1e-9)
    assert found.total == pytest.approx(difference, abs=2e-3 * max(1.0, np.abs(found.values).sum()))
    assert found.total == pytest.approx(found.values.sum(), abs=1e-12)
    (rough,) = attributions(net, QUESTION, ["integrated gradients"], steps=2)
    assert abs(found.total - difference) < abs(rough.total - difference)


def test_on_a_shipped_model_the_sum_is_what_deleting_everything_takes_away():
    trained = load("demo/dates-transformer")
    asking = question(trained, SOURCE, last_cross(recorded(trained, SOURCE)).queries[1:], 8)
    whole, nothing = log_probs(
        trained.model, asking, [asking.source, [UNK] * (len(asking.source) - 1) + [asking.source[-1]]]
    )
    (found,) = attributions(trained.model, asking, ["integrated gradients"])
    assert whole - nothing > 5 and found.difference == pytest.approx(whole - nothing, abs=1e-4)
    assert found.total == pytest.approx(whole - nothing, rel=0.05)


@every_kind
def test_asking_leaves_the_model_as_it_was_bit_for_bit(kind):
    net = model(kind).requires_grad_(False)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    known = log_probs(net, QUESTION, [QUESTION.source])
    attributions(net, QUESTION)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not net.training and all(not one.requires_grad and one.grad is None for one in net.parameters())
    assert log_probs(net, QUESTION, [QUESTION.source]).tolist() == known.tolist()


def test_sources_of_several_lengths_and_repeated_ones_come_back_in_their_order():
    net = model("transformer-pre-sinusoidal").double()
    sources = [LETTERS.encode(word) for word in ("abc", "h", "abc", "cabbage", "ff")]
    together = log_probs(net, QUESTION, sources, chunk=2)
    assert together == pytest.approx([log_probs(net, QUESTION, [one])[0] for one in sources], abs=1e-10)
    assert len(set(together.round(9))) == 4


def test_without_captum_it_says_how_to_install_it_and_other_maps_are_drawn(monkeypatch):
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(MissingExtra, match=r'pip install "attention-lab\[explain\]"'):
        attributions(model("gru-dot"), QUESTION)
    trained = load("demo/dates-transformer")
    matrices = recorded(trained, SOURCE)
    found, missing = maps(trained, matrices, question(trained, SOURCE, last_cross(matrices).queries[1:], 2))
    assert [one.name for one in found][1:] == ["rollout to the source", "attention flow"]
    assert len(missing) == 1 and "captum" in missing[0]


# ---------------------------------------------------------------- a model of which one knows what it needs
class Reads(AbstractEncoder):
    """Passes on the vectors of the table."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Module()
        self.embedding.table = torch.nn.Embedding(len(LETTERS), 3)

    def forward(self, source, valid):
        states = self.embedding.table(source)
        return Memory(states, valid, (states,))


class NeedsThird(AbstractDecoder):
    """Its logits come from the third source token alone."""

    def forward(self, target_in, memory):
        third = memory.states[:, 2] @ torch.arange(3.0 * len(LETTERS)).reshape(3, -1).sin()
        return third[:, None].expand(-1, target_in.shape[1], -1)

    def start(self, memory):
        raise NotImplementedError

    def step(self, tokens, state):
        raise NotImplementedError


def test_every_gradient_finds_the_one_token_that_matters():
    torch.manual_seed(0)
    net = Seq2Seq(Reads(), NeedsThird(), LETTERS).eval().requires_grad_(False)
    for one in attributions(net, QUESTION):
        assert np.flatnonzero(one.values).tolist() == [2], one.name
    with_it = log_probs(net, QUESTION, [QUESTION.source])[0]
    without = [ERASURES["replaced by <unk>"](QUESTION.source, np.arange(8) == at) for at in range(8)]
    assert [bool(abs(one - with_it) > 1e-6) for one in log_probs(net, QUESTION, without)] == [
        at == 2 for at in range(8)
    ]


def test_ways_to_delete_by_hand():
    away = np.array([False, True, False, True])
    assert ERASURES["replaced by <unk>"]([6, 7, 8, 9], away) == [6, UNK, 8, UNK]
    assert masked([6, 7, 8, 9], away) == [6, MASK, 8, MASK] and left_out([6, 7, 8, 9], away) == [6, 8]


# ---------------------------------------------------------------- on shipped models
@pytest.mark.parametrize("run", ["demo/dates-transformer", "demo/dates-gru", "demo/pinyin-transformer"])
@pytest.mark.parametrize("erasure", ERASURES)
def test_an_explanation_begins_with_the_model_s_own_number_and_all_orders_end_together(run, erasure):
    trained = load(run)
    source = trained.example_text()
    matrices = recorded(trained, source)
    output = last_cross(matrices).queries[1:]
    asking = question(trained, source, output, 1)
    shown, missing = maps(trained, matrices, asking)
    found = explain(trained, asking, shown, erasure=erasure, generator=Seeds(0).generator("orders"), orders=12)
    whole = log_probs(trained.model, asking, [asking.source])[0]
    curves = np.stack([*(one.curve for one in found.tested), *found.random])
    assert curves[:, 0] == pytest.approx(np.full(len(curves), whole), abs=1e-5)
    assert curves[:, -1] == pytest.approx(np.full(len(curves), curves[0, -1]), abs=1e-5)
    assert found.random.shape == (12, len(found.steps)) and len(found.random_areas) == 12
    assert {len(one.values) for one in shown} == {len(asking.source)}
    names = [one.shown.name for one in found.tested]
    assert names[-3:] == list(METHODS) and len(names) == (4 if "gru" in run else 6)
    assert len(missing) == (1 if "gru" in run else 0)


def test_the_token_that_needs_the_source_most_is_found_by_asking_each():
    trained = load("demo/dates-transformer")
    output = last_cross(recorded(trained, SOURCE)).queries[1:]
    falls = []
    for step in range(len(output) + 1):
        asking = question(trained, SOURCE, output, step)
        gone = ERASURES["replaced by <unk>"](asking.source[:-1], np.ones(len(asking.source) - 1, dtype=bool))
        falls.append(np.subtract(*log_probs(trained.model, asking, [asking.source, [*gone, asking.source[-1]]])))
    assert neediest(trained, SOURCE, output) == int(np.argmax(falls))


def test_a_token_that_is_not_there_and_a_source_that_is_too_long_are_refused():
    trained = load("demo/dates-transformer")
    with pytest.raises(InputError, match="the output has 3 tokens"):
        question(trained, SOURCE, ("1", "9"), 3)
    with pytest.raises(InputError, match="at most 96"):
        question(trained, "1948 " * 40, ("1", "9"), 0)


def test_what_is_rolled_is_made_of_what_was_recorded_and_rows_sum_to_one():
    trained = load("demo/dates-transformer")
    matrices = recorded(trained, SOURCE)
    cross, through = carried(trained, matrices)
    first, second = (one.mean().astype(float) for one in matrices[:2])
    size = np.eye(len(first))
    by_hand = (0.5 * second + 0.5 * size) @ (0.5 * first + 0.5 * size)
    assert through.up_to[-1] == pytest.approx(by_hand, abs=1e-6)
    assert through.through(cross.mean()) == pytest.approx(cross.mean() @ by_hand, abs=1e-6)
    assert through.through(cross.mean()).sum(axis=-1) == pytest.approx(np.ones(len(cross.queries)), abs=1e-6)
    assert (through.flow(0) == pytest.approx(through.up_to[0], abs=1e-9)) and (through.flow(1) <= 1).all()
    with pytest.raises(InputError, match="no self-attention"):
        rolled(load("demo/dates-gru"), recorded(load("demo/dates-gru"), SOURCE))


def test_every_head_has_an_entropy_and_a_causal_row_is_measured_by_the_keys_it_may_see():
    matrices = recorded(load("demo/dates-transformer"), SOURCE)
    found = spreads(matrices)
    assert len(found) == sum(one.heads for one in matrices) and all(one.without == 0 for one in found)
    assert all(0 <= one.share <= 1 and one.nats >= 0 for one in found)
    causal = next(one for one in matrices if one.site.name.startswith("decoder.layers.0.self"))
    weights, own = causal.weights[0].astype(float), next(one for one in found if one.site == causal.site)
    rows = [-(row[row > 0] * np.log(row[row > 0])).sum() / np.log(at + 1) for at, row in enumerate(weights) if at]
    assert own.share == pytest.approx(np.mean(rows), abs=1e-5)  # the first row has no choice and is left out


def test_rows_that_are_no_distribution_are_counted_and_have_no_entropy():
    weights = np.array([[[0.5, 0.5], [0.5, 0.1]], [[0.2, 0.2], [3.0, 0.0]]], dtype=np.float32)
    odd = AttentionMatrix(Site("encoder", 0, "self", "encoder.layers.0"), weights, ("a", "b"), ("a", "b"))
    first, second = spreads([odd])
    assert (first.without, second.without) == (1, 2) and np.isnan(second.nats) and np.isnan(second.share)
    assert first.nats == pytest.approx(np.log(2), abs=1e-6) and first.share == pytest.approx(1.0, abs=1e-6)
    with pytest.raises(InputError, match="rows that sum to"):
        rolled(load("demo/dates-transformer"), [odd])


def test_without_a_way_around_the_blocks_nothing_is_passed_on_as_it_is_and_other_wirings_are_not_carried():
    shipped = load("demo/dates-transformer")

    def with_settings(**changes):
        settings = replace(shipped.config.model, **changes)
        net = build(settings, *shipped.vocabularies, Seeds(0)).eval()
        return replace(shipped, model=net, config=replace(shipped.config, model=settings))

    bare = with_settings(norm="bare")
    matrices = bare.matrices(SOURCE, "1948-05-20")
    by_hand = matrices[1].mean().astype(float) @ matrices[0].mean().astype(float)
    assert rolled(bare, matrices).up_to[-1] == pytest.approx(by_hand, abs=1e-6)
    crossed = with_settings(wiring="layerwise")
    with pytest.raises(InputError, match="wiring=last"):
        carried(crossed, crossed.matrices(SOURCE, "1948-05-20"))


# ---------------------------------------------------------------- over sentences
def test_over_sentences_it_is_each_sentence_s_own_test_and_a_stop_keeps_what_was_found():
    trained = load("demo/pinyin-transformer")
    examples = trained.examples.test[:3]
    work = Slices(over_sentences(trained, examples, Seeds(4)))
    work.go_on(0.0)
    assert work.now is None and not work.done
    work._step()
    held = work.now
    assert isinstance(held, Areas) and (held.done, held.total) == (1, 3) and np.isnan(held.errors).all()
    work.go_on()
    assert work.done and work.now is not None and work.now.done == 3
    assert work.now.maps[0].tolist() == held.maps[0].tolist()
    gains = work.now.maps - work.now.random[:, None]
    assert work.now.gains == pytest.approx(gains.mean(axis=0)) and work.now.errors == pytest.approx(
        gains.std(axis=0, ddof=1) / 3**0.5
    )
    again = list(over_sentences(trained, examples, Seeds(4)))[-1]
    assert again.random.tolist() == work.now.random.tolist()
    other = list(over_sentences(trained, examples, Seeds(5)))[-1]
    assert other.random.tolist() != work.now.random.tolist()


def test_work_that_raises_is_done_and_says_why_once():
    def steps():
        yield 1
        raise InputError("no more")

    work = Slices(steps())
    with pytest.raises(InputError, match="no more"):
        work.go_on()
    assert work.done and work.now == 1
    work.go_on()
