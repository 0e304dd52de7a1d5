"""The layers of a decoder as plain tensor functions, written so that inductor makes good loops of them.

`real` is said where a value is used more than once: without it the compiler would compute a norm or a product again
within the innermost loop of whatever reads it.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from core.models.compiled.architecture import Architecture
from core.models.compiled.weights import Named

Product = Callable[[Tensor, Tensor], Tensor]  # of a matrix of the weights and rows
Look = Callable[[int, Tensor], Tensor]  # from a layer's projected rows to their contexts


def real(x: Tensor) -> Tensor:
    """The same, stored."""
    return torch.as_strided(x, x.shape, x.stride())


def normed(x: Tensor, named: Named, name: str, eps: float) -> Tensor:
    """Layer norm."""
    centred = x - x.mean(-1, keepdim=True)
    spread = torch.rsqrt((centred * centred).mean(-1, keepdim=True) + eps)
    return real(centred * spread * named[f"{name}.scale"] + named[f"{name}.offset"])


def logits(kind: Architecture, named: Named, x: Tensor, product: Product, back: Look, across: Look) -> Tensor:
    """From embedded tokens to the scores of the next ones."""

    def around(x: Tensor, name: str, part: Callable[[Tensor], Tensor]) -> Tensor:
        if kind.pre:
            return real(x + part(normed(x, named, f"{name}.norm", kind.eps)))
        return normed(real(x + part(x)), named, f"{name}.norm", kind.eps)

    def look(at: int, name: str, looks: Look) -> Callable[[Tensor], Tensor]:
        joined = named[f"{at}.{name}.join"]
        return lambda x: product(joined, looks(at, real(product(named[f"{at}.{name}"], x))))

    def change(at: int) -> Callable[[Tensor], Tensor]:
        def changed(x: Tensor) -> Tensor:
            inner = real(torch.relu(product(named[f"{at}.widen"], x) + named[f"{at}.widen.offset"]))
            return product(named[f"{at}.narrow"], inner) + named[f"{at}.narrow.offset"]

        return changed

    for at in range(kind.layers):
        x = around(x, f"{at}.back", look(at, "back", back))
        x = around(x, f"{at}.across", look(at, "across", across))
        x = around(x, f"{at}.change", change(at))
    if kind.pre:
        x = normed(x, named, "last", kind.eps)
    return real(product(named["output"], x) + named["output.offset"])
