"""Which words are alike for a trained network: cosines of one-hots, of its table before it learned, and of what it learned."""

import streamlit as st

from core.figures.likeness import likeness
from core.runs.trained_set import TrainedSet
from core.runs.word_likeness import FRESH, LEARNED, MOST, ONE_HOT, WordLikeness, word_likeness
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_TITLES = {ONE_HOT: "One-hot", FRESH: "Embedded, before learning", LEARNED: "Embedded, after filling in"}
_TALL = 380  # points of a figure


def words_alike(trained: TrainedSet, *, key: str) -> None:
    """Three squares of cosines, and what they say of classes where these are known."""
    found = word_likeness(trained)
    for column, (name, alike) in zip(st.columns(3), found.alike.items()):
        with column:
            figure = likeness(alike, found.words, mode(), title=_TITLES[name], classes=found.classes, height=_TALL)
            live_figure(figure, key=f"{key} alike {name}", height=_TALL, alt=_told(found, name))
    st.markdown(
        "Each square is the cosine of two words: blue alike, orange opposed. **One-hots of any two words are √2 apart**, with "
        "a cosine of 0: they know of no likeness. The embedding is a table with a row for each word, drawn by chance at first."
    )
    if found.classes is None:
        st.caption(
            f"The {len(found.words)} most frequent words ({MOST} at most), in an order in which alike ones stand together. Nobody knows "
            "the classes of your text, so there is no figure to hold it to: look for blocks along the diagonal."
        )
        return
    clusters = found.clusters
    lead = clusters[LEARNED].gap - clusters[FRESH].gap
    st.markdown("  \n".join(_told(found, name) for name in found.alike))
    st.caption(
        "The words stand by their six hidden classes, lines between; the network was never told of them. "
        + (
            f"What lies between the two means grew by {lead:.2f} since the beginning; `attnlab claims word_classes` wants 0.2."
            if lead >= 0
            else f"What lies between the two means fell by {-lead:.2f}: **clusters are not shown** in this run."
        )
    )


def _told(found: WordLikeness, name: str) -> str:
    """A square in a sentence."""
    if found.classes is None:
        return f"{_TITLES[name]}: cosines of {len(found.words)} words"
    one = found.clusters[name]
    return f"{_TITLES[name]}: mean cosine within a class {one.within:z.2f}, between classes {one.between:z.2f}"
