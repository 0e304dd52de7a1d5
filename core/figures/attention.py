"""Figures of attention: one map, a head or all heads made into one, as it stands large on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from core.errors import SettingError
from core.figures.alignment import picture
from core.figures.pictures import Figure
from core.figures.provenance import Origin, Provenance
from core.language import mark, tr
from core.recording.alignment import AlignmentMap, Axes, Place
from core.recording.matrix import AttentionMatrix

REDUCTIONS = (mark("head"), mark("mean over heads"), mark("max over heads"))
ALL = mark("all heads")


@dataclass(frozen=True)
class MapView:
    """One map as somebody looks at it.

    Attributes:
        matrix: what was recorded; head: counted from 0; reduction: one of `REDUCTIONS`.
        high: weight at the end of the color scale; the largest of the map if None.
    """

    matrix: AttentionMatrix
    head: int
    reduction: str
    high: float | None = None

    def __post_init__(self) -> None:
        if self.reduction not in REDUCTIONS:
            raise SettingError(
                tr(
                    "there is no view {reduction!r}; choose one of: {reductions}",
                    reduction=self.reduction,
                    reductions=", ".join(REDUCTIONS),
                )
            )

    @property
    def weights(self) -> Float[np.ndarray, "query key"]:
        """What is drawn."""
        if self.reduction == "head":
            return self.matrix.weights[self.head]
        return self.matrix.mean() if self.reduction == "mean over heads" else self.matrix.max()

    @property
    def title(self) -> str:
        """Which attention, for people."""
        what = tr("head {n}", n=self.head + 1) if self.reduction == "head" else tr(self.reduction)
        return f"{self.matrix.site.said} · {what}"

    @property
    def numbers(self) -> AttentionMatrix:
        """What is drawn as a matrix of one head."""
        one = self.matrix
        return AttentionMatrix(one.site, self.weights[None], one.queries, one.keys)


@dataclass(frozen=True)
class Reading:
    """What attention was recorded of, and where it can be looked at again.

    Attributes:
        origin: the model; source: what it read; target: what it was forced to write, None where it wrote by itself.
        page, query: what opens it again.
        name: what stands in titles where there is no model, as of a recording.
    """

    origin: Origin
    source: str
    target: str | None = None
    page: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None

    def about(self, view: str, title: str, shown: AttentionMatrix, **place: Any) -> Provenance:
        """The description of a figure of it, with the tokens of one of its matrices."""
        titled = " · ".join(filter(None, (self.origin.run or self.name, title)))
        return Provenance(
            view, titled, self.origin, self.page, self.query, source=self.source, target=self.target,
            queries=shown.queries, keys=shown.keys, **place,
        )  # fmt: skip


def about_map(view: MapView, reading: Reading) -> Provenance:
    """What a figure of one map says of itself."""
    site = view.matrix.site
    head = view.head if view.reduction == "head" else None
    place = {"site": site.name, "layer": site.layer, "head": head, "reduction": view.reduction}
    return reading.about(tr("attention map"), view.title, view.matrix, **place)


def about_derived(matrix: AttentionMatrix, title: str, reading: Reading) -> Provenance:
    """What a figure of one map made of several says of itself; the name of its site says how it was made."""
    site = matrix.site
    place = {"site": site.name, "layer": site.layer, "reduction": "mean over heads"}
    return reading.about(tr("attention through the layers"), title, matrix, **place)


def about_heads(matrices: Sequence[AttentionMatrix], reading: Reading) -> Provenance:
    """What a figure of all heads says of itself: target and source tokens where there is cross-attention."""
    if not matrices:
        raise SettingError(
            tr("no attention has a path like this, so there is nothing to draw; see the paths without --only")
        )
    shown = next((one for one in reversed(matrices) if one.site.kind == "cross"), matrices[0])
    return reading.about(tr("attention of all heads"), ALL, shown, reduction=ALL)


def map_figure(view: MapView, about: Provenance) -> Figure:
    """One map with its tokens; what the ends of the scale mean stands beside the words for rows and columns."""
    one, weights = view.matrix, view.weights
    top = view.high or float(np.abs(weights).max(initial=0.0))
    target, source = ("target", "source") if one.site.kind == "cross" else (one.site.stack, one.site.stack)
    axes = Axes(
        one.queries,
        one.keys,
        tr("{target} tokens (queries)", target=target),
        tr("{source} tokens (keys) · white 0, darkest {top:.3g}", source=source, top=top),
    )
    drawn = AlignmentMap(weights.astype(np.float32), Place(view.title), weights.shape, one.queries, one.keys)
    return Figure(picture(drawn, axes, about.title, high=top), about)
