"""What reaches where through the layers of a trained model, and how widely each head spreads its weights.

Rollout goes through the encoder, where every token has one state from layer to layer; the decoder's cross-attention is
carried on through it to the source tokens. Heads are averaged at every layer, and names say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from core.errors import InputError, ShapeError
from core.language import tr
from core.metrics.attention_flow import attention_flow
from core.metrics.entropy import entropy, entropy_share
from core.metrics.rollout import NEAR_ONE, check_shares, rollout, with_residual
from core.models.transformer_decoder import TransformerDecoder
from core.models.wiring import LastLayer
from core.recording.matrix import AttentionMatrix, Site
from core.runs.stepwise import AbstractStepwise

Map = Float[np.ndarray, "query key"]
_ROUNDED = 0.02  # from one: 1500 weights in float16 sum to within a hundredth


@dataclass(frozen=True, eq=False)
class Rolled:
    """An encoder's attention layer by layer, and what has been rolled up to each layer.

    Attributes:
        tokens: of the source, <end> included: rows and columns of every map.
        layers: attention of each encoder layer, mean over heads; up_to: rollout from the first layer to each.
        residual: the share of a state that a block passes on as it is.
    """

    tokens: tuple[str, ...]
    layers: Float[np.ndarray, "layer query key"]
    up_to: Float[np.ndarray, "layer query key"]
    residual: float

    def flow(self, layer: int) -> Map:
        """Attention flow from the tokens after a layer to the source tokens.

        Args:
            layer: counted from 0.

        Raises:
            InputError: the source is too long for it.
        """
        return attention_flow(self._pipes()[-1 - layer :])

    def through(self, cross: Map) -> Map:
        """Cross-attention to the last layer, carried on to the source: cross · rollout; rows sum to one.

        Raises:
            InputError: rows of the cross-attention that do not sum to one.
        """
        check_shares(cross)
        return cross.astype(np.float64) @ self.up_to[-1]

    def flow_through(self, cross: Map) -> Map:
        """The most that can flow from each output through cross-attention and encoder to each source token.

        Raises:
            InputError: rows that do not sum to one, or a source that is too long.
        """
        check_shares(cross)
        return attention_flow([cross.astype(np.float64), *self._pipes()])

    def _pipes(self) -> list[Map]:
        return list(with_residual(self.layers, residual=self.residual))[::-1]


@dataclass(frozen=True)
class HeadSpread:
    """How widely one head spreads its weights over one sentence.

    Attributes:
        nats: mean entropy of its rows; share: mean of entropy over log of the keys allowed, in 0…1; nan without rows that
            have one.
        rows: queries; without: how many of them have no entropy, since their weights are no distribution.
    """

    site: Site
    head: int
    nats: float
    share: float
    rows: int
    without: int


def rolled(trained: AbstractStepwise, matrices: Sequence[AttentionMatrix]) -> Rolled:
    """Roll the encoder's attention of one sentence.

    Args:
        matrices: as `AbstractStepwise.matrices` gave them.

    Raises:
        InputError: the encoder has no self-attention, or its weights are no shares.
    """
    return roll(matrices, residual=0.0 if getattr(trained.config.model, "norm", "pre") == "bare" else 0.5)


def roll(matrices: Sequence[AttentionMatrix], *, residual: float = 0.5, stack: str = "encoder") -> Rolled:
    """Roll the self-attention of one stack, whoever recorded it.

    Args:
        residual: the share of a state that a block passes on as it is.

    Raises:
        InputError: this stack has no self-attention, or its weights are no shares.
    """
    own = [one for one in matrices if one.site.stack == stack and one.site.kind == "self"]
    if not own:
        raise InputError(
            tr(
                "this {stack} has no self-attention, so there is nothing to roll through its layers; choose a Transformer whose "
                "{stack} is attention",
                stack=stack,
            )
        )
    layers = np.stack([one.mean() for one in own])
    return Rolled(own[0].queries, layers, rollout(layers, residual=residual), residual)


def as_shares(matrices: Sequence[AttentionMatrix]) -> list[AttentionMatrix]:
    """Rows that sum to one but for the rounding of half precision, divided by their sums; all others as they are."""
    shares = []
    for one in matrices:
        sums = one.weights.sum(axis=-1, keepdims=True, dtype=np.float64)
        off = np.abs(sums - 1)
        rounded = (off > NEAR_ONE) & (off < _ROUNDED)
        if rounded.any():  # else nothing is copied: all layers of a model may be large
            one = replace(one, weights=(one.weights / np.where(rounded, sums, 1.0)).astype(np.float32))
        shares.append(one)
    return shares


def carried(trained: AbstractStepwise, matrices: Sequence[AttentionMatrix]) -> tuple[AttentionMatrix, Rolled]:
    """The cross-attention nearest to the output, and what to carry it through to the source.

    Raises:
        InputError: as `rolled`; or a decoder that looks at other encoder layers than the last.
    """
    through = rolled(trained, matrices)
    decoder = trained.model.decoder
    if isinstance(decoder, TransformerDecoder) and not isinstance(decoder.wiring, LastLayer):
        raise InputError(
            tr(
                "this decoder does not look at the last encoder layer alone, so its cross-attention is not carried through all "
                "layers; choose a model with wiring=last"
            )
        )
    return last_cross(matrices), through


def wiring(trained: AbstractStepwise) -> Float[np.ndarray, "target_layer source_layer"] | None:
    """How much of each encoder layer each decoder layer looks at; None of a decoder that is no Transformer's."""
    decoder = trained.model.decoder
    return decoder.wiring.matrix().detach().numpy() if isinstance(decoder, TransformerDecoder) else None


def last_cross(matrices: Sequence[AttentionMatrix]) -> AttentionMatrix:
    """The cross-attention nearest to the output."""
    return [one for one in matrices if one.site.kind == "cross"][-1]


def recorded(trained: AbstractStepwise, source: str) -> list[AttentionMatrix]:
    """Every attention for a source and the model's own output, with scores where every attention has some.

    Raises:
        InputError: the source cannot be read.
    """
    try:
        return trained.matrices(source, level="scores")
    except ShapeError:  # attention that never compares pairs has no scores
        return trained.matrices(source)


def spreads(matrices: Sequence[AttentionMatrix]) -> list[HeadSpread]:
    """Entropy of every head of every site, in the model's order."""
    found = []
    for one in matrices:
        nats, share = entropy(one.weights), entropy_share(one.weights, _allowed(one))
        for head in range(one.heads):
            without = int(np.isnan(nats[head]).sum())
            found.append(HeadSpread(one.site, head, _mean(nats[head]), _mean(share[head]), len(one.queries), without))
    return found


def _allowed(one: AttentionMatrix) -> np.ndarray:
    """Which keys each query may look at; without scores, what the kind of attention allows."""
    if one.scores is not None:
        return np.isfinite(one.scores)
    every = np.ones_like(one.weights, dtype=bool)
    return np.tril(every) if (one.site.stack, one.site.kind) == ("decoder", "self") else every


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
