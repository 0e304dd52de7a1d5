"""Patterns: who looks at whom in a self-attention whose cost or reach is limited, by name.

A pattern is the union of its parts: a local one of neighbors alone, BigBird's of neighbors, global tokens and random keys.
What two tokens are to each other never depends on the length, so padding a row changes nothing for its real tokens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import torch

from core.attention.masks import band, blocks, causal, global_tokens, random_keys, strided
from core.errors import SettingError
from core.language import mark, tr
from core.shapes import Mask

Parts = dict[str, Mask]
_GLOBAL, _DRAWS, _SEED = 1, 1, 0  # of BigBird at our lengths; the paper has 2 and 3 blocks in 4,096 tokens


@dataclass(frozen=True)
class Pattern:
    """A named mask of a self-attention.

    Attributes:
        parts: from (length, window) to its named parts, whose union it is.
        summary: one line for menus, with the source.
        least_window: the smallest window it can have; None where it has no window.
    """

    parts: Callable[[int, int], Parts]
    summary: str
    least_window: int | None = None

    def mask(self, length: int, window: int) -> Mask:
        """Who may look at whom among so many places.

        Args:
            length: queries and keys.
            window: neighbors on each side, stride or size of a block; without meaning for full and causal.

        Raises:
            SettingError: a window below `least_window`.
        """
        if self.least_window is not None and window < self.least_window:
            raise SettingError(
                tr(
                    "window={window} is too small for this pattern: choose at least {least_window}",
                    window=window,
                    least_window=self.least_window,
                )
            )
        return reduce(torch.logical_or, self.parts(length, window).values())


def _everyone(length: int) -> Mask:
    return torch.ones(1, 1, length, length, dtype=torch.bool)


def _window(length: int, window: int) -> Mask:
    return band(length, length, window, window)


PATTERNS: dict[str, Pattern] = {
    "full": Pattern(
        lambda length, window: {"everyone": _everyone(length)},
        mark("every token looks at every token (Vaswani et al. 2017)"),
    ),
    "causal": Pattern(
        lambda length, window: {"past": causal(length)}, mark("a token looks at itself and back (Vaswani et al. 2017)")
    ),
    "local": Pattern(
        lambda length, window: {"window": _window(length, window)},
        mark("a token looks `window` places to each side: truncated self-attention (Yeh et al. 2019)"),
        0,
    ),
    "strided": Pattern(
        lambda length, window: {"window": _window(length, window), "strides": strided(length, window)},
        mark("`window` places to each side, and every `window`-th token (Child et al. 2019)"),
        1,
    ),
    "blocks": Pattern(
        lambda length, window: {"block": blocks(length, window)},
        mark("a token looks at its own block of `window` tokens (Qiu et al. 2019)"),
        1,
    ),
    "bigbird": Pattern(
        lambda length, window: {
            "window": _window(length, window),
            "global": global_tokens(length, _GLOBAL),
            "random": random_keys(length, _DRAWS, _SEED),
        },
        mark(
            "`window` places to each side, a token that sees and is seen by all, and random keys (Zaheer et al. 2020)"
        ),
        0,
    ),
}
