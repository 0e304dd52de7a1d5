"""A mask composed of parts, its cost over the length, and its reach measured on a network by gradients."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool

from core.attention.masks import Masks, causal, valid_keys
from core.attention.patterns import PATTERNS
from core.metrics.reach import pairs_scored
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.shapes import Mask

_WIDTH, _HEADS, _VOCABULARY = 16, 2, 8


def composed(pattern: str, length: int, window: int, *, backwards: bool = False, pads: int = 0) -> Masks:
    """A pattern, and what else may forbid.

    Args:
        pattern: of PATTERNS; window: see there.
        length: tokens, padding included.
        backwards: whether nobody may look ahead; pads: how many of the last tokens are padding.
    """
    masks = Masks({pattern: PATTERNS[pattern].mask(length, window)})
    if backwards:
        masks &= Masks({"causal": causal(length)})
    if pads:
        masks &= Masks({"padding": valid_keys(torch.arange(length)[None] < length - pads)})
    return masks


def shown(mask: Mask, length: int) -> Bool[np.ndarray, "query key"]:
    """The mask of one item and head as a square."""
    return mask[0, 0].expand(length, length).numpy()


def costs(pattern: str, window: int, lengths: Sequence[int], *, backwards: bool = False) -> list[int]:
    """Pairs scored at each of some lengths."""
    masks = (composed(pattern, length, window, backwards=backwards) for length in lengths)
    return [pairs_scored(shown(mask.together(), length)) for mask, length in zip(masks, lengths)]


def measured_reach(
    allowed: Bool[np.ndarray, "query key"], layers: int, seed: int = 0
) -> Bool[np.ndarray, "layer output input"]:
    """Which inputs really influence which outputs of a small random network, in float64.

    Every output's gradient with respect to every input embedding is taken, in a random direction so that nothing
    cancels by construction; where it is exactly 0 nothing passes.

    Args:
        allowed: the mask of every layer.
        layers: of the network, all looked at.
        seed: of its weights and of its input.
    """
    length, mask = len(allowed), torch.from_numpy(allowed)[None, None]
    settings = TransformerSettings(layers=layers, width=_WIDTH, heads=_HEADS, positions="none")
    chance = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Labeler(settings, _VOCABULARY, _VOCABULARY).double().eval()
    states = torch.randn(1, length, _WIDTH, generator=chance, dtype=torch.float64)
    given = states.repeat(length, 1, 1).requires_grad_()  # a copy for each output that is asked about
    direction = torch.randn(_WIDTH, generator=chance, dtype=torch.float64)
    own, found, now = torch.arange(length), [], given
    for layer in network.encoder.layers:
        now = layer(now, mask)
        asked = (now[own, own] @ direction).sum()  # output i of copy i
        (slopes,) = torch.autograd.grad(asked, given, retain_graph=True)
        found.append((slopes != 0).any(dim=-1).numpy())
    return np.stack(found)
