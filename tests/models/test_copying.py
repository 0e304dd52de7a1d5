"""Copying: the extended distribution by hand, numbers past the vocabulary, what is read again, and beams that share nothing."""

import pytest
import torch

from core.data.batch import Example, collate
from core.data.copying import copyable
from core.data.vocabulary import END, UNK, Vocabulary
from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.frontier import Rules
from core.errors import SettingError, ShapeError
from core.models.build import build
from core.models.copynet import reread
from core.models.encoder import Memory
from core.models.extended import Extended
from core.models.fast.table import fast
from core.models.recurrent_settings import RecurrentSettings
from core.models.transformer_settings import TransformerSettings
from core.recording.recorded import Recorded
from core.recording.recorder import Recorder
from core.recording.tap import watching
from core.seeds import Seeds
from core.training.likelihood import Likelihood

PAIR = copyable((Vocabulary.of("abcmn"), Vocabulary.of("abch")))
SOURCE, TARGET = PAIR
SIZE = len(TARGET)
KINDS = {
    "pointer_generator": RecurrentSettings(width=12, copy="pointer_generator"),
    "pointer_generator dot": RecurrentSettings(width=12, copy="pointer_generator", score="dot", layers=2),
    "pointer_generator coverage": RecurrentSettings(width=12, copy="pointer_generator", alignment="coverage"),
    "copynet": RecurrentSettings(width=12, copy="copynet"),
    "copynet lstm": RecurrentSettings(width=12, copy="copynet", cell="lstm"),
    "pointer": RecurrentSettings(width=12, copy="pointer"),
    "pointer once": RecurrentSettings(width=12, copy="pointer", pointing="once"),
    "transformer": TransformerSettings(width=12, heads=2, layers=2, copy="pointer_generator"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
ITEMS = [  # with two, one and no tokens that the target lacks; one of them twice, one nobody knows
    Example(tuple("ambamz"), tuple("hmz")),
    Example(tuple("abnc"), tuple("ncbna")),
    Example(tuple("cab"), tuple("hc")),
]


def model(kind):
    return build(KINDS[kind], *PAIR, Seeds(3)).eval()


def memory_of(*texts):
    """Encoded sources whose states do not matter."""
    batch = collate([Example(tuple(text), ()) for text in texts], *PAIR)
    states = torch.zeros(*batch.source_valid.shape, 4)
    return Memory(states, batch.source_valid, (states,), batch.source[..., 1])


def test_tokens_that_the_target_lacks_are_numbered_from_its_size_in_the_order_of_the_source():
    read = SOURCE.encode_source(tuple("ambzmz"))
    assert read == [*SOURCE.encode("ambzmz"), END] and read[3] == UNK
    assert read.copied == [TARGET.numbers["a"], SIZE, TARGET.numbers["b"], SIZE + 1, SIZE, SIZE + 1, END]
    assert SOURCE.writing("ambzmz", TARGET).decode([SIZE, SIZE + 1]) == ["m", "z"]
    assert SOURCE.writing("abc", TARGET) is TARGET and Vocabulary.of("ab").writing("z", TARGET) is TARGET


def test_a_target_is_asked_for_under_the_numbers_of_its_own_source():
    batch = collate(ITEMS, *PAIR)
    own = TARGET.numbers
    assert batch.target_out[0, :4].tolist() == [own["h"], SIZE, SIZE + 1, END]
    assert batch.target_out[1, :6].tolist() == [SIZE, own["c"], own["b"], SIZE, own["a"], END]
    elsewhere = collate([Example(tuple("ab"), tuple("mz"))], *PAIR)  # in neither
    assert elsewhere.target_out[0, :2].tolist() == [UNK, UNK]


def test_the_mixture_adds_what_is_made_and_what_is_copied_wherever_it_stands():
    extended = Extended.of(memory_of("amm", "cc"), SIZE)
    weights = torch.tensor([[[0.1, 0.2, 0.3, 0.1]], [[0.2, 0.2, 0.1, 0.0]]])  # shares of copying: 0.7 and 0.5
    made = torch.full((2, 1, SIZE), 1 / SIZE).mul(torch.tensor([0.3, 0.5])[:, None, None]).log()
    law = extended.mixed(weights, made).exp()
    a, c = TARGET.numbers["a"], TARGET.numbers["c"]
    assert law.shape == (2, 1, SIZE + 1)
    assert law[0, 0, SIZE] == pytest.approx(0.5)  # m, twice
    assert law[0, 0, a] == pytest.approx(0.1 + 0.3 / SIZE) and law[0, 0, END] == pytest.approx(0.1 + 0.3 / SIZE)
    assert law[1, 0, c] == pytest.approx(0.4 + 0.5 / SIZE)
    assert law[1, 0, SIZE] == 0.0  # the other item's
    assert law.sum(-1).flatten().tolist() == pytest.approx([1.0, 1.0], abs=1e-6)


@every_kind
def test_extended_distributions_sum_to_one_and_have_no_share_for_other_sources_tokens(kind):
    net, batch = model(kind), collate(ITEMS, *PAIR)
    with torch.no_grad():
        law = net(batch).exp()
    assert law.shape[-1] == SIZE + 2
    assert law.sum(-1)[batch.target_valid] == pytest.approx(1.0, abs=1e-6)
    assert (law[1, :, SIZE + 1] == 0).all() and (law[2, :, SIZE:] == 0).all()
    assert (law[0, : int(batch.target_valid[0].sum()), SIZE:] > 0).all()


@every_kind
def test_beside_other_sources_an_item_is_decoded_as_alone(kind):
    net, batch = model(kind).double(), collate(ITEMS, *PAIR)
    for at, item in enumerate(ITEMS):
        alone = collate([item], *PAIR)
        with torch.no_grad():
            own, beside = net(alone)[0], net(batch)[at]
        torch.testing.assert_close(beside[: len(own), : own.shape[1]], own, atol=1e-9, rtol=0)
    rules = [Rules(END, TARGET.never_generated, 6, 1 + len(item.source)) for item in ITEMS]
    sources = [SOURCE.encode_source(item.source) for item in ITEMS]
    together = decode(BeamSearch(width=4), net, sources, rules)
    for found, source, rule in zip(together, sources, rules):
        (single,) = decode(BeamSearch(width=4), net, [source], [rule])
        assert [one.tokens() for one in single.finished] == [one.tokens() for one in found.finished]
        assert [one.logp for one in single.finished] == pytest.approx([one.logp for one in found.finished], abs=1e-5)


@every_kind
def test_what_was_copied_is_fed_back_step_by_step_as_under_the_gold_prefix(kind):
    net, batch = model(kind).double(), collate(ITEMS, *PAIR)
    with torch.no_grad():
        full = torch.log_softmax(net(batch), -1)
    state = net.start([SOURCE.encode_source(item.source) for item in ITEMS])
    for at in range(batch.target_in.shape[1]):
        step = net.step(batch.target_in[:, at : at + 1], state)
        state = step.state
        torch.testing.assert_close(step.log_probs[:, 0], full[:, at], atol=1e-9, rtol=0)


@every_kind
def test_every_beam_hypothesis_scores_as_it_does_when_it_is_decoded_apart(kind):
    # coverage, and what CopyNet copied last, belong to a hypothesis: four that branch share neither
    net, item = model(kind).double(), ITEMS[0]
    source = SOURCE.encode_source(item.source)
    (found,) = decode(BeamSearch(width=4), net, [source], [Rules(END, TARGET.never_generated, 7, len(source))])
    weighed = [one for frontier in found.history for one in frontier.born]
    assert len(weighed) > 12
    for one in weighed:
        state, logp, fed = net.start([source]), 0.0, net.begin
        for token in one.tokens():
            step = net.step(torch.tensor([[fed]]), state)
            state, fed = step.state, token
            logp += float(step.log_probs[0, 0, token])
        assert one.logp == pytest.approx(logp, abs=1e-9)


@every_kind
def test_the_loss_has_a_finite_gradient_also_where_the_gate_is_saturated(kind):
    net, batch = model(kind).train(), collate(ITEMS[1:2] if kind in ("pointer", "pointer once") else ITEMS, *PAIR)
    for bias in (0.0, 200.0, -200.0):
        if hasattr(net.decoder, "gate"):
            net.decoder.gate.bias.data.fill_(bias)
        net.zero_grad()
        loss = Likelihood()(net, batch, 1).terms["likelihood"]
        loss.backward()
        assert loss.isfinite() and all(p.grad.isfinite().all() for p in net.parameters() if p.grad is not None)


@every_kind
def test_the_copy_distribution_and_p_gen_are_recorded_and_make_up_the_whole(kind):
    net, batch, gates = model(kind), collate(ITEMS[:1], *PAIR), []
    site = "decoder.cross_copying"
    tap = getattr(net.decoder, "tap_p_gen", None)
    watch = watching(lambda one, value: gates.append(value) if one is tap else None)
    with torch.no_grad(), watch, Recorder(net, "*cross*") as recorder:
        law = net(batch).exp()
    rows, m = recorder.tensor(site)[0, 0], [1, 4]  # places of m in "ambamz"
    if kind in ("pointer", "pointer once"):
        assert law[0, :, SIZE] == pytest.approx(rows[:, m].sum(-1), abs=1e-6)
        return
    p_gen = torch.cat(gates, dim=1)[0, :, 0]
    assert ((p_gen > 0) & (p_gen < 1)).all()
    copying = rows if kind.startswith("copynet") else rows * (1 - p_gen)[:, None]
    assert (copying.sum(-1) + p_gen) == pytest.approx(1.0, abs=1e-6)
    assert law[0, :, SIZE] == pytest.approx(copying[:, m].sum(-1), abs=1e-6)


@every_kind
def test_there_is_no_fast_path_and_searches_step_the_modules(kind):
    assert isinstance(fast(model(kind)), Recorded) and fast(model(kind), only="").__class__.__name__ == "Seq2Seq"


def test_a_pointer_network_writes_nothing_that_does_not_stand_in_the_source():
    net, batch = model("pointer"), collate(ITEMS, *PAIR)
    with torch.no_grad():
        law = net(batch).exp()
    for at, item in enumerate(ITEMS):
        possible = {*SOURCE.encode_source(item.source).copied}
        others = [number for number in range(SIZE + 2) if number not in possible]
        assert law[at][:, others].max() < 1e-30
        assert law[at][:, sorted(possible)].sum(-1) == pytest.approx(1.0, abs=1e-6)


def test_permuting_the_memory_permutes_where_a_pointer_points():
    net = model("pointer")
    states, order = torch.randn(1, 5, 12, generator=torch.Generator().manual_seed(1)), torch.tensor([3, 0, 4, 1, 2])
    valid, copied = torch.ones(1, 5, dtype=torch.bool), torch.tensor([[6, 7, 8, 9, 2]])
    fed = torch.tensor([[1, 8, 6]])
    rows = []
    for at in (torch.arange(5), order):
        with torch.no_grad(), Recorder(net, "*copying") as recorder:
            net.decoder(fed, Memory(states[:, at], valid, (states[:, at],), copied[:, at]))
        rows.append(recorder.tensor("decoder.cross_copying")[0, 0])
    torch.testing.assert_close(rows[1], rows[0][:, order], atol=1e-6, rtol=0)


def test_a_pointer_at_nothing_but_the_end_ends():
    (found,) = decode(
        BeamSearch(width=2), model("pointer"), [SOURCE.encode_source(())], [Rules(END, (0, 1, 4, 5), 5, 1)]
    )
    assert found.best.tokens() == [END] and found.best.logp == pytest.approx(0.0, abs=1e-6)


def test_copynet_without_a_source_token_to_copy_is_a_plain_decoder():
    net, batch = model("copynet").double(), collate(ITEMS[2:], *PAIR)
    decoder, memory = net.decoder, net.encoder(batch.source, batch.source_valid)
    state = decoder.start(memory)
    blind = state.extended._replace(valid=torch.zeros_like(state.extended.valid))
    outputs, values = torch.randn(1, 1, 12, dtype=torch.float64), state.source.value[:, 0]
    made = torch.randn(1, 1, SIZE, dtype=torch.float64)
    logits, copied = decoder._compete(made, outputs, values, state.__class__(
        state.hidden, state.source, state.mask, state.history, blind, state.copied
    ))  # fmt: skip
    torch.testing.assert_close(logits, made.log_softmax(-1), atol=1e-12, rtol=0)
    assert (copied == 0).all()


def test_what_is_read_again_sums_to_one_or_is_nothing():
    copied = torch.tensor([[0.1, 0.3, 0.2], [0.1, 0.3, 0.2]])
    found = reread(copied, torch.tensor([[True, False, True], [False, False, False]]))
    assert found.tolist() == [pytest.approx([1 / 3, 0, 2 / 3]), [0, 0, 0]]


def test_numbers_alone_are_copied_as_far_as_the_target_knows_them():
    net = build(KINDS["pointer_generator"], Vocabulary.of("abm"), TARGET, Seeds(1)).eval()
    plain = Vocabulary.of("abm")
    with torch.no_grad():
        memory = net.encoder(torch.tensor([plain.encode_source("abm")]), torch.ones(1, 4, dtype=torch.bool))
    assert memory.copied.tolist() == [[*TARGET.encode("ab"), UNK, END]]


def test_what_is_heard_cannot_be_copied():
    from core.data.recording import SegmentVocabulary

    with pytest.raises(SettingError, match="copy=none"):
        copyable((SegmentVocabulary.reducing(4), TARGET))
    with pytest.raises(ShapeError, match="heard"):
        model("copynet").encoder(torch.zeros(1, 2, 4, 80), torch.ones(1, 2, dtype=torch.bool))
