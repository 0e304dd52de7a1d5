"""Where a command computes."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import SettingError
from core.language import tr

if TYPE_CHECKING:
    from torch import nn

Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="auto|cpu|cuda|mps",
        help="where to compute; auto, which is usual: an accelerator if one is here",
    ),
]


def choose(device: str) -> None:
    """Let this process, and those that it starts, compute there; an empty name leaves it as it is.

    Raises:
        SettingError: there is no such device here.
    """
    if not device:
        return
    # before PyTorch is imported: what Apple's GPUs have no kernel for is computed on the CPU
    os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    from core.devices import VARIABLE, chosen

    os.environ[VARIABLE] = device
    chosen()


def brought(model: "nn.Module") -> None:
    """Bring a model to where this command computes."""
    from core.devices import chosen

    model.to(chosen())


def refuse_elsewhere(device: str, what: str) -> None:
    """Refuse an accelerator for what is computed on the CPU only.

    Raises:
        SettingError: one was asked for.
    """
    if device not in ("", "auto", "cpu"):
        raise SettingError(tr("{what} computed on the CPU only: leave --device {device} out", what=what, device=device))
