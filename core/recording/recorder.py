"""Recorder: keeps copies of what flows through the taps of a model while it is open.

Opening it hangs a hook on the chosen taps; closing it, also by an exception, takes every hook away. A recorder reads
only: outputs, gradients and chance are bit for bit what they would have been. Levels: `weights` keeps what the
normalizer gave (before dropout), `scores` also what it was given (−inf kept), `full` also queries, keys, values and
each head's context.

The path of a tap says where it stands: its first part is the stack, its first number the layer, and "cross" in it
makes it cross-attention.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from types import TracebackType

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ShapeError
from core.recording.matrix import AttentionMatrix, Site
from core.recording.tap import Tap

LEVELS: dict[str, tuple[str, ...]] = {
    "weights": ("tap_weights",),
    "scores": ("tap_weights", "tap_scores"),
    "full": ("tap_weights", "tap_scores", "tap_query", "tap_key", "tap_value", "tap_context"),
}


class Recorder:
    """Copies of what passed the taps whose attention path matches a pattern.

    Args:
        model: any module with taps inside.
        only: a shell pattern over attention paths, "*cross*" for cross-attention.
        level: "weights", "scores" or "full".
        budget: bytes to keep at most; past it nothing more is kept and `truncated` becomes True.

    Raises:
        ShapeError: no tap matches.
    """

    def __init__(self, model: nn.Module, only: str = "*", level: str = "weights", budget: int = 1 << 30) -> None:
        self.truncated = False
        self._budget = budget
        self._kept: dict[tuple[str, str], list[Tensor]] = {}
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        self._taps: list[tuple[str, str, Tap]] = []
        for path, module in model.named_modules():
            attention, _, tap = path.rpartition(".")
            if isinstance(module, Tap) and tap in LEVELS[level] and fnmatchcase(attention, only):
                self._taps.append((attention, tap, module))
        if not self._taps:
            raise ShapeError(
                f"no attention of this model matches {only!r}; its paths: {', '.join(attention_paths(model))}"
            )

    def __enter__(self) -> "Recorder":
        for attention, tap, module in self._taps:
            kept = self._kept.setdefault((attention, tap), [])
            self._handles.append(module.register_forward_hook(lambda _m, _i, value, kept=kept: self._keep(kept, value)))
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    @property
    def paths(self) -> list[str]:
        """The attention paths recorded, in the model's order."""
        return list(dict.fromkeys(attention for attention, _, _ in self._taps))

    def clear(self) -> None:
        """Forget what was kept, for instance between two decoding steps."""
        for kept in self._kept.values():
            kept.clear()

    def tensor(self, path: str, tap: str = "tap_weights") -> Tensor:
        """What passed one tap.

        Calls one after another are joined along the queries (axis 2). Keys and values have no queries: each call looks
        at the same ones, or at those and later ones, so the last are all of them.

        Raises:
            ShapeError: nothing was recorded there.
        """
        kept = self._kept.get((path, tap), [])
        if not kept:
            raise ShapeError(
                f"nothing was recorded at {path}.{tap}: no forward pass inside the recorder, or another level"
            )
        if tap in ("tap_key", "tap_value") or len(kept) == 1:
            return kept[-1]
        return torch.cat(kept, dim=2)

    def matrices(self, queries: dict[str, Sequence[str]], keys: dict[str, Sequence[str]]) -> list[AttentionMatrix]:
        """The matrices of the one sentence that was run, without padding.

        Args:
            queries, keys: labels under "encoder self", "decoder self" and "decoder cross".
        """
        found = []
        for path in self.paths:
            site = site_of(path)
            rows, columns = tuple(queries[f"{site.stack} {site.kind}"]), tuple(keys[f"{site.stack} {site.kind}"])
            cut = np.s_[: len(rows), : len(columns)]
            weights = self.tensor(path)[0].numpy()[:, *cut]
            has_scores = (path, "tap_scores") in self._kept
            scores = self.tensor(path, "tap_scores")[0].numpy()[:, *cut] if has_scores else None
            found.append(AttentionMatrix(site, weights, rows, columns, scores))
        return found

    def _keep(self, kept: list[Tensor], value: Tensor) -> None:
        self._budget -= value.numel() * 4
        if self._budget < 0:
            self.truncated = True
        else:
            kept.append(value.detach().to(torch.float32, copy=True))


def attention_paths(model: nn.Module) -> list[str]:
    """The paths of all attentions of a model, in its own order."""
    return [path.rpartition(".")[0] for path, _ in model.named_modules() if path.endswith(".tap_weights")]


def site_of(path: str) -> Site:
    """Where an attention path stands.

    >>> site_of("decoder.layers.1.cross_attention.attention").label
    'cross · layer 2'
    """
    parts = path.split(".")
    layer = next((int(part) for part in parts if part.isdigit()), 0)
    return Site(stack=parts[0], layer=layer, kind="cross" if "cross" in path else "self", name=path)
