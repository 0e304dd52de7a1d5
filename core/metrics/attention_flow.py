"""Attention flow: the most that can flow from an output down to one input token, if weights are the widths of pipes.

Layers are a network whose edges have the weights as capacities (the residual mixed in, as in rollout); for every pair of
output and input it is the maximum flow between the two, each pair for itself, so rows need not sum to one. Rollout
multiplies along paths; flow asks for the narrowest place of each path and adds paths up as long as they share no pipe.

Source: Abnar & Zuidema 2020, section 3.2, arXiv:2005.00928. Maximum flow by preflows with exact distances (Goldberg &
Tarjan 1988), for all input tokens at once.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.errors import InputError
from core.language import tr

LONGEST = 32  # tokens: the work grows with their fourth power
_EMPTY = 1e-12  # less than that in a pipe is rounding


def attention_flow(steps: Sequence[Float[np.ndarray, "_ _"]]) -> Float[np.ndarray, "query key"]:
    """Maximum flow from every node of the top to every node of the bottom.

    Args:
        steps: capacities ≥ 0 from the top layer down, `steps[0]` [query, ·] … `steps[-1]` [·, key].

    Returns:
        Flow of each pair, ≥ 0; at most the query's own capacity.

    Raises:
        InputError: more tokens than can be waited for.

    >>> attention_flow([np.array([[0.5, 0.5]]), np.array([[0.75, 0.25], [0.1, 0.9]])]).round(3).tolist()
    [[0.6, 0.75]]
    """
    most = max(side for step in steps for side in step.shape)
    if most > LONGEST:
        raise InputError(
            tr(
                "attention flow of {most} tokens would take long; choose a source of at most {longest}, or look at rollout",
                most=most,
                longest=LONGEST,
            )
        )
    if len(steps) == 1:
        return steps[0].astype(np.float64)
    return np.stack([_Preflow(row, steps[1:-1], steps[-1]).run() for row in steps[0].astype(np.float64)])


class _Preflow:
    """Preflows from one top node to all bottom nodes, a row of every array for each of them.

    Attributes:
        excess: what has come to each node and waits there, a matrix [key, node] a level.
        free, used: what a pipe [key, upper, lower] still takes, and what it could give back.
        last: what each node of the lowest inner level can still pass to its key.
    """

    def __init__(self, first: np.ndarray, between: Sequence[np.ndarray], last: np.ndarray) -> None:
        keys = last.shape[1]
        self.free = [np.repeat(step[None].astype(np.float64), keys, axis=0) for step in between]
        self.used = [np.zeros_like(step) for step in self.free]
        self.excess = [np.repeat(first[None], keys, axis=0)]
        self.excess += [np.zeros((keys, step.shape[1])) for step in between]
        self.last = last.T.astype(np.float64)
        self.arrived = np.zeros(keys)

    def run(self) -> np.ndarray:
        """Push until nothing that waits can reach its key."""
        while True:
            self._arrive()
            far = self._distances()
            if not any(((e > _EMPTY) & np.isfinite(d)).any() for e, d in zip(self.excess, far)):
                return self.arrived
            for level, (free, used) in enumerate(zip(self.free, self.used)):
                down = far[level][:, :, None] == far[level + 1][:, None, :] + 1
                _push(self.excess[level], self.excess[level + 1], free, used, down)
                up = far[level + 1][:, None, :] == far[level][:, :, None] + 1
                _push(
                    self.excess[level + 1], self.excess[level], used.swapaxes(1, 2), free.swapaxes(1, 2),
                    up.swapaxes(1, 2),
                )  # fmt: skip

    def _arrive(self) -> None:
        moved = np.minimum(self.excess[-1], self.last)
        self.excess[-1] -= moved
        self.last = self.last - moved
        self.arrived += moved.sum(axis=1)

    def _distances(self) -> list[np.ndarray]:
        """Pipes to the key from every node, over what is still free or can be given back; infinite where none leads there."""
        far = [np.full_like(one, np.inf) for one in self.excess]
        far[-1][self.last > _EMPTY] = 1.0
        free, used = ([one > _EMPTY for one in pipes] for pipes in (self.free, self.used))
        while True:
            before = [one.copy() for one in far]
            for level in reversed(range(len(free))):
                _closer(far[level], far[level + 1][:, None, :], free[level])
            for level in range(len(used)):
                _closer(far[level + 1], far[level][:, None, :], used[level].swapaxes(1, 2))
            if all(np.array_equal(one, other) for one, other in zip(before, far)):
                return far


def _closer(far: np.ndarray, beyond: np.ndarray, through: np.ndarray) -> None:
    """Shorten distances [key, node] by pipes [key, node, next] to nodes at the distances `beyond`."""
    np.minimum(far, np.where(through, beyond + 1.0, np.inf).min(axis=2, initial=np.inf), out=far)


def _push(here: np.ndarray, there: np.ndarray, free: np.ndarray, used: np.ndarray, along: np.ndarray) -> None:
    """Move what waits along pipes [key, here, there], the first ones first, as much as each takes."""
    room = np.where(along, free, 0.0)
    ahead = room.cumsum(axis=2) - room
    moved = np.clip(here[:, :, None] - ahead, 0.0, room)
    here -= moved.sum(axis=2)
    np.maximum(here, 0.0, out=here)
    there += moved.sum(axis=1)
    free -= moved
    used += moved
