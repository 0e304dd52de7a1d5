"""Which words are alike for a trained network: cosines of one-hots, of its table before it learned, and of what it learned."""

import streamlit as st

from core.figures.likeness import likeness
from core.language import mark, tr
from core.runs.trained_set import TrainedSet
from core.runs.word_likeness import FRESH, LEARNED, MOST, ONE_HOT, WordLikeness, word_likeness
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_TITLES = {
    ONE_HOT: mark("One-hot"),
    FRESH: mark("Embedded, before learning"),
    LEARNED: mark("Embedded, after filling in"),
}
_TALL = 380  # points of a figure


def words_alike(trained: TrainedSet, *, key: str) -> None:
    """Three squares of cosines, and what they say of classes where these are known."""
    found = word_likeness(trained)
    for column, (name, alike) in zip(st.columns(3), found.alike.items()):
        with column:
            figure = likeness(alike, found.words, mode(), title=_TITLES[name], classes=found.classes, height=_TALL)
            live_figure(figure, key=f"{key} alike {name}", height=_TALL, alt=_told(found, name))
    st.markdown(
        tr(
            "Each square is the cosine of two words: blue alike, orange opposed. **One-hots of any two words are √2 apart**, with "
            "a cosine of 0: they know of no likeness. The embedding is a table with a row for each word, drawn by chance at first."
        )
    )
    if found.classes is None:
        st.caption(
            tr(
                "The {count} most frequent words ({most} at most), in an order in which alike ones stand together. Nobody knows "
                "the classes of your text, so there is no figure to hold it to: look for blocks along the diagonal.",
                count=len(found.words),
                most=MOST,
            )
        )
        return
    clusters = found.clusters
    lead = clusters[LEARNED].gap - clusters[FRESH].gap
    st.markdown("  \n".join(_told(found, name) for name in found.alike))
    st.caption(
        tr("The words stand by their six hidden classes, lines between; the network was never told of them. ")
        + (
            tr(
                "What lies between the two means grew by {lead:.2f} since the beginning; `attnlab claims word_classes` wants 0.2.",
                lead=lead,
            )
            if lead >= 0
            else tr(
                "What lies between the two means fell by {lead:.2f}: **clusters are not shown** in this run.",
                lead=-lead,
            )
        )
    )


def _told(found: WordLikeness, name: str) -> str:
    """A square in a sentence."""
    if found.classes is None:
        return tr("{titles}: cosines of {count} words", titles=_TITLES[name], count=len(found.words))
    one = found.clusters[name]
    return tr(
        "{titles}: mean cosine within a class {within:z.2f}, between classes {between:z.2f}",
        titles=_TITLES[name],
        within=one.within,
        between=one.between,
    )
