"""How much memory the building of a model may ask for: counted while it is built, refused before it is taken.

Each setting has a range, but their product has none: 24 layers of 16 heads with a table of 4,096 × 4,096 each are 26 GB. So
what a configuration from elsewhere asks for is added up as its parts ask torch for room. (torch's meta device would tell the
same without building, but its first use loads a program for algebra for a second, in every process that opens a run.)
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from core.errors import SettingError
from core.language import mark, tr

LARGEST = 2_000_000_000  # bytes: half a billion weights; an optimizer keeps three times as much beside them
_SLACK = 64_000_000  # bytes of what is built and not kept with the weights: tables of positions, masks
_NUMBER = 4  # bytes of a number
_WHY = mark("that is as large as a model may be here; choose fewer layers, a smaller width, or a smaller longest")


class Allowance(TorchFunctionMode):
    """While it holds, torch makes no more numbers than allowed.

    Args:
        most: bytes.
        why: what the message says of the limit, and what to do.
    """

    def __init__(self, most: int, why: str = _WHY) -> None:
        super().__init__()
        self._most, self._why, self._asked = most, why, 0

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func in _ASKS:
            self._asked += _NUMBER * _ASKS[func](args, kwargs or {})
            if self._asked > self._most:
                raise SettingError(
                    tr(
                        "the model that is asked for takes more than {most:,.0f} MB: {why}",
                        most=self._most / 1e6,
                        why=self._why,
                    )
                )
        return func(*args, **(kwargs or {}))


@contextmanager
def room_for(weights: Mapping[str, Tensor]) -> Iterator[None]:
    """While it holds, a model is built only as large as its weights are: what does not fit them is not built first.

    Raises:
        SettingError: in the block, where more is asked for.
    """
    held = sum(one.numel() for one in weights.values())
    with Allowance(
        2 * _NUMBER * held + _SLACK,
        tr("its weights have {number:,.1f} MB, so they are of another one", number=_NUMBER * held / 1e6),
    ):
        yield


def _by_size(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """empty(2, 3), empty((2, 3)), empty(size=(2, 3))."""
    size = kwargs.get("size", args)
    if size and not isinstance(size[0], int):
        size = size[0]
    return prod(max(0, int(one)) for one in size)


def _by_end(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """arange(5), arange(0, 5, 2): not more than its largest number; linspace(0, 1, 5) likewise."""
    return max((int(abs(one)) for one in args if isinstance(one, int | float)), default=0)


def _by_side(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """eye(5)."""
    return prod(int(one) for one in args[:2]) if len(args) > 1 else int(args[0]) ** 2


def _by_last(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """full((2, 3), 1.0), randint(9, (2, 3)), randint(0, 9, (2, 3))."""
    sizes = [one for one in (*args, kwargs.get("size")) if isinstance(one, tuple | list)]
    return prod(int(one) for one in sizes[-1]) if sizes else 0


_ASKS: dict[Any, Callable[[tuple[Any, ...], Mapping[str, Any]], int]] = {
    **dict.fromkeys((torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn), _by_size),
    **dict.fromkeys((torch.arange, torch.linspace), _by_end), torch.eye: _by_side,
    **dict.fromkeys((torch.full, torch.randint), _by_last),
}  # fmt: skip
