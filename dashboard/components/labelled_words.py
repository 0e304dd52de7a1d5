"""A trained network on one text: every label, which words decided it, and where attention looked."""

from collections.abc import Collection

import numpy as np
import streamlit as st

from core.data.vector_sets import UNASKED, SetExample
from core.language import tr
from core.recording.matrix import AttentionMatrix
from core.runs.trained_set import TrainedSet
from dashboard.components.deciding import Labelled, deciding
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal

OWN = "your own"
_MOST = 128  # words of which every label is explained


def sentence_form(trained: TrainedSet, *, key: str, help: str) -> SetExample:
    """A held-out sentence of the run, or one that is typed.

    Raises:
        InputError: what was typed cannot be read.
    """
    shown = trained.examples.test
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        at = st.selectbox(
            tr("Held-out sentence"), [*range(len(shown)), OWN], key=f"{key} held out {trained.run.address}", bind="query-params",
            format_func=lambda one: one if one == OWN else " ".join(shown[one].items),
        )  # fmt: skip
    with right:
        typed = st.text_input(
            tr("Sentence"), key=f"{key} typed", bind="query-params", disabled=at != OWN, help=help, placeholder=tr("choose “your own” on the left, then type"),
            max_chars=2000,
        )  # fmt: skip
    return trained.read(typed) if at == OWN else shown[int(at)]


def labelled_words(trained: TrainedSet, example: SetExample, *, key: str, asked: Collection[int] | None = None) -> None:
    """Draw a text with its labels.

    Args:
        asked: places that one may point at, where each item has a label; None: all.
    """
    if len(example.items) > _MOST:
        st.warning(
            tr("{count:,} words are too many to explain; shorten it to {most}.", count=len(example.items), most=_MOST),
            icon=":material/info:",
        )
        return
    found, names, each = trained.probabilities(example), trained.entrance.labels, trained.entrance.output == "each"
    st.caption(f"**{trained.run.address}** · {tr(trained.config.model.summary)}{_judged(found, example, names)}")
    told: list[Labelled] = [
        {
            "word": word,
            "label": names[int(row.argmax())],
            "share": float(row.max()),
            "asked": asked is None or at in asked,
        }
        for at, (word, row) in enumerate(zip(example.items if each else ("",), found))
    ]
    matrix = _matrix(trained, example, key) if trained.looks else None
    first, weights = trained.config.model.first, None if matrix is None else matrix[1]
    start = min(range(len(told)), key=lambda at: (not told[at]["asked"], told[at]["share"]))  # the least certain one
    left, right = st.columns([3, 2]) if matrix else (st.container(), None)
    with left:
        looked = weights if weights is None or each else weights[:1] if first else weights.mean(0, keepdims=True)
        deciding(example.items, told, trained.deciding(example), looked, key=f"{key} deciding", first=first, at=start)
    if matrix and right is not None:
        with right:
            heatmap(
                matrix[1],
                matrix[0].queries,
                matrix[0].keys,
                key=f"{key} map",
                title=tr("attention · {address}", address=trained.run.address),
            )


def _matrix(trained: TrainedSet, example: SetExample, key: str) -> tuple[AttentionMatrix, np.ndarray]:
    """The layer and head that are chosen: the matrix, and its weights [query, key]."""
    matrices = trained.matrices(example)
    left, right, _ = st.columns([2, 2, 6], vertical_alignment="bottom")
    with left:
        layer = st.selectbox(
            tr("Layer"), range(len(matrices)), index=len(matrices) - 1, key=f"{key} layer {trained.run.address}", bind="query-params",
            format_func=lambda at: str(at + 1),
        )  # fmt: skip
    matrix = matrices[layer]
    with right:
        head = st.selectbox(
            tr("Head"), ("mean", *range(matrix.heads)), key=f"{key} head {trained.run.address}", bind="query-params",
            format_func=lambda at: tr("all, mean") if at == "mean" else str(int(at) + 1),
        )  # fmt: skip
    return matrix, matrix.weights.mean(0) if head == "mean" else matrix.weights[int(head)]


def _judged(found: np.ndarray, example: SetExample, names: tuple[str, ...]) -> str:
    """How its labels stand to the right ones, where these are known."""
    labels = np.atleast_1d(example.labels.numpy())
    asked = labels != UNASKED
    if not asked.any():
        return ""
    wrong = [at for at in np.flatnonzero(asked) if found[at].argmax() != labels[at]]
    if len(labels) == 1:
        return tr(" · right: **{name}**", name=literal(names[int(labels[0])])) + (tr(" · it is wrong") if wrong else "")
    words = example.told.get("words", example.items)
    said = ", ".join(
        tr("{word} is {name}", word=literal(words[at]), name=literal(names[int(labels[at])])) for at in wrong[:6]
    )
    return tr(" · {sum} of {sum2} right", sum=int(asked.sum()) - len(wrong), sum2=int(asked.sum())) + (
        tr(" · wrong: {said}", said=said) if wrong else ""
    )
