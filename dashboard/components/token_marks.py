"""An output with what is other than in its reference, in text that Streamlit renders: by weight and strokes, not colour alone."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from core.language import tr
from core.metrics.difference import difference
from core.tasks.task import AbstractTask
from dashboard.components.literal import literal

_LONGEST = 400  # tokens that are compared one by one; a longer output is shown as it is


def token_marks(task: AbstractTask, output: Sequence[str], reference: Sequence[str] | None) -> None:
    """Draw an output; tokens that the reference has not are marked, those that it has besides are struck out."""
    if not output and not reference:
        st.markdown(tr("*(empty)*"))
        return
    if reference is None or max(len(output), len(reference)) > _LONGEST:
        st.markdown(f"**{literal(task.join_target(output)) or tr('(empty)')}**")
        return
    glue = "" if task.join_target(list(reference)) == "".join(reference) else " "
    pieces = [
        (kind, glue.join(literal(piece.token) for piece in run))
        for kind, run in groupby(difference(output, reference), key=lambda piece: piece.kind)
    ]
    st.markdown(
        glue.join(_SHAPES[kind].format(text) for kind, text in pieces),
        help=None
        if all(kind == "same" for kind, _ in pieces)
        else tr("bold on orange: not in the reference; struck out: missing"),
    )


_SHAPES = {"same": "{}", "other": ":orange-background[**{}**]", "missing": ":gray[~~{}~~]"}
