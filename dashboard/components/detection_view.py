"""A detector on a page: the picture with its boxes and where a query looks, the matching with its costs, the curve."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.data.boxes import BoxedPictures
from core.data.pascal_voc import read_files
from core.data.scenes import placed_digits, rectangles
from core.data.tiles import tiled
from core.figures.detection import BoxedView, boxed_picture, cost_height, cost_map, judged_curve
from core.language import tr
from core.runs.detection import DetectionRun, Looked
from dashboard import kept
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

SCENES: dict[str, Callable[[], BoxedPictures]] = {"rectangles": rectangles, "digits": placed_digits}
SIZE = (64, 48)  # columns and rows of own pictures, or of their tiles
_TALL = 430  # points of the picture
_READABLE = 12  # queries whose costs are all drawn


@kept.shared(says=False, show_spinner="Drawing the pictures …", max_entries=4)
def scenes(kind: str) -> BoxedPictures:
    """Drawn pictures, for everybody."""
    return SCENES[kind]()


@kept.own(says=False, show_spinner="Reading the pictures …", max_entries=4)
def own(digest: str, parts: int, _contents: Mapping[str, bytes]) -> BoxedPictures:
    """A person's own pictures.

    Args:
        digest: tells one upload from another; parts: tiles that each is cut into, across and down.

    Raises:
        DataError: nothing in them can be used.
    """
    size = SIZE[0] * parts, SIZE[1] * parts
    return tiled(
        read_files({name: (lambda content=content: content) for name, content in _contents.items()}, size), parts
    )


@kept.own(says=False, show_spinner="Making the detector …", max_entries=12)
def detector(name: str, kind: str, seed: int, matching: str, _pictures: BoxedPictures) -> DetectionRun:
    """A training of the same seed on the same pictures, for everybody; it computes nothing by itself.

    Args:
        name: tells pictures apart; kind: of presets.
    """
    return DetectionRun(_pictures, kind, seed, matching)


def picture(one: Looked, chosen: int | None, layer: int, head: int | None, *, drawn: bool) -> None:
    """The picture, its boxes, and where the chosen query looks.

    Args:
        chosen: a query, or None; layer: whose cross-attention; head: or None for the mean of all.
        drawn: whether lines of the matching are drawn.
    """
    nothing = len(one.classes) - 1
    shown = [query for query, label in enumerate(one.labels) if label != nothing or query == chosen]
    if drawn:
        shown = sorted({*shown, *(query for query, _ in one.pairs)})
    look = None
    if chosen is not None:
        looks = one.cross[layer, :, chosen]
        look = looks.mean(axis=0) if head is None else looks[head]
    names = [one.classes[label] for label in one.there.labels]
    view = BoxedView(
        one.pixels, one.there.boxes, names, one.boxes[shown], [one.title(query) for query in shown], shown,
        one.pairs if drawn else (), look, chosen,
    )  # fmt: skip
    told = ", ".join(one.title(query) for query in shown) or tr("no query names anything")
    live_figure(boxed_picture(view, mode(), height=_TALL), key="detection picture", height=_TALL, alt=told)


def matching(one: Looked) -> None:
    """The costs of every pair, and which are taken."""
    if not one.there.labels.size:
        st.caption(tr("Nothing is on this picture, so every query is told to say nothing."))
        return
    rows = list(range(len(one.boxes)))
    if len(rows) > _READABLE:
        rows = sorted(query for query, _ in one.pairs)
        st.caption(
            tr(
                "Of {count} queries those that answer for a thing; the others are told to say nothing.",
                count=len(one.boxes),
            )
        )
    things = [f"{at + 1} · {one.classes[label]}" for at, label in enumerate(one.there.labels)]
    told = ", ".join(
        tr("query {query} for {things} ({costs:.1f})", query=query + 1, things=things[at], costs=one.costs[query, at])
        for query, at in one.pairs
    )
    pairs = [(rows.index(query), at) for query, at in one.pairs]
    figure = cost_map(one.costs[rows], pairs, [one.title(query) for query in rows], things, mode())
    live_figure(figure, key="detection costs", height=cost_height(len(rows)), alt=told)


def curve(one: DetectionRun) -> None:
    """How held-out pictures are answered, over the steps."""
    steps = [now.step for now in one.curve]
    lines = {
        "recall": [now.recall for now in one.curve],
        "precision": [now.precision for now in one.curve],
        "right number of things": [now.exact for now in one.curve],
        "average precision": [now.average_precision for now in one.curve],
    }
    last = one.curve[-1]
    live_figure(
        judged_curve(steps, lines, one.floor, one.steps, mode()), key="detection curve", height=300,
        alt=tr("after {step} steps: recall {recall:.0%}, average precision {average_precision:.0%}", step=last.step, recall=last.recall, average_precision=last.average_precision),
    )  # fmt: skip
