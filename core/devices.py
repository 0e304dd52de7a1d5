"""Where tensors live: on the CPU, or on an accelerator that is there.

What is trained and how is in a run's configuration; where, is not: `--device`, or the variable ATTNLAB_DEVICE. `auto`, which is
what holds where nobody says anything, takes a CUDA device if there is one, else Apple's GPU (mps), else the CPU.

A model's own device decides: whoever feeds it brings what it reads there (`placed`), and fetches what comes out. So nothing in
between names a device; random numbers are drawn on the CPU and brought along, so that every device sees the same.
"""

import os
import warnings
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from core.errors import SettingError
from core.language import tr

DEVICES = ("auto", "cpu", "cuda", "mps")
VARIABLE = "ATTNLAB_DEVICE"
CPU = torch.device("cpu")


def chosen() -> torch.device:
    """Where a training, or a command, computes.

    Raises:
        SettingError: ATTNLAB_DEVICE is something else, or no such device is here.
    """
    name = os.environ.get(VARIABLE, "") or "auto"
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(one for one in ("cuda", "mps", "cpu") if there[one])
    if name not in there:
        raise SettingError(
            tr(
                "there is no device {name!r}: choose {devices} with --device or {variable}",
                name=name,
                devices=", ".join(DEVICES),
                variable=VARIABLE,
            )
        )
    if not there[name]:
        here = ", ".join(one for one, is_there in there.items() if is_there)
        raise SettingError(
            tr(
                "PyTorch finds no {name} device here: choose --device auto, or one that is here: {here}",
                name=name,
                here=here,
            )
        )
    if name == "cuda":
        _as_exact_as_the_cpu()
    return torch.device(name)


def _as_exact_as_the_cpu() -> None:
    # by itself PyTorch lets cuDNN's recurrences round float32 to 10 bits (TF32): logits would be 3e-4 from those of the CPU
    torch.backends.cudnn.allow_tf32 = False
    # an encoder reads each way by itself, with half of a layer's weights (core/models/recurrent_encoder.py): they are copied
    # together at each call, which for such models is nothing beside the reading
    warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk")


def where(module: nn.Module) -> torch.device:
    """The device of a module's weights; the CPU where it has none."""
    first = next(module.parameters(), None)
    return CPU if first is None else first.device


def placed(device: torch.device) -> AbstractContextManager[object]:
    """Until the block ends, new tensors are made there; where they are made there anyway, nothing is done and nothing costs."""
    return nullcontext() if device == torch.get_default_device() else device


def exact(device: torch.device) -> torch.dtype:
    """The most exact numbers of a device: Apple's GPUs have no float64."""
    return torch.float32 if device.type == "mps" else torch.float64
