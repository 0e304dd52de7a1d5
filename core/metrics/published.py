"""Formulas of other toolkits that are called diagonality there, as they are, to be compared with ours.

Both look at how strong the strongest weights are and not at where they stand, so a shuffled, a reversed and, for the second, a
stuck map get what a perfect diagonal gets. Tests hold them to failing; nothing here judges a map.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.language import mark

Map = Float[np.ndarray, "target source"]


@dataclass(frozen=True)
class Published:
    """A formula and what fools it.

    Attributes:
        formula: from a map to a number in 0…1; summary: what it is and where it is published; fooled_by: maps it cannot tell from a diagonal.
    """

    formula: Callable[[Map], float]
    summary: str
    fooled_by: tuple[str, ...]

    def __call__(self, weights: Map) -> float:
        """The number."""
        return self.formula(weights)


def mean_of_source_maxima(weights: Map) -> float:
    """Coqui TTS, `alignment_diagonal_score`: of every source its strongest weight, averaged over sources, padding too.

    >>> mean_of_source_maxima(np.eye(4)[[2, 0, 3, 1]])
    1.0
    """
    return float(weights.max(axis=0).mean())


def mean_of_output_maxima(weights: Map) -> float:
    """The focus rate of FastSpeech and ESPnet: of every output its strongest weight, averaged over outputs.

    >>> mean_of_output_maxima(np.eye(4)[[1, 1, 1, 1]])
    1.0
    """
    return float(weights.max(axis=1).mean())


PUBLISHED: dict[str, Published] = {
    "Coqui, alignment_diagonal_score": Published(
        mean_of_source_maxima,
        mark("mean over sources of the strongest weight (Coqui TTS, TTS/tts/utils/measures.py)"),
        ("shuffled", "reversed"),
    ),
    "ESPnet, focus rate": Published(
        mean_of_output_maxima,
        mark("mean over outputs of the strongest weight (Ren et al. 2019, section 3.3)"),
        ("shuffled", "reversed", "stuck"),
    ),
}
