"""A run of any mechanism is trained, loaded, decoded, recorded and verified like every other."""

from collections import deque

import pytest

from core.runs.experiment import create, run_experiment
from core.runs.presets import preset_of
from core.runs.trained import load
from core.runs.verification import verify

MODELS = {
    "relative": {"positions": "shaw", "pattern": "local", "window": 2},
    "linear": {"attention": "linear", "decoder_attention": "linear", "positions": "learned"},
    "two views": {"layers": 2, "wiring": "multiview", "positions": "xl"},
    "signed weights": {"normalizer": "none", "positions": "learned"},
    "shared keys": {"key_heads": 1, "positions": "rotary", "normalization": "rms"},
    "power norm": {"normalization": "power", "positions": "t5"},
    "read in order": {"positions": "rnn", "norm": "bare"},
    "convolutions": {"encoder": "convolution", "positions": "learned"},
    "synthesizers": {"attention": "synthesizer", "decoder_attention": "synthesizer_dense", "positions": "floater"},
}
_QUICK = {"task.alphabet": 8, "model.width": 16, "model.heads": 2, "training.steps": 12, "training.evaluate_on": 4}


@pytest.mark.parametrize("name", MODELS)
def test_every_number_of_a_run_follows_from_its_weights(name, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    chosen = {f"model.{setting}": value for setting, value in MODELS[name].items()}
    config = preset_of("reverse", "transformer", "fast").changed({**_QUICK, **chosen})
    deque(run_experiment(create("one", config)), maxlen=0)
    trained = load("one")
    found = verify(trained, 1)
    assert found.ok and found.checked > 1000
    matrices = trained.matrices("a b c")
    assert trained.config == config and all(
        one.weights.shape[1:] == (len(one.queries), len(one.keys)) for one in matrices
    )
    assert all(one.sums_to_one for one in matrices) == (name != "signed weights")
