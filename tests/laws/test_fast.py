"""The fast path is the plain one: the same tokens, log-probabilities and recorded weights within 1e-5.

The plain path steps through the modules and their taps (`Recorded`); what it computes is held to teacher forcing in
test_models.py. Here every search on every model walks both.
"""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.frontier import Force, Rules
from core.decoding.stepper import Stepper
from core.models.build import build
from core.models.fast.table import FAST, fast
from core.models.seq2seq import Seq2Seq
from core.recording.recorded import Recorded
from core.runs.catalog import SEARCHES
from core.seeds import Seeds
from core.training.evaluation import rules_for
from tests.benchmarks.memory import beam_of_mid
from tests.laws.models import CHOICES, VARIANTS, WORDS, model
from tests.laws.stepped import assert_same
from tests.laws.test_searches import CASES, every_search, sources

every_model = pytest.mark.parametrize("name", CHOICES)


def both(net, search, words):
    numbers = sources(words)
    rules = [rules_for(net, one) for one in numbers]
    return (decode(search, stepped, numbers, rules) for stepped in (fast(net, "*decoder*"), Recorded(net, "*decoder*")))


@every_model
@every_search
def test_every_search_on_every_model_weighs_and_records_the_same(search, name):
    for quick, plain in zip(*both(model(name).double(), search, WORDS)):
        assert_same(quick, plain)


def test_every_decoder_has_a_fast_path_and_what_has_none_is_stepped_through_its_modules():
    assert {type(model(name).decoder) for name in CHOICES} == set(FAST)
    net = model("gru-dot")
    net.decoder.__class__ = type("Unknown", (type(net.decoder),), {})
    assert isinstance(fast(net), Recorded) and fast(net, "") is net


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_decoded_as_its_modules_say(name):
    """Fast where the steps are written for it, else through the modules."""
    net, words = model(name).double(), WORDS[:3]
    for search in (SEARCHES["greedy"](), SEARCHES["beam"](width=3)):
        for quick, plain in zip(*both(net, search, words)):
            assert_same(quick, plain)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(CHOICES)),
    case=st.sampled_from(CASES),
    words=st.lists(st.text("abcdefgh", min_size=1, max_size=20), min_size=1, max_size=9),
)
def test_whatever_the_words_both_paths_agree(name, case, words):
    for quick, plain in zip(*both(model(name).double(), SEARCHES[case[0]](**case[1]), words)):
        assert_same(quick, plain)


@every_model
def test_in_single_precision_no_step_differs_by_more_than_rounding(name):
    net, generator = model(name), torch.Generator().manual_seed(3)
    quick, plain = fast(net), Recorded(net)
    numbers = sources(WORDS)
    mine, theirs = quick.start(numbers), plain.start(numbers)
    items, slots = len(WORDS), 1
    for wide in (1, 3, 3, 3, 30, 30, 2, 2, 1):  # apart, together, too many to stand together, fewer
        tokens = torch.randint(6, 14, (items, slots), generator=generator)
        one, other = quick.step(tokens, mine), plain.step(tokens, theirs)
        torch.testing.assert_close(one.log_probs, other.log_probs, atol=1e-5, rtol=0)
        for site, rows in other.rows().items():
            torch.testing.assert_close(one.rows()[site], rows, atol=1e-5, rtol=0)
        kept = None if items < 3 else torch.arange(items - 1)
        items = items if kept is None else len(kept)
        parents = torch.randint(0, slots, (items, wide), generator=generator)
        mine, theirs = one.state.select(parents, kept), other.state.select(parents, kept)
        slots = wide


@every_model
@pytest.mark.parametrize("slots", [1, 4])
def test_two_futures_of_one_past_do_not_know_each_other(name, slots):
    quick = fast(model(name))
    past = quick.step(torch.tensor([[1]]), quick.start(sources(["cabbage"]))).state
    past = past.select(torch.zeros(1, slots, dtype=torch.int64))
    past = quick.step(torch.arange(6, 6 + slots)[None], past).state.select(torch.arange(slots).flip(0)[None])
    one, other = torch.full((1, slots), 7), torch.full((1, slots), 9)
    before = quick.step(one, past)
    again = quick.step(one, before.state).log_probs
    quick.step(other, quick.step(other, past).state)
    assert torch.equal(quick.step(one, past).log_probs, before.log_probs)
    assert torch.equal(quick.step(one, before.state).log_probs, again)


@every_search
@pytest.mark.parametrize("name", ["transformer-post-learned", "gru-additive"])
def test_a_branch_from_an_older_step_is_the_same_on_both_paths(search, name):
    net = model(name).double()
    (numbers,) = sources(["hgfedcba"])
    rules = rules_for(net, numbers)
    walks = [
        Stepper(stepped, search, numbers, rules) for stepped in (fast(net, "*decoder*"), Recorded(net, "*decoder*"))
    ]
    for walk in walks:
        walk.finish()
        while walk.frontier.step > 2:
            walk.back()
        walk.forward(Force(9))
        walk.finish()
    assert_same(walks[0].frontier, walks[1].frontier)


def unending(name: str, tokens: str = "abcdefgh") -> Seq2Seq:
    """A model that never ends by itself, so that buffers must grow."""
    vocabulary = Vocabulary.of(tokens)
    net = build(
        replace(CHOICES[name], longest=1024) if "learned" in name else CHOICES[name], vocabulary, vocabulary, Seeds(2)
    )
    with torch.no_grad():
        net.decoder.output.bias[net.end] -= 100.0
    return net.eval()


@pytest.mark.parametrize(
    "name", ["transformer-pre-sinusoidal", "transformer-post-learned", "gru-additive", "lstm-general"]
)
@pytest.mark.parametrize(
    "search", [SEARCHES["greedy"](), SEARCHES["beam"](width=3, stop="never"), SEARCHES["sampling"](draws=3)]
)
def test_outputs_longer_than_any_buffer_are_the_plain_paths(name, search):
    net = unending(name).double()
    numbers = [[6 + at % 8 for at in range(130)] + [net.end], [7, net.end]]
    rules = [Rules(net.end, net.never_generated, 150, len(one), item=at) for at, one in enumerate(numbers)]
    for together in ([0], [1], [0, 1]):
        given = [numbers[at] for at in together], [rules[at] for at in together]
        quick, plain = (decode(search, stepped, *given) for stepped in (fast(net), net))
        for one, other in zip(quick, plain):
            assert [n.tokens() for n in one.finished] == [n.tokens() for n in other.finished]
            assert [n.logp for n in one.finished] == pytest.approx([n.logp for n in other.finished], abs=1e-5)
            assert one.step == 150


@pytest.mark.parametrize("name", ["transformer-pre-none", "gru-dot"])
def test_a_batch_of_513_sources_of_1_to_400_tokens_is_the_plain_paths(name):
    net = model(name)
    lengths = [1 + (37 * at) % 400 for at in range(513)]
    numbers = [[6 + (at + place) % 8 for place in range(length - 1)] + [net.end] for at, length in enumerate(lengths)]
    rules = [Rules(net.end, net.never_generated, 3, length, 0) for length in lengths]
    for search in (SEARCHES["greedy"](), SEARCHES["beam"](width=2)):
        quick, plain = (decode(search, stepped, numbers, rules) for stepped in (fast(net, ""), net))
        assert [f.best.tokens() for f in quick] == [f.best.tokens() for f in plain]
        assert [f.best.logp for f in quick] == pytest.approx([f.best.logp for f in plain], abs=1e-5)


@every_search
@pytest.mark.parametrize("name", ["transformer-post-sinusoidal", "lstm-dot"])
def test_a_vocabulary_smaller_than_the_beam_and_the_candidates_is_no_trouble(search, name):
    net = unending(name, "a").double()  # one letter, and what is never generated
    numbers = [[6, 6, net.end], [6, net.end]]
    rules = [Rules(net.end, net.never_generated, 6, len(one)) for one in numbers]
    stepped = fast(net, "*decoder*"), Recorded(net, "*decoder*")
    for quick, plain in zip(*(decode(search, one, numbers, rules) for one in stepped)):
        assert_same(quick, plain)
        assert not {n.token for n in quick.born} & set(net.never_generated)


def test_a_beam_search_keeps_no_more_than_what_it_promises_to():
    assert beam_of_mid() <= 120 * 2**20
