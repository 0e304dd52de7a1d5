"""The peers of `attnlab bench` are right: with our weights each writes what we write, as probably as we say."""

import importlib.util
import sys
import time
from itertools import chain

import pytest

from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.decoding.sampling import SamplingSearch
from core.errors import MissingExtra
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.contest import in_turns
from tests.benchmarks.ctranslate import CTranslate
from tests.benchmarks.engine import assert_agree
from tests.benchmarks.huggingface import HuggingFace
from tests.benchmarks.ours import recorded
from tests.benchmarks.sizes import model_of, sources_of
from tests.benchmarks.uncached import Uncached

SETTINGS = TransformerSettings(layers=2, heads=3, width=24, feed_forward=2)
TOKENS, STEPS, LENGTHS = 31, 9, [7, 2, 13, 4]
PACKAGES = {HuggingFace: "transformers", CTranslate: "ctranslate2", Uncached: "torch"}


def asked(peer):
    if importlib.util.find_spec(PACKAGES[peer]) is None:
        pytest.skip(f'{PACKAGES[peer]} is not installed; pip install -e ".[bench]"')
    model = model_of(SETTINGS, TOKENS)
    return recorded(model), peer(model, SETTINGS), sources_of(model, LENGTHS)


@pytest.mark.parametrize(
    ("peer", "search"),
    [(peer, GreedySearch()) for peer in (HuggingFace, CTranslate)]
    + [(peer, BeamSearch(width=5)) for peer in (HuggingFace, CTranslate, Uncached)],
)
def test_every_engine_writes_the_same_outputs_for_sources_of_mixed_length(peer, search):
    ours, theirs, sources = asked(peer)
    mine, other = (chain(*engine.outputs(engine.work(search, sources, STEPS)())) for engine in (ours, theirs))
    for one, two in zip(mine, other, strict=True):
        assert one.tokens == two.tokens and one.logp == pytest.approx(two.logp, abs=1e-4)


@pytest.mark.parametrize("peer", [HuggingFace, CTranslate])
def test_every_engine_finds_the_draws_of_the_other_as_probable(peer):
    ours, theirs, sources = asked(peer)
    assert_agree(ours, theirs, SamplingSearch(draws=6), sources, STEPS)


def test_a_peer_with_other_weights_is_found_out():
    ours, _, sources = asked(Uncached)
    other = model_of(SETTINGS, TOKENS)
    other.decoder.layers[1].cross_attention.w_value.mul_(1.01)
    with pytest.raises(AssertionError, match="different functions"):
        assert_agree(ours, Uncached(other, SETTINGS), BeamSearch(width=3), sources, STEPS)


@pytest.mark.parametrize("peer", [HuggingFace, CTranslate])
def test_a_package_that_is_not_installed_is_asked_for(peer, monkeypatch):
    monkeypatch.setitem(sys.modules, PACKAGES[peer], None)
    with pytest.raises(MissingExtra, match=rf'{PACKAGES[peer]}.*\.\[bench\]"'):
        peer(model_of(SETTINGS, TOKENS), SETTINGS)


def test_the_ratio_is_of_processor_time_a_call_and_noise_in_one_round_does_not_move_it(monkeypatch):
    clock = [0.0]
    for name in ("process_time", "perf_counter"):
        monkeypatch.setattr(time, name, lambda: clock[0])

    def work(cost, noise=()):
        pauses = iter(noise)
        return lambda: clock.__setitem__(0, clock[0] + cost + next(pauses, 0.0))

    found = in_turns(work(0.25, noise=[0.0, 0.0, 5.0]), work(0.5), share=0.5, steps=5)
    assert (found.value, found.low) == (0.5, 0.5) and found.high > 10
    assert found.note.startswith("50,000 against 100,000 µs a step, 13 rounds")
