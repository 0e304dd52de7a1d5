"""What cannot be combined is refused before anything is built, with what would work instead; and what would work, works."""

import re

import pytest

from core.errors import SettingError
from core.models.build import build
from core.models.recurrent_settings import RecurrentSettings
from core.models.transformer_settings import TransformerSettings
from core.runs.config import ExperimentConfig
from core.seeds import Seeds
from tests.laws.models import LETTERS

# what cannot be, what is said of it, and the change that the message names
REFUSED = {
    "heads": ({"width": 30, "heads": 4}, "for instance 28 or 32", {"width": 28}),
    "key heads": ({"heads": 4, "key_heads": 3}, "choose one of 1, 2, 4, or 0", {"key_heads": 2}),
    "odd width": ({"width": 27, "heads": 3, "positions": "sinusoidal"}, "choose an even width", {"width": 30}),
    "rotary": ({"width": 20, "heads": 4, "positions": "rotary"}, "for instance width=16", {"width": 16}),
    "rotary with general": (
        {"positions": "rotary", "score": "general"}, "choose score=", {"score": "scaled_dot"},
    ),
    "shaw with additive": (
        {"positions": "shaw", "score": "additive"}, "choose score=scaled_dot", {"score": "scaled_dot"},
    ),
    "linear with additive": (
        {"attention": "linear", "score": "additive"}, "choose attention=pairs", {"attention": "pairs"},
    ),
    "performer with relu": (
        {"decoder_attention": "performer", "normalizer": "relu"}, "normalizer=softmax", {"normalizer": "softmax"},
    ),
    "linear with alibi": (
        {"attention": "linear", "positions": "alibi"}, "positions that are added to the input", {"positions": "learned"},
    ),
    "linear with rotary": (
        {"attention": "linear", "positions": "rotary"}, "which attention=linear does not offer", {"attention": "banded"},
    ),
    "linformer with a pattern": (
        {"attention": "linformer", "pattern": "strided"}, "choose attention=pairs, or pattern=full", {"pattern": "full"},
    ),
    "a window too small": ({"pattern": "blocks", "window": 0}, "a window of at least 1", {"window": 1}),
    "a pattern of a GRU": ({"encoder": "gru", "pattern": "local"}, "has none", {"pattern": "full"}),
    "connections": ({"wiring": "matrix", "connections": "01"}, "2 rows of 2 digits", {"connections": "01/01"}),
    "a decoder layer alone": ({"wiring": "matrix", "connections": "00/01"}, "at least one 1", {"connections": "10/01"}),
    "convolutions without places": (
        {"encoder": "convolution", "positions": "rotary"}, "would then know no places", {"positions": "sinusoidal"},
    ),
    "states that overflow": (
        {"normalization": "power", "normalizer": "none"}, "normalizer=softmax", {"normalizer": "softmax"},
    ),
    "locations of many heads": (
        {"alignment": "location"}, "choose alignment=monotonic or mocha", {"alignment": "mocha"},
    ),
    "connections of nothing": ({"connections": "01/01"}, "wiring=matrix", {"connections": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence_and_what_it_advises_works(name):
    settings, words, instead = REFUSED[name]
    with pytest.raises(SettingError, match=re.escape(words)) as raised:
        TransformerSettings(**settings)
    assert "\n" not in str(raised.value)
    build(TransformerSettings(**{**settings, **instead}), LETTERS, LETTERS, Seeds(1))


def test_a_decoder_cannot_choose_an_attention_that_looks_ahead():
    with pytest.raises(SettingError, match="linformer"):
        TransformerSettings(decoder_attention="linformer")


RECURRENT = {  # likewise
    "locations in a dot": (
        {"alignment": "location", "score": "dot"}, "choose score=additive, or alignment=monotonic", {"score": "additive"},
    ),
    "monotonic rows of relu": (
        {"alignment": "monotonic", "normalizer": "relu"}, "choose normalizer=softmax", {"normalizer": "softmax"},
    ),
    "a monotonic course": (
        {"alignment": "mocha", "inference": "window"}, "choose inference=free", {"inference": "free"},
    ),
    "a course of rows without a place": (
        {"inference": "forced", "normalizer": "relu"}, "may look nowhere: choose normalizer=softmax", {"normalizer": "softmax"},
    ),
    "forward without a softmax": (
        {"inference": "forward", "normalizer": "sparsemax"}, "or inference=window", {"inference": "window"},
    ),
    "an odd width": ({"width": 7}, "choose an even width", {"width": 8}),
}  # fmt: skip


@pytest.mark.parametrize("name", RECURRENT)
def test_so_it_is_with_recurrent_models(name):
    settings, words, instead = RECURRENT[name]
    with pytest.raises(SettingError, match=re.escape(words)) as raised:
        RecurrentSettings(**settings)
    assert "\n" not in str(raised.value)
    build(RecurrentSettings(**{**settings, **instead}), LETTERS, LETTERS, Seeds(1))


@pytest.mark.parametrize("norm", ["batch", "power"])
def test_norms_of_batches_are_refused_where_a_batch_is_one_example(norm):
    data = {"task": {"name": "copy"}, "model": {"name": "transformer", "normalization": norm}}
    with pytest.raises(SettingError, match=rf"normalization={norm}.*batch_size of at least 2"):
        ExperimentConfig.from_dict({**data, "training": {"batch_size": 1}})
    ExperimentConfig.from_dict({**data, "training": {"batch_size": 2}})


def test_a_recurrent_model_takes_every_score_and_encoder():
    for score in ("additive", "dot", "general", "scaled_dot"):
        for encoder in ("recurrent", "attention", "convolution"):
            build(RecurrentSettings(width=6, score=score, encoder=encoder), LETTERS, LETTERS, Seeds(1))
