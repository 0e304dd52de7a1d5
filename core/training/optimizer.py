"""Optimizers, and clipping. Sources: Kingma & Ba 2015 (Adam); Loshchilov & Hutter 2019 (AdamW)."""

import torch
from torch import nn

OPTIMIZERS: dict[str, type[torch.optim.Adam] | type[torch.optim.AdamW]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}


def clip(parameters: list[nn.Parameter], largest: float) -> float:
    """Scale all gradients so that their joint norm is at most `largest` (0: leave them); the norm before."""
    norm = nn.utils.clip_grad_norm_(parameters, largest if largest > 0 else float("inf"))
    return float(norm)
