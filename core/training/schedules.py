"""A schedule is a function of the step: a factor on the highest learning rate. Steps count from 1.

Sources: Vaswani et al. 2017 (inverse square root); Goyal et al. 2017 (warm-up).
"""

from collections.abc import Callable

Schedule = Callable[[int, int, int], float]


def constant(step: int, warmup: int, steps: int) -> float:
    """Rise linearly to 1, then stay.

    >>> [constant(step, 10, 100) for step in (1, 10, 100)]
    [0.1, 1.0, 1.0]
    """
    return min(1.0, step / warmup) if warmup else 1.0


def linear(step: int, warmup: int, steps: int) -> float:
    """Rise linearly to 1, then fall linearly to a tenth at the last step.

    >>> [round(linear(step, 10, 100), 6) for step in (1, 10, 55, 100)]
    [0.1, 1.0, 0.55, 0.1]
    """
    if step <= warmup:
        return step / warmup
    return 1.0 - 0.9 * (step - warmup) / max(1, steps - warmup) if step <= steps else 0.1


def inverse_square_root(step: int, warmup: int, steps: int) -> float:
    """Rise linearly to 1, then fall with the square root of the step.

    >>> [inverse_square_root(step, 10, 1000) for step in (1, 10, 40)]
    [0.1, 1.0, 0.5]
    """
    warmup = max(1, warmup)
    return float(min(step / warmup, (warmup / step) ** 0.5))


SCHEDULES: dict[str, Schedule] = {"constant": constant, "linear": linear, "inverse_square_root": inverse_square_root}
