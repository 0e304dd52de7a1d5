"""A listener halves time by the lengths' ceilings, and what stands in padding or beside it in the batch changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.attention.dropout import give_chance
from core.data.audio import MELS
from core.data.batch import Example, collate, pad_sources
from core.data.recording import Heard, SegmentVocabulary, segments
from core.data.vocabulary import END, Vocabulary
from core.decoding.batched import decode
from core.errors import ShapeError
from core.models.build import MODELS, build
from core.models.fast.table import fast
from core.models.listener import Listener, PyramidLayer
from core.models.seq2seq import Seq2Seq
from core.recording.recorder import Recorder
from core.runs.catalog import SEARCHES
from core.seeds import Seeds
from core.training.evaluation import rules_for
from core.training.likelihood import Likelihood
from core.training.probe import fed, labels

LETTERS = Vocabulary.of("abcdefg")
LENGTHS = (13, 4, 1, 8, 30)  # frames
WORDS = ("abcg", "de", "f", "gab", "")
MODEL_KINDS = {
    "recurrent": {"name": "recurrent", "width": 12},
    "recurrent, two layers of LSTM, dot": {"name": "recurrent", "width": 12, "layers": 2, "cell": "lstm", "score": "dot"},
    "recurrent before self-attention": {"name": "recurrent", "width": 12, "encoder": "attention"},
    "transformer": {"name": "transformer", "width": 12, "heads": 3, "layers": 2},
    "transformer, rotary": {"name": "transformer", "width": 12, "heads": 3, "layers": 1, "positions": "rotary"},
    "transformer before convolutions": {"name": "transformer", "width": 12, "heads": 3, "layers": 1, "encoder": "convolution"},
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", MODEL_KINDS)


def model(kind: str, reduction: int = 4) -> Seq2Seq:
    settings = dict(MODEL_KINDS[kind])
    made = MODELS[str(settings.pop("name"))].from_dict(settings)
    net = build(made, SegmentVocabulary.reducing(reduction), LETTERS, Seeds(2))
    give_chance(net, torch.Generator().manual_seed(1))
    return net.eval()


def recordings(reduction: int = 4) -> list[Example]:
    rng = np.random.default_rng(3)
    heard = [rng.standard_normal((length, MELS)).astype(np.float32) for length in LENGTHS]
    return [
        Example(segments(one, f"take {at}", reduction), tuple(word)) for at, (one, word) in enumerate(zip(heard, WORDS))
    ]


def close(one, other, tolerance=1e-5):
    torch.testing.assert_close(one, other, atol=tolerance, rtol=0)


# ---------------------------------------------------------------- halving
@pytest.mark.parametrize("length", range(1, 10))
def test_a_layer_makes_half_of_a_length_rounded_up(length):
    layer = PyramidLayer("gru", 6).double()
    states = torch.randn(1, length, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    halved, valid = layer(states, torch.ones(1, length, dtype=torch.bool))
    assert halved.shape == (1, -(-length // 2), 6) and valid.all()
    padded = torch.cat([states, torch.full((1, 5, 6), 7.0, dtype=torch.float64)], dim=1)
    again, kept = layer(padded, torch.arange(length + 5)[None] < length)
    assert kept.sum() == -(-length // 2)
    close(again[:, : halved.shape[1]], halved, 1e-12)
    assert (again[:, halved.shape[1] :] == 0).all()


@pytest.mark.parametrize("reduction", [1, 2, 4, 8])
def test_a_recording_has_as_many_states_as_its_frames_have_segments_rounded_up_and_one_for_the_end(reduction):
    vocabulary = SegmentVocabulary.reducing(reduction)
    net = model("recurrent", reduction)
    for length, example in zip(LENGTHS, recordings(reduction)):
        numbers = vocabulary.encode_source(example.source)
        assert isinstance(numbers, Heard) and numbers[-1] == END
        assert net.encoder(*pad_sources([numbers])).states.shape[1] == len(numbers) == -(-length // reduction) + 1


def test_only_segments_of_the_right_size_are_listened_to():
    net, vocabulary = model("recurrent"), SegmentVocabulary.reducing(4)
    with pytest.raises(ShapeError, match="the source of this model is a recording"):
        net.encoder(torch.zeros(2, 3, 5, MELS), torch.ones(2, 3, dtype=torch.bool))
    with pytest.raises(ShapeError, match="must have 4 frames of 80 bands"):
        vocabulary.encode_source(recordings(8)[0].source)
    with pytest.raises(ShapeError, match="'hello' cannot be heard"):
        vocabulary.encode_source(["hello"])
    assert vocabulary.unknown(["hello", recordings()[0].source[0], "hello"]) == ["hello"]


# ---------------------------------------------------------------- laws of models
@every_kind
def test_padding_and_company_change_no_output_no_loss_and_no_gradient(kind):
    one, other = model(kind).double(), model(kind).double()
    whole = collate(recordings(), SegmentVocabulary.reducing(4), LETTERS)
    whole = whole._replace(source=whole.source.double())
    spoiled = torch.where(
        whole.source_valid[..., None, None], whole.source, 5.0
    )  # what stands in pads is not looked at
    logits = one(whole)
    close(one(whole._replace(source=spoiled))[whole.target_valid], logits[whole.target_valid], 1e-10)
    loss = Likelihood()(one, whole, 1).terms["likelihood"]
    loss.backward()
    for at, example in enumerate(recordings()):
        alone = collate([example], SegmentVocabulary.reducing(4), LETTERS)
        alone = alone._replace(source=alone.source.double())
        close(other(alone)[0], logits[at, : alone.target_tokens], 1e-10)
        share = Likelihood()(other, alone, 1).terms["likelihood"] * alone.target_tokens / whole.target_tokens
        share.backward()
    for (path, first), second in zip(one.named_parameters(), other.parameters()):
        assert (first.grad is None) == (second.grad is None), path
        if first.grad is not None:
            close(first.grad, second.grad, 1e-9)


@pytest.mark.parametrize("kind", ["recurrent", "transformer"])
@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_finds_together_what_it_finds_alone_and_the_fast_path_what_the_modules_do(kind, name):
    net, vocabulary = model(kind), SegmentVocabulary.reducing(4)
    search = SEARCHES[name].from_dict({"max_nodes": 200} if name == "exact" else {})
    sources = [vocabulary.encode_source(example.source) for example in recordings()]
    rules = [replace(rules_for(net, source, keep_pruned=0), max_new_tokens=8) for source in sources]
    with torch.no_grad():
        together = decode(search, fast(net, ""), sources, rules)
        plain = decode(search, net, sources, rules)
        alone = [decode(search, fast(net, ""), [source], [rule])[0] for source, rule in zip(sources, rules)]
    for one, two, three in zip(together, alone, plain):
        assert one.best.tokens() == two.best.tokens() == three.best.tokens()
        assert one.best.logp == pytest.approx(two.best.logp, abs=1e-4)
        assert one.best.logp == pytest.approx(three.best.logp, abs=1e-4)


@every_kind
def test_attention_is_recorded_over_the_seconds_of_the_recording(kind):
    net, example = model(kind), recordings()[0]
    batch = collate([example], SegmentVocabulary.reducing(4), LETTERS)
    with torch.no_grad():
        bare = net(batch)
        with Recorder(net, "*cross*") as recorder:
            assert torch.equal(net(batch), bare)
    for matrix in recorder.matrices(*labels(example, fed(net, example))):
        assert [str(key) for key in matrix.keys] == ["0.00 s", "0.04 s", "0.08 s", "0.12 s", "<end>"]
        assert matrix.queries == ("<begin>", *example.target)
        assert np.abs(matrix.sums - 1).max() < 1e-5


def test_a_listener_is_trained_through_its_dropout_by_the_chance_it_was_given():
    settings = MODELS["recurrent"](width=12, dropout=0.5)
    net = build(settings, SegmentVocabulary.reducing(4), LETTERS, Seeds(2)).train()
    assert isinstance(net.encoder, Listener)
    batch, chance = collate(recordings(), SegmentVocabulary.reducing(4), LETTERS), torch.Generator()
    give_chance(net, chance)
    found = []
    for seed in (1, 1, 2):
        chance.manual_seed(seed)
        found.append(net(batch))
    assert torch.equal(found[0], found[1]) and not torch.equal(found[1], found[2])
