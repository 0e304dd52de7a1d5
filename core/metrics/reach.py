"""What a mask costs and how far it lets information travel, counted from the mask alone.

A layer lets a token hear those its mask allows, and itself, by the way around attention; so after several layers it hears
whom it is connected to by as many steps. The measured counterpart, from a network's gradients, is in core/runs/masked.py.
"""

import numpy as np
from jaxtyping import Bool, Int

from core.errors import SettingError, ShapeError
from core.language import tr

Allowed = Bool[np.ndarray, "query key"]
Reached = Bool[np.ndarray, "layer output input"]


def pairs_scored(allowed: Allowed) -> int:
    """How many pairs of query and key have a score: what attention costs, where what is blocked is not computed.

    >>> pairs_scored(np.tri(3, dtype=bool))
    6
    """
    return int(allowed.sum())


def reach(allowed: Allowed, layers: int) -> Reached:
    """Which inputs can influence which outputs after 1, 2, … layers of one mask.

    Args:
        allowed: whom each token may look at, itself included or not: the residual connection carries its own state.
        layers: how many, at least 1.

    Returns:
        One matrix a layer: True where output i depends on input j; the powers of the mask with its diagonal.

    Raises:
        ShapeError: a mask that is not square. SettingError: no layer.

    >>> reach(np.eye(4, k=-1, dtype=bool), 2)[:, 3].astype(int).tolist()
    [[0, 0, 1, 1], [0, 1, 1, 1]]
    """
    if allowed.shape[0] != allowed.shape[1]:
        raise ShapeError(
            tr("a mask of {shape} has no reach over layers; expected as many queries as keys", shape=allowed.shape)
        )
    if layers < 1:
        raise SettingError(tr("layers={layers} reach nowhere: choose at least 1", layers=layers))
    step = (allowed | np.eye(len(allowed), dtype=bool)).astype(np.float32)
    found = [step]
    for _ in range(layers - 1):
        found.append(np.minimum(step @ found[-1], 1))
    return np.stack(found) > 0


def layers_until_all(allowed: Allowed) -> int | None:
    """After how many layers every output depends on every input; None if never.

    >>> layers_until_all(np.abs(np.subtract.outer(np.arange(7), np.arange(7))) <= 2), layers_until_all(np.eye(2, dtype=bool))
    (3, None)
    """
    all_reached = reach(allowed, max(1, len(allowed) - 1)).all(axis=(1, 2))  # no path is longer
    return int(all_reached.argmax()) + 1 if all_reached.any() else None


def heard_after(reached: Reached, speaker: int) -> Int[np.ndarray, " output"]:
    """After how many layers each output first depends on one input: 0 for its own, −1 for not within these layers.

    >>> heard_after(reach(np.eye(4, k=-1, dtype=bool), 2), 0).tolist()
    [0, 1, 2, -1]
    """
    hears = reached[:, :, speaker]
    found = np.where(hears.any(axis=0), hears.argmax(axis=0) + 1, -1)
    found[speaker] = 0
    return found


def farthest(reached: Bool[np.ndarray, "output input"]) -> tuple[int, int]:
    """How many places back and ahead an output hears at most.

    >>> farthest(np.tri(5, dtype=bool))
    (4, 0)
    """
    outputs, inputs = np.nonzero(reached)
    ahead = inputs - outputs
    return int(max(0, -ahead.min(initial=0))), int(ahead.max(initial=0))
