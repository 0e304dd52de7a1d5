"""How exact the numbers are that pass through a model while it learns.

With bfloat16, products of matrices are computed with 8 bits of mantissa in place of 24, and their results passed on so (automatic
mixed precision, Micikevicius et al. 2018, arXiv:1710.03740; bfloat16 has float32's range, so no loss need be scaled). Weights,
their gradients, the optimizer and the loss stay float32, and so does whatever is decoded, evaluated, recorded or kept: only
a model's pass over a batch from which it learns is less exact, as the trainer says (`learning`).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

import torch
from torch import Tensor

PRECISIONS: dict[str, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_NOW: ContextVar[str] = ContextVar("precision", default="float32")


@contextmanager
def learning(precision: str) -> Iterator[None]:
    """Until the block ends, models pass a batch on in this precision, in this thread."""
    token = _NOW.set(precision)
    try:
        yield
    finally:
        _NOW.reset(token)


def passing(device: torch.device) -> AbstractContextManager[object]:
    """Around a model's pass over a batch, on its device."""
    now = _NOW.get()
    return nullcontext() if now == "float32" else torch.autocast(device.type, PRECISIONS[now])


def full(values: Tensor) -> Tensor:
    """Values as exact as weights are: what leaves a model is summed in no less."""
    return values.float() if values.dtype == torch.bfloat16 else values
