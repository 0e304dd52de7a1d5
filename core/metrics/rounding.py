"""Sums that still add up when they are rounded.

Rounded one by one, the terms of a sum may miss its rounded total by some units of the last digit. Where a reader is to
check the addition, the units that are missing go to the terms that lost most by rounding (largest remainders): every
term stays within one unit of its value, and the total is rounded as always.
"""

from collections.abc import Sequence
from math import floor, log10


def decimals(values: Sequence[float], *, least: int = 4, most: int = 8) -> int:
    """How many decimals it takes so that no value that is not 0 is shown as 0: from `least` to `most`.

    >>> decimals([-1.5, -0.25]), decimals([-0.00003])
    (4, 5)
    """
    needed = [-floor(log10(abs(value))) for value in values if abs(value) >= 10.0**-most]
    return max([least, *(min(one, most) for one in needed)])


def adding_up(first: float, terms: Sequence[float], total: float, digits: int) -> tuple[float, list[float], float]:
    """Rounded so that first + terms = total holds in the figures shown; `first` and `total` are rounded as always.

    Args:
        terms: may be none; then nothing is moved.
        digits: decimals to show.

    >>> adding_up(-1.04, [0.64, -0.24], -0.64, 1)
    (-1.0, [0.6, -0.2], -0.6)
    >>> adding_up(-1.04, [0.44, 0.44], -0.16, 1)  # 0.4 + 0.4 would be 0.8 where 0.8 is needed
    (-1.0, [0.4, 0.4], -0.2)
    >>> adding_up(-1.04, [0.34, 0.34], -0.36, 1)  # 0.3 + 0.3 would leave 0.6 where it takes 0.6
    (-1.0, [0.3, 0.3], -0.4)
    """
    unit = 10**digits
    begin, end = round(first * unit), round(total * unit)
    units = [round(term * unit) for term in terms]
    missing = end - begin - sum(units)
    sign = 1 if missing > 0 else -1
    for at in sorted(range(len(terms)), key=lambda at: sign * (units[at] - terms[at] * unit))[: abs(missing)]:
        units[at] += sign
    return begin / unit, [one / unit for one in units], end / unit
