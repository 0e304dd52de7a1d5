"""The recorder's edges: patterns, budgets, nested recorders, what was not recorded."""

import pytest
import torch

from core.errors import ShapeError
from core.recording.matrix import AttentionMatrix, Site
from core.recording.recorder import Recorder, attention_paths
from core.recording.tap import watching
from tests.laws.models import batch, model


def test_a_pattern_chooses_attentions_and_one_that_fits_none_lists_the_paths():
    net = model("transformer-pre-sinusoidal")
    assert Recorder(net, "*cross*").paths == [
        "decoder.layers.0.cross_attention.attention",
        "decoder.layers.1.cross_attention.attention",
    ]
    assert len(attention_paths(net)) == 6
    with pytest.raises(ShapeError, match=r"no attention of this model matches 'x\*'; its paths: encoder.layers.0"):
        Recorder(net, "x*")


def test_past_its_budget_a_recorder_keeps_nothing_more_and_says_so():
    net = model("gru-additive")
    with torch.no_grad(), Recorder(net, budget=200) as recorder:
        net(batch(["abcdefgh"]))
    assert recorder.truncated
    with torch.no_grad(), Recorder(net) as whole:
        net(batch(["abcdefgh"]))
    assert not whole.truncated
    assert recorder.tensor(recorder.paths[0]).shape[2] < whole.tensor(whole.paths[0]).shape[2]


def test_recorders_may_be_nested_and_the_inner_one_takes_only_its_own_hooks_away():
    net = model("gru-dot")
    with torch.no_grad(), Recorder(net) as outer:
        with Recorder(net) as inner:
            net(batch(["abc"]))
        net(batch(["abc"]))
    assert outer.tensor(outer.paths[0]).shape[2] == 2 * inner.tensor(inner.paths[0]).shape[2]


def test_asking_for_what_was_not_recorded_is_an_error_and_not_an_empty_picture():
    net = model("gru-dot")
    with torch.no_grad(), Recorder(net) as recorder:
        net(batch(["abc"]))
    with pytest.raises(ShapeError, match="nothing was recorded"):
        recorder.tensor(recorder.paths[0], "tap_scores")


def test_a_matrix_whose_labels_do_not_fit_is_refused_at_birth():
    with pytest.raises(ShapeError, match="do not fit 2 query and 1 key labels"):
        AttentionMatrix(Site("decoder", 0, "cross", "x"), torch.zeros(1, 2, 3).numpy(), ("a", "b"), ("c",))


def test_what_recording_keeps_of_a_usual_sentence_is_small():
    net = model("transformer-pre-sinusoidal")
    with torch.no_grad(), Recorder(net) as recorder:
        net(batch(["abcdefgh" * 7]))
    kept = sum(recorder.tensor(path).numel() * 4 for path in recorder.paths)
    assert kept < 2_000_000


def test_a_record_that_somebody_wrote_into_is_refused_and_not_shown_as_the_models_own():
    net = model("transformer-pre-sinusoidal")
    passed = []
    with (
        torch.no_grad(),
        Recorder(net, "*cross*") as recorder,
        watching(lambda tap, value: passed.append((tap, value))),
    ):
        net(batch(["abc"]))
    first, second = recorder.paths
    before = recorder.tensor(first).clone()
    watched = net.get_submodule(f"{second}.tap_weights")
    next(value for tap, value in passed if tap is watched).zero_()
    assert torch.equal(recorder.tensor(first), before)
    with pytest.raises(ShapeError, match=r"layers.1.cross_attention.attention.tap_weights was written into afterwards"):
        recorder.tensor(second)


def test_what_inference_mode_records_stays_whatever_is_written_later():
    net = model("gru-additive")
    passed = []
    with torch.inference_mode():
        with Recorder(net) as recorder, watching(lambda _, value: passed.append(value)):
            net(batch(["abc"]))
        before = recorder.tensor(recorder.paths[0]).clone()
        for value in passed:
            value.zero_()
    assert before.any()
    assert torch.equal(recorder.tensor(recorder.paths[0]), before)
