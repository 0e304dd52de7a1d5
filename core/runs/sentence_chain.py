"""The chain of one attention of a trained model on a real sentence, as it was recorded.

Queries, keys, values, scores, weights and contexts are those that flowed; the model's own score says again what of the
scores is content, so that the bias of positions stands apart from it. Where a mechanism has no score of pairs (linear
attention and its kin) the chain has none, and goes from values by the recorded weights to contexts.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from core.attention.additive import Additive
from core.attention.attention import Attention
from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import DotProduct, ScaledDotProduct
from core.attention.normalizers import NORMALIZERS
from core.errors import InputError
from core.language import tr
from core.recording.chain import Chain, Quantity, Recipe
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import attention_paths
from core.runs.trained import TrainedModel

OWN_WAY = "own"  # a normalizer without a name: the mechanism makes its weights in its own way


def sentence_chain(trained: TrainedModel, source: str, site: str, target: str | None = None) -> Chain:
    """What one attention did on a sentence, all its heads.

    Args:
        trained: the model; source: text that it reads.
        site: the path of the attention, as in `Site.name`.
        target: text to force; None takes the model's own greedy output.

    Raises:
        InputError: no such attention, or a text that cannot be read.
    """
    if site not in (paths := attention_paths(trained.model)):
        raise InputError(
            tr("there is no attention {site!r} in this model; it has: {paths}", site=site[:80], paths=", ".join(paths))
        )
    with torch.no_grad():
        return _chain(trained.model, trained.matrices(source, target, only=site, level="full")[0])


def _chain(model: nn.Module, matrix: AttentionMatrix) -> Chain:
    attention = model.get_submodule(matrix.site.name)
    quantities = [
        Quantity(name, values)
        for name, values in (("query", matrix.query), ("key", matrix.key), ("value", matrix.value))
        if values is not None
    ]
    made, normalizer = Recipe(), OWN_WAY
    if isinstance(attention, Attention):
        quantities += _scored(attention, matrix)
        made = Recipe("normalized", (quantities[-1].name,))
        normalizer = next((name for name, kind in NORMALIZERS.items() if kind is attention.normalize), "softmax")
    quantities.append(Quantity("weights", matrix.weights, made))
    added = _added(model, matrix)
    if added is not None:
        quantities.append(Quantity("added", added[0].numpy()))
    assert matrix.context is not None
    mixed = ("weights", "value") if added is None else ("weights", "value", "added")
    quantities.append(Quantity("context", matrix.context, Recipe("mixed", mixed)))
    blocked = np.zeros(matrix.weights.shape, bool) if matrix.scores is None else matrix.scores == -math.inf
    return Chain(tuple(quantities), matrix.queries, matrix.keys, normalizer, (~blocked).sum(axis=-1))


def _scored(attention: Attention, matrix: AttentionMatrix) -> list[Quantity]:
    """From queries and keys to the scores that were normalized, by the model's own score."""
    query, key = torch.from_numpy(matrix.query)[None], torch.from_numpy(matrix.key)[None]
    whole, score = attention.score(query, key), attention.score
    steps: list[Quantity] = []

    def add(name: str, values: Tensor, kind: str, *of: str, number: float | None = None) -> None:
        steps.append(Quantity(name, values[0].numpy(), Recipe(kind, of, number)))

    if isinstance(score, Additive):
        add("asked", score.w_query(query), "given")
        add("v_score", score.v[None, None, None], "given")
        add("scores", whole, "additive", "asked", "key", "v_score")
    elif isinstance(score, ScaledDotProduct):
        add("scores", DotProduct()(query, key), "rows", "query", "key")
        add("scaled", whole, "quotient", "scores", number=math.sqrt(query.shape[-1]))
    else:
        add("scores", whole, "rows", "query", "key")
    if attention.temperature != 1.0:
        add("tempered", whole / attention.temperature, "quotient", steps[-1].name, number=attention.temperature)
    if matrix.bias is not None:
        content, bias = steps[-1], torch.from_numpy(matrix.bias)[None].expand_as(whole)
        add("bias", bias, "given")
        add("biased", torch.from_numpy(content.values)[None] + bias, "sum", content.name, "bias")
    if matrix.scores is not None and (matrix.scores == -math.inf).any():
        add("masked", torch.from_numpy(matrix.scores)[None], "blocked", steps[-1].name)
    return steps


def _added(model: nn.Module, matrix: AttentionMatrix) -> Tensor | None:
    """What positions added to the contexts, from the recorded weights; None where they add nothing."""
    around = model.get_submodule(matrix.site.name.rpartition(".")[0])
    if not isinstance(around, MultiHeadAttention) or matrix.site.kind == "cross":
        return None
    places = torch.arange(len(matrix.queries))[None]
    added: Tensor | None = around.relation.mix(torch.from_numpy(matrix.weights)[None], places, places)
    return added
