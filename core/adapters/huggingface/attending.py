"""Attention of a Hugging Face model computed here, through the taps of the house, whatever kernel it was loaded with.

The library lets attention be computed by a function of one's own. This one is its plain form (scores, mask, softmax, mix)
with taps between, so that what is recorded is what the model goes on with, and what is edited changes what it says. Fused
kernels give no weights; asking for them in a second pass would show another pass than the one that chose the token.
"""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers import AttentionInterface, PreTrainedModel
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from core.adapters.huggingface.families import Family
from core.errors import DataError
from core.language import tr
from core.recording.tap import Tap

NAME = "attention_lab"
_PLACE = "attention_lab_taps"


class Taps(nn.Module):
    """The taps of one attention, under the names that recorder and edits know."""

    def __init__(self) -> None:
        super().__init__()
        self.tap_query, self.tap_key, self.tap_value = Tap(), Tap(), Tap()
        self.tap_scores, self.tap_weights, self.tap_context = Tap(), Tap(), Tap()


def attend(
    module: nn.Module,
    query: Float[Tensor, "batch head query dim"],
    key: Float[Tensor, "batch head key dim"],
    value: Float[Tensor, "batch head key dim"],
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    position_bias: Tensor | None = None,
    **more: Any,
) -> tuple[Float[Tensor, "batch query head dim"], Float[Tensor, "batch head query key"]]:
    """One attention of a model, as the library calls it.

    Args:
        attention_mask: added to the scores: 0, or the lowest number where a query may not look; True and False mean the same.
        position_bias: added to the scores too (T5).
        more: what other kernels need.

    Returns:
        Context and weights.
    """
    taps: Taps = module.__dict__[_PLACE]
    query, key, value = taps.tap_query(query), taps.tap_key(key), taps.tap_value(value)
    scores = query @ key.transpose(2, 3) * (query.shape[-1] ** -0.5 if scaling is None else scaling)
    if position_bias is not None:
        scores = scores + position_bias
    scores = taps.tap_scores(_masked(scores, attention_mask))
    weights = taps.tap_weights(torch.softmax(scores, dim=-1, dtype=torch.float32).to(value.dtype))
    context = taps.tap_context(nn.functional.dropout(weights, dropout, module.training) @ value)
    return context.transpose(1, 2).contiguous(), weights


def _masked(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Scores with −∞ where a query may not look; a query that may look nowhere (padding) looks everywhere, as in the library."""
    if mask is None:
        return scores
    barred = ~mask if mask.dtype == torch.bool else mask <= torch.finfo(mask.dtype).min / 2
    added = torch.zeros_like(barred, dtype=scores.dtype) if mask.dtype == torch.bool else mask
    # one pass over the scores, which are many; the mask is the same for all heads
    return scores + added.masked_fill(barred & ~barred.all(dim=-1, keepdim=True), -torch.inf)


class Stack(nn.Module):
    """The taps of the layers of one side, named as in the models of the house: layers.N.self_attention, layers.N.cross_attention."""

    def __init__(self, model: PreTrainedModel, self_path: str, cross_path: str | None) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        while (found := _module(model, self_path.format(len(self.layers)))) is not None:
            layer = nn.Module()
            layer.self_attention = _tapped(found)
            if cross_path is not None:
                cross = _module(model, cross_path.format(len(self.layers)))
                if cross is None:
                    raise DataError(
                        tr(
                            "layer {count} of this model has no {cross_path}",
                            count=len(self.layers) + 1,
                            cross_path=cross_path,
                        )
                    )
                layer.cross_attention = _tapped(cross)
            self.layers.append(layer)
        if not self.layers:
            raise DataError(
                tr("this model has no {format}: its weights are of another architecture", format=self_path.format(0))
            )


def stacks(model: PreTrainedModel, family: Family) -> Iterator[tuple[str, Stack]]:
    """Let a model compute its attention here, for good.

    Args:
        model: its own weights are left as they are; whoever else uses it gets the same numbers.

    Yields:
        "encoder" and "decoder", where it has them, with their taps.

    Raises:
        DataError: an attention of the family is not in it.
    """
    if family.encoder is not None:
        yield "encoder", Stack(model, family.encoder, None)
    if family.decoder is not None:
        yield "decoder", Stack(model, family.decoder, family.cross)
    model.set_attn_implementation(NAME)


def _module(model: nn.Module, path: str) -> nn.Module | None:
    try:
        return model.get_submodule(path)
    except AttributeError:
        return None


def _tapped(attention: nn.Module) -> Taps:
    """The taps of an attention; not as a part of it, which would put them into its path and its saved weights."""
    return attention.__dict__.setdefault(_PLACE, Taps())


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, eager_mask)
