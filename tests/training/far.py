"""A device that is not there: tensors that are computed on the CPU and say that they are elsewhere, strictly.

What holds for a CUDA device holds for it: tensors of two places do not mix, but for single numbers and for indices; numpy sees
nothing of what is far; a CPU generator fills nothing there. So code that forgets a device fails here, on any machine. It calls
itself `meta`, the one kind of device that every build of PyTorch knows and none has work for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_flatten, tree_map

DEVICE = torch.device("meta")
_MIXES = {"copy_", "_to_copy", "index", "index_put", "index_put_", "_index_put_impl_", "_pin_memory"}


class Far(torch.Tensor):
    """A tensor that is elsewhere; `near` is where it is really."""

    near: torch.Tensor

    @staticmethod
    def __new__(cls, near: torch.Tensor) -> "Far":
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            near.shape,
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            device=DEVICE,
        )
        made.near = near
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _computed(func, args, kwargs or {})

    def __getitem__(self, at: Any) -> torch.Tensor:
        return super().__getitem__(_spelled(at))

    def __setitem__(self, at: Any, value: Any) -> None:
        given = value if isinstance(value, torch.Tensor) else torch.full((), value, dtype=self.dtype, device=DEVICE)
        super().__setitem__(_spelled(at), given)

    def new_tensor(self, data: Any) -> torch.Tensor:
        return torch.tensor(data, dtype=self.dtype, device=DEVICE)

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise AssertionError("numpy reads what is far away")

    def __repr__(self) -> str:
        return f"Far({self.near})"


class Strict(TorchDispatchMode):
    """Lets whoever names the device have it, and nobody mix."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _computed(func, args, kwargs or {})


class Numbers(TorchFunctionMode):
    """`torch.tensor` asks nobody when it makes a tensor on such a device."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = dict(kwargs or {})
        if func is torch.tensor and torch.device(given.get("device") or "cpu") == DEVICE:
            return torch.tensor(*args, **{**given, "device": "cpu"}).to(DEVICE)
        return func(*args, **given)


def _spelled(at: Any) -> Any:
    """Lists among indices as tensors: PyTorch would make them on the device, unasked."""
    if isinstance(at, list):
        return torch.tensor(at, device="cpu")
    return tuple(map(_spelled, at)) if isinstance(at, tuple) else at


def _computed(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    given = [one for one in tree_flatten((args, kwargs))[0] if isinstance(one, torch.Tensor)]
    far = [one for one in given if isinstance(one, Far)]
    name = func.overloadpacket.__name__
    assert all(isinstance(one, Far) or one.device != DEVICE for one in given), f"{name}: made on the device, unasked"
    if far and name not in _MIXES:
        strange = [one for one in given if not isinstance(one, Far) and one.dim() > 0]
        assert not strange, f"{name}: a tensor on the CPU, {tuple(strange[0].shape)}, meets one that is far"
    asked = kwargs.get("device")
    named = asked is not None and torch.device(asked) == DEVICE
    assert not ((far or named) and kwargs.get("generator") is not None), f"{name}: a CPU generator draws far away"
    near_args, near_kwargs = tree_map(lambda one: one.near if isinstance(one, Far) else one, (args, kwargs))
    if named:
        near_kwargs["device"] = torch.device("cpu")
    with _disable_current_modes():
        made = func(*near_args, **near_kwargs)
    if torch.Tag.inplace_view in func.tags:  # the shape that it says must change as well
        with no_dispatch():
            func(*args, **kwargs)
    homes = {id(one.near): one for one in far}  # what is changed in place stays who it was
    goes_far = named if asked is not None else bool(far)

    def placed(one: Any) -> Any:
        if not isinstance(one, torch.Tensor):
            return one
        return homes[id(one)] if id(one) in homes else Far(one) if goes_far else one

    return tree_map(placed, made)


@contextmanager
def far_away() -> Iterator[torch.device]:
    """There is such a device until the block ends."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        with Numbers(), Strict():
            yield DEVICE
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)
