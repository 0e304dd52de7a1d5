"""Recorder: keeps what flows through the taps of a model while it is open.

While it is open it watches the chosen taps in its own thread; closed, also by an exception, it watches nothing. The
model itself is never changed. A recorder reads only: outputs, gradients and chance are bit for bit what they would have
been. Where somebody edits what flows (core/recording/edit.py) it keeps what the model went on with: edits come first.
What is kept is detached, in single precision, and not copied: a copy of every matrix took as long as making it. Whoever
writes into a tensor after it was recorded is found out when the record is read, and the record is refused.
Opened again it begins anew. Levels: `weights` keeps what the normalizer gave (before dropout), `scores` also what
it was given (−inf kept) and the parts of the masks, `full` also what positions added to the scores, queries, keys,
values and each head's context.

The path of a tap says where it stands: its first part is the stack, its first number the layer, and "cross" in it
makes it cross-attention.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from fnmatch import fnmatchcase
from types import TracebackType
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ShapeError
from core.language import tr
from core.recording.matrix import AttentionMatrix, Site
from core.recording.tap import Tap, watching

LEVELS: dict[str, tuple[str, ...]] = {
    "weights": ("tap_weights",),
    "scores": ("tap_weights", "tap_scores"),
    "full": ("tap_weights", "tap_scores", "tap_bias", "tap_query", "tap_key", "tap_value", "tap_added", "tap_context"),
}
_MASKS = "_masks.parts"  # where the parts of a mask pass, in the path of a stack's taps


class _Kept(NamedTuple):
    """What passed a tap, and how often it had been written to by then; None where PyTorch does not count."""

    value: Tensor
    version: int | None

    @classmethod
    def of(cls, value: Tensor) -> "_Kept":
        """Inference tensors are not counted, so these alone are copied."""
        if value.is_inference():
            return cls(value.to(torch.float32, copy=True), None)
        value = value.detach().to(torch.float32)
        return cls(value, value._version)

    @property
    def changed(self) -> bool:
        """Whether somebody has written into it since."""
        return self.version is not None and self.value._version != self.version


class Recorder:
    """What passed the taps whose attention path matches a pattern.

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
        self._budget = self._left = budget
        self._kept: dict[tuple[str, str], list[_Kept]] = {}
        self._places: dict[Tap, tuple[str, str]] = {}
        self._open = ExitStack()
        for path, module in model.named_modules():
            attention, _, tap = path.rpartition(".")
            if not isinstance(module, Tap):
                continue
            part_of_mask = attention.endswith(_MASKS) and level != "weights"
            if part_of_mask or (tap in LEVELS[level] and fnmatchcase(attention, only)):
                self._places[module] = attention, tap
                self._kept[attention, tap] = []
        if not self.paths:
            raise ShapeError(
                tr(
                    "no attention of this model matches {only!r}; its paths: {attention_paths}",
                    only=only,
                    attention_paths=", ".join(attention_paths(model)),
                )
            )

    def __enter__(self) -> "Recorder":
        self.truncated, self._left = False, self._budget
        for kept in self._kept.values():
            kept.clear()
        self._open.enter_context(watching(self._keep))
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    @property
    def paths(self) -> list[str]:
        """The attention paths recorded, in the model's order."""
        return list(dict.fromkeys(path for path, _ in self._places.values() if not path.endswith(_MASKS)))

    @property
    def mixing(self) -> list[str]:
        """Those of the paths whose weights mix values, at level "full"; a copy distribution mixes none."""
        return [path for path in self.paths if (path, "tap_value") in self._kept]

    def tensor(self, path: str, tap: str = "tap_weights") -> Tensor:
        """What passed one tap.

        Calls one after another are joined along the queries (axis 2). Keys and values have no queries: each call looks
        at the same ones, or at those and later ones, so the last are all of them.

        Raises:
            ShapeError: nothing was recorded there, or somebody has written into it since.
        """
        kept = self._kept.get((path, tap), [])
        if not kept:
            raise ShapeError(
                tr(
                    "nothing was recorded at {path}.{tap}: no forward pass inside the recorder, or another level",
                    path=path,
                    tap=tap,
                )
            )
        if tap in ("tap_key", "tap_value"):
            kept = kept[-1:]
        if any(one.changed for one in kept):
            raise ShapeError(
                tr(
                    "what was recorded at {path}.{tap} was written into afterwards, so it is not what the model used: "
                    "write into a clone of it, or read the record first",
                    path=path,
                    tap=tap,
                )
            )
        return kept[0].value if len(kept) == 1 else torch.cat([one.value for one in kept], dim=2)

    def derived(self, path: str) -> Tensor:
        """The contexts that follow from recorded weights and values, and from what positions added; level "full".

        Raises:
            ShapeError: nothing was recorded there.
        """
        mixed = self.tensor(path) @ self.tensor(path, "tap_value")
        return mixed + self.tensor(path, "tap_added") if self._kept.get((path, "tap_added")) else mixed

    def matrices(self, queries: dict[str, Sequence[str]], keys: dict[str, Sequence[str]]) -> list[AttentionMatrix]:
        """The matrices of the one sentence that was run, without padding.

        Args:
            queries, keys: labels under "encoder self", "decoder self" and "decoder cross".
        """
        return [self._matrix(path, queries, keys) for path in self.paths]

    def _matrix(self, path: str, queries: dict[str, Sequence[str]], keys: dict[str, Sequence[str]]) -> AttentionMatrix:
        site = site_of(path)
        rows, columns = tuple(queries[f"{site.stack} {site.kind}"]), tuple(keys[f"{site.stack} {site.kind}"])
        by_query, by_key = np.s_[:, : len(rows)], np.s_[:, : len(columns)]

        def part(tap: str, cut: tuple[slice, ...]) -> np.ndarray | None:
            return self.tensor(path, tap)[0].cpu().numpy()[cut] if self._kept.get((path, tap)) else None

        return AttentionMatrix(
            site,
            self.tensor(path)[0].cpu().numpy()[:, : len(rows), : len(columns)],
            rows,
            columns,
            scores=part("tap_scores", (*by_query, slice(len(columns)))),
            query=part("tap_query", by_query),
            key=part("tap_key", by_key),
            value=part("tap_value", by_key),
            context=part("tap_context", by_query),
            bias=part("tap_bias", (*by_query, slice(len(columns)))),
            added=part("tap_added", by_query),
            masks=self._masks(site, len(rows), len(columns)),
        )

    def _masks(self, site: Site, queries: int, keys: int) -> dict[str, np.ndarray]:
        where = f"{site.stack}.{site.kind}{_MASKS}"
        return {
            name: self.tensor(where, name)[0, 0].bool().cpu().numpy()[:queries, :keys]
            for (path, name), kept in self._kept.items()
            if path == where and kept
        }

    def _keep(self, tap: Tap, value: Tensor) -> None:
        place = self._places.get(tap)
        if place is None:
            return
        self._left -= value.numel() * 4
        if self._left < 0:
            self.truncated = True
        else:
            self._kept[place].append(_Kept.of(value))


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
