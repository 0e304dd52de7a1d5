"""One kind of positions as pictures: its vectors or what it adds to scores, similarity over distance, what a shift does."""

import numpy as np
import streamlit as st

from core.figures.positions import over_distance, plane
from core.language import tr
from core.runs.placing import ADDED, HEADS, INSIDE, SENTENCE, attended, contributions, principal, twice, vectors
from dashboard.components.heatmap import heatmap
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_TIGHT = 1e-5  # differences below it are rounding in single precision


def gallery(name: str, count: int, shift: int) -> None:
    """The pictures that this kind has, and what moving all positions changes.

    Args:
        count: positions; shift: by how many places all of them are moved.
    """
    if name in ADDED:
        _added(name, count, shift)
    elif name in INSIDE:
        _inside(name, count, shift)
    else:
        st.caption(
            tr("There is nothing to draw: no vectors, no numbers added to scores.")
            if name == "none"
            else tr(
                "There is no picture apart from a text: the positions are in what the recurrent layer has read so far."
            )
        )
    _shifted(name, count, shift)


def _added(name: str, count: int, shift: int) -> None:
    found = vectors(name, count, start=shift)
    places = [str(at) for at in range(shift, shift + count)]
    left, right = st.columns(2)
    with left:
        heatmap(
            found, places, [str(at) for at in range(found.shape[1])], key=f"vectors {name}",
            title=tr("Vectors: position by feature"), words={"queries": tr("position ↓"), "keys": tr("feature →")},
        )  # fmt: skip
    with right:
        products = found @ found.T
        live_figure(
            over_distance({name: products}, "p · q", mode()), key="position similarity", height=300,
            alt=tr("product of two positions' vectors over their distance"),
        )  # fmt: skip
        st.caption(
            tr(
                "Products of two positions' vectors over their distance: line, mean; band, from the least to the largest. "
                "No band: only the distance matters."
            )
        )
        if name == "floater":
            points, share = principal(found)
            live_figure(
                plane(points, share, mode()), key="floater plane", height=340, alt=tr("the course in the plane")
            )


def _inside(name: str, count: int, shift: int) -> None:
    found = contributions(name, count, start=shift)
    places = [str(at) for at in range(shift, shift + count)]
    left, right = st.columns(2)
    with left:
        head = st.segmented_control(
            tr("Head"), list(range(HEADS)), default=0, format_func=lambda at: tr("head {n}", n=at + 1), key="position head", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        heatmap(
            found[head], places, places, key=f"bias {name}",
            title=tr("Added to the scores of equal tokens"),
        )  # fmt: skip
    with right:
        lines = {tr("head {n}", n=at + 1): matrix for at, matrix in enumerate(found)}
        live_figure(
            over_distance(lines, tr("added to the score"), mode()), key="bias distance", height=300,
            alt=tr("what is added over distance, a line a head"),
        )  # fmt: skip
        st.caption(
            tr(
                "The same over distance, for every head. Numbers that a relation would learn are fresh ones here. "
                "No band: only the distance matters."
            )
        )


def _shifted(name: str, count: int, shift: int) -> None:
    before, after = attended(name, count, 0), attended(name, count, shift)
    change, two = float(np.abs(after - before).max()), twice(name)
    kept = tr("weights change by up to **{change:.3f}**", change=change)
    if change < _TIGHT:
        kept = (
            tr("no weight changes")
            if change == 0
            else tr("weights change by {change:.1e} at most, which is rounding", change=change)
        )
    same = (
        tr(
            "give the same output (difference {difference:.1g}): the layer cannot tell them apart",
            difference=two.difference,
        )
        if two.difference < _TIGHT
        else tr("give outputs that differ by up to **{difference:.2f}**", difference=two.difference)
    )
    moved = (
        tr("All positions moved by {shift}: {kept}.", shift=shift, kept=kept)
        if shift
        else tr("Move all positions to see whether weights change.")
    )
    st.markdown(
        tr(
            "{moved}  \nThe two **{sentence}** of “{sentence2}” {same}.",
            moved=moved,
            sentence=SENTENCE[0],
            sentence2="".join(SENTENCE),
            same=same,
        )
    )
    st.caption(tr("One layer of self-attention with fresh weights; shift and difference are measured on it, now."))
