"""Tap: a place to look, and nothing else.

A tap passes on what it is given. It stands in a model where something worth seeing flows by; its path in the module
tree is its name (`decoder.layers.1.cross_attention.attention.tap_weights`). Who looks is known per thread, not per
model: two people may record the same shared model at once and each sees only the pass that is theirs.

So is who changes what flows (core/recording/edit.py). Editors come first, in the order they began, watchers after all of
them: a recorder keeps what the model went on with, whichever of the two was opened first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor, nn

Watcher = Callable[["Tap", Tensor], None]
Editor = Callable[["Tap", Tensor], Tensor]
_watchers: ContextVar[tuple[Watcher, ...]] = ContextVar("watchers", default=())
_editors: ContextVar[tuple[Editor, ...]] = ContextVar("editors", default=())
_leading_in: ContextVar[bool] = ContextVar("leading_in", default=False)


class Tap(nn.Module):
    """The identity, unless somebody edits in this thread.

    >>> import torch
    >>> Tap()(torch.tensor([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    def __call__(self, value: Tensor) -> Tensor:
        """Return what came, as the editors of this thread leave it, and show that to whoever watches in it.

        Called without PyTorch's hooks: `watching` and `editing` stand in their place, and every attention passes eight taps.
        """
        for edit in _editors.get():
            value = edit(self, value)
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


@contextmanager
def unwatched() -> Iterator[None]:
    """Let nobody see what passes in this thread until the block ends: a pass that only prepares the one that is looked at."""
    token = _watchers.set(())
    try:
        yield
    finally:
        _watchers.reset(token)


@contextmanager
def leading_in() -> Iterator[None]:
    """Feed what stands before the first step (a language, say) until the block ends: unwatched, and no decoding step."""
    token = _leading_in.set(True)
    try:
        with unwatched():
            yield
    finally:
        _leading_in.reset(token)


def leads_in() -> bool:
    """Whether what passes in this thread stands before the first step."""
    return _leading_in.get()


@contextmanager
def editing(editor: Editor) -> Iterator[None]:
    """Let an editor replace what passes every tap in this thread until the block ends, however it ends."""
    token = _editors.set((*_editors.get(), editor))
    try:
        yield
    finally:
        _editors.reset(token)


def watched() -> bool:
    """Whether anybody watches in this thread."""
    return bool(_watchers.get())


def edited() -> bool:
    """Whether anybody edits in this thread."""
    return bool(_editors.get())
