"""What a compiled loop is made for: the sizes of a Transformer, not its weights, which are handed over at every call."""

from dataclasses import dataclass

import torch

from core.models.fast.fitting import usual_transformer
from core.models.norm import AbstractNorm
from core.models.norms import LayerNorm
from core.models.residual import PostNorm, PreNorm
from core.models.seq2seq import Seq2Seq

LONGEST = 4096  # positions, of a source and of an output


@dataclass(frozen=True)
class Architecture:
    """All that the generated code depends on.

    Attributes:
        pre: whether a layer norm stands before each part (else after it); eps: in its root.
        layers: of the encoder and of the decoder; inner: features of the feed-forward part.
        tokens: in the target's vocabulary; source_tokens: in the source's.
    """

    pre: bool
    eps: float
    layers: int
    heads: int
    width: int
    inner: int
    tokens: int
    source_tokens: int

    @property
    def dim(self) -> int:
        """Features of one head."""
        return self.width // self.heads


def architecture(model: Seq2Seq) -> Architecture | None:
    """What a model would be compiled as; None where it is no usual Transformer in single precision."""
    if not usual_transformer(model):
        return None
    encoder, decoder = model.encoder, model.decoder
    kinds = {type(part) for part in model.modules() if isinstance(part, PreNorm | PostNorm)}
    norms = {
        part.eps if isinstance(part, LayerNorm) else None for part in model.modules() if isinstance(part, AbstractNorm)
    }
    if (
        len(kinds) != 1
        or len(norms) != 1
        or None in norms
        or {one.dtype for one in model.parameters()} != {torch.float32}
    ):
        return None
    first = decoder.layers[0]
    return Architecture(
        pre=kinds == {PreNorm}, eps=norms.pop(), layers=len(decoder.layers), heads=first.self_attention.heads,
        width=first.self_attention.width, inner=first.feed_forward.widen.out_features,
        tokens=decoder.output.out_features, source_tokens=encoder.embedding.table.num_embeddings,
    )  # fmt: skip
