"""Positions as a path: a learned law of motion, and a position is where one is after so much time.

Source: Liu et al. 2020 (FLOATER), section 3, arXiv:2003.09229: p(t) = p(s) + ∫ h(τ, p(τ); θ) dτ from s to t. The paper
adds the path to queries, keys and values of every block; here it is added to the input, once. It is solved with the
classical Runge–Kutta method, one step from position to position, without any package for it.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.position import AbstractPositions, Encodings, Positions
from core.errors import InputError
from core.language import tr

Point = Float[Tensor, " width"]
Path = Float[Tensor, "place width"]
Law = Callable[[float, Point], Point]
_UNIT = 0.1  # time from one position to the next, as the network is told it: inputs stay of the size of its others


class Floater(AbstractPositions):
    """p' = h(τ, p; θ) with h a network with one hidden layer, from a learned p(0); any position from 0 on.

    A path for fewer positions is the beginning of one for more. Outside of training it is kept and prolonged.

    Raises:
        InputError: a position before the beginning.
    """

    summary = "a path that a learned law of motion draws (FLOATER, Liu et al. 2020)"

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.randn(width))
        self.inner, self.outer = nn.Linear(width + 1, 2 * width), nn.Linear(2 * width, width)
        self._kept: tuple[object, Path] | None = None

    def forward(self, positions: Positions) -> Encodings:
        """Where the path is at these positions."""
        if not positions.numel():
            return self.start.new_zeros(*positions.shape, len(self.start))
        if int(positions.min()) < 0:
            raise InputError(
                tr("position {min} is before the beginning of the path; count from 0", min=int(positions.min()))
            )
        count = int(positions.max()) + 1
        path = self.path(count) if self.training or torch.is_grad_enabled() else self._prolonged(count)
        return nn.functional.embedding(positions, path)

    def path(self, count: int, steps: int = 1) -> Path:
        """The first positions.

        Args:
            count: how many; steps: of the solver, from one to the next.
        """
        return solve(self.law, self.start, count, steps)

    def law(self, time: float, point: Point) -> Point:
        """h(τ, p): where the path goes from here."""
        told = torch.cat([point, point.new_tensor([time * _UNIT])])
        change: Tensor = self.outer(torch.tanh(self.inner(told)))
        return change

    def _prolonged(self, count: int) -> Path:
        """The path that was kept, while the weights are the same; where it is too short it is made twice as long."""
        weights = tuple((one.data_ptr(), one._version, one.dtype) for one in self.parameters())
        kept = self._kept
        if kept is None or kept[0] != weights:
            kept = (weights, self.path(count))
        elif len(kept[1]) < count:
            kept = (weights, self.path(max(count, 2 * len(kept[1]))))
        self._kept = kept
        return kept[1]

    def train(self, mode: bool = True) -> "Floater":
        """As every module; what was kept is forgotten."""
        self._kept = None
        return super().train(mode)


def solve(law: Law, start: Point, count: int, steps: int = 1) -> Path:
    """Points 0 … count − 1 of the path with p' = law(τ, p) and p(0) = start, by Runge–Kutta of fourth order.

    Args:
        law: from time and point to the change per unit of time; steps: of the solver per unit, 1/steps long each.

    >>> grown = solve(lambda time, point: point, torch.ones(1, dtype=torch.float64), 3, steps=32)
    >>> [round(value, 6) for value in grown.flatten().tolist()]  # 1, e, e²
    [1.0, 2.718282, 7.389056]
    """
    points, long = [start], 1 / steps
    for step in range((count - 1) * steps):
        points.append(_stepped(law, step * long, points[-1], long))
    return torch.stack(points[::steps])


def _stepped(law: Law, time: float, point: Point, long: float) -> Point:
    first = law(time, point)
    second = law(time + long / 2, point + first * (long / 2))
    third = law(time + long / 2, point + second * (long / 2))
    fourth = law(time + long, point + third * long)
    return point + (first + 2 * second + 2 * third + fourth) * (long / 6)
