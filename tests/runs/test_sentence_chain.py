"""The chain of a trained model on a sentence: it is the record, made of one piece, for every attention of every shipped model."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.models.build import build
from core.models.transformer_settings import TransformerSettings
from core.recording.recorder import attention_paths
from core.runs.sentence_chain import sentence_chain
from core.runs.trained import load
from core.seeds import Seeds

MODELS = ("demo/dates-transformer", "demo/dates-gru", "demo/reverse-gru", "demo/reverse-transformer")


def close(one, other, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(one, other, atol=tolerance, rtol=0)


@pytest.mark.parametrize("address", MODELS)
def test_outputs_follow_from_the_record_at_every_attention(address):
    trained = load(address)
    source = trained.example_text()
    for site in attention_paths(trained.model):
        chain = sentence_chain(trained, source, site)
        assert chain.difference < 1e-5
        close(chain.row_sums, 1.0)
        (matrix,) = trained.matrices(source, only=site, level="full")
        assert (chain["weights"] == matrix.weights).all() and (chain["context"] == matrix.context).all()
        last = chain.quantity("weights").recipe.of[0]
        close(np.where(np.isinf(matrix.scores), 0, chain[last]), np.where(np.isinf(matrix.scores), 0, matrix.scores))


def test_a_decoder_that_may_not_look_ahead_has_its_mask_apart():
    trained = load(MODELS[0])
    chain = sentence_chain(trained, trained.example_text(), "decoder.layers.0.self_attention.attention")
    ahead = np.triu(np.ones_like(chain["masked"][0]), 1).astype(bool)
    assert (np.isinf(chain["masked"]) == ahead).all() and np.isfinite(chain["scaled"]).all()
    assert chain.allowed[0].tolist() == list(range(1, len(chain.queries) + 1))


@pytest.mark.parametrize("positions", ["t5", "shaw", "rotary", "alibi_asymmetric"])
def test_content_and_the_bias_of_positions_stand_apart_and_add_up(positions):
    trained = load(MODELS[0])
    settings = TransformerSettings(layers=1, heads=2, width=16, positions=positions)
    model = build(settings, *trained.vocabularies, Seeds(4)).eval().requires_grad_(False)
    with torch.no_grad():
        for at, parameter in enumerate(model.encoder.parameters()):  # T5's biases begin at zero, and would show nothing
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(at)) / 3)
    fresh = replace(trained, model=model)
    chain = sentence_chain(fresh, trained.example_text(), "encoder.layers.0.self_attention.attention", target="1")
    (matrix,) = fresh.matrices(trained.example_text(), "1", only="encoder*", level="full")
    assert chain.difference < 1e-5
    if positions == "rotary":
        assert "bias" not in chain
    else:
        close(chain["scaled"] + chain["bias"], chain["biased"])
        close(chain["biased"], matrix.scores)
        assert np.abs(chain["bias"]).max() > 0.1
    assert ("added" in chain) == (positions == "shaw")


def test_an_attention_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(
        InputError, match=r"no attention 'encoder\.layers\.7' in this model; it has: encoder\.layers\.0"
    ):
        sentence_chain(load(MODELS[0]), "20 de mayo de 1948", "encoder.layers.7")
