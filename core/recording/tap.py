"""Tap: a place to look, and nothing else.

A tap passes on what it is given. It stands in a model where something worth seeing flows by; its path in the module
tree is its name (`decoder.layers.1.cross_attention.attention.tap_weights`). Who looks is known per thread, not per
model: two people may record the same shared model at once and each sees only the pass that is theirs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor, nn

Watcher = Callable[["Tap", Tensor], None]
_watchers: ContextVar[tuple[Watcher, ...]] = ContextVar("watchers", default=())


class Tap(nn.Module):
    """The identity.

    >>> import torch
    >>> Tap()(torch.tensor([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    def forward(self, value: Tensor) -> Tensor:
        """Return what came, and show it to whoever watches in this thread."""
        for watch in _watchers.get():
            watch(self, value)
        return value


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Let a watcher see what passes every tap in this thread until the block ends, however it ends."""
    token = _watchers.set((*_watchers.get(), watcher))
    try:
        yield
    finally:
        _watchers.reset(token)


def watched() -> bool:
    """Whether anybody watches in this thread."""
    return bool(_watchers.get())
