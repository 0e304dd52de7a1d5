"""Decoders beside each other: what each writes of one source, p_gen and the copy distribution token by token."""

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.copying import CopyMap, copy_map
from core.language import tr
from core.runs.copied import Copied
from core.runs.copying_race import WRITERS, CopyingRace
from dashboard import kept
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_RECENT = 10  # steps whose mean loss is said


@kept.shared(says=False, show_spinner="Making the models …", max_entries=12)
def race(task: str, seed: int) -> CopyingRace:
    """Trainings of the same seed and the same batches, for everybody; it computes nothing by itself."""
    return CopyingRace(task, seed)


def outputs(one: CopyingRace, source: tuple[str, ...], *, running: bool) -> None:
    """What each writes, and a table of how many held-out sources each answers once nothing runs."""
    said, reference = one.write(source), one.task.reference(source)
    st.markdown(unseen(next(iter(said.values())).unseen))
    names = list(said)
    for pair in (names[:2], names[2:]):
        for column, name in zip(st.columns(2, gap="medium"), pair):
            with column:
                _output(name, said[name], one.task.join_target(said[name].output), reference)
    st.caption(
        tr(
            "A row is an output token. Orange: p_gen, how much of the probability goes to words of the vocabulary; blue: the copy "
            "distribution over the source. The plain decoder makes every word, so its p_gen is 1, and its blue is attention alone. "
            "CopyNet has no gate: its p_gen is the probability of all that is made together. In bold: words that no vocabulary "
            "holds. All of them run free."
        )
    )
    if not running:
        _table(one)


def unseen(words: tuple[str, ...]) -> str:
    """Which words of a source no vocabulary holds."""
    if not words:
        return tr("Every word of this source is in the vocabulary: **nothing has to be copied** to be written.")
    return tr("In no vocabulary, so they can only be copied: **{words}**", words=literal(", ".join(words)))


def _output(name: str, one: Copied, text: str, reference: tuple[str, ...] | None) -> None:
    verdict = "" if reference is None else tr(" · right") if one.output == reference and one.ended else tr(" · wrong")
    again = tr(" · again: {tokens}", tokens=literal(", ".join(one.repeated))) if one.repeated else ""
    st.markdown(f"**{tr(WRITERS[name].title)}**{verdict}{again}")
    st.text(text or tr("(nothing)"))
    p_gen = np.ones(len(one.rows)) if one.p_gen is None else one.p_gen  # what cannot copy makes every word
    drawn = CopyMap(one.written, (*one.source, "<end>"), one.unseen, one.rows, p_gen, one.copied)
    figure = copy_map(drawn, mode())
    live_figure(figure, key=f"copying {name}", height=figure.layout.height, alt=f"{tr(WRITERS[name].title)}: {text}")


def _table(one: CopyingRace) -> None:
    with st.spinner(tr("Each answers held-out sources …")):
        right = one.right()
    rows = [
        {
            "decoder": tr(WRITERS[name].title),
            "exact": share,
            "loss": sum(last := one.apprentices[name].losses[-_RECENT:]) / len(last),
            "steps": one.apprentices[name].trainer.step,
        }
        for name, share in right.items()
    ]
    data_table(
        pd.DataFrame(rows), hide_index=True, width="content", key="copying table",
        column_config={
            "exact": st.column_config.NumberColumn(
                format="percent", help=tr("of {count} held-out sources, each with words nobody has seen", count=len(one.held_out))
            ),
            "loss": st.column_config.NumberColumn(format="%.3f", help=tr("nats per token, mean of {recent} batches", recent=_RECENT)),
        },
    )  # fmt: skip
