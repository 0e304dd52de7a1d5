"""A set of labels beside itself: written one after the other by a decoder, and judged label by label by sigmoids."""

import pandas as pd
import streamlit as st

from core.figures.label_sets import LabelMap, label_bars, label_map
from core.language import tr
from core.runs.label_race import CUT, SIGMOIDS, WRITERS, LabelRace
from core.runs.labelled import Labelled
from core.tasks.annotated_themes import consistent
from core.tasks.multi_label import MultiLabel
from dashboard import kept
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode


@kept.shared(says=False, show_spinner="Making the models …", max_entries=12)
def race(writer: str, annotators: int, seed: int) -> LabelRace:
    """Trainings of the same seed and the same texts, for everybody; it computes nothing by itself."""
    return LabelRace(MultiLabel(annotators=annotators), seed, names=(writer,))


def both(one: LabelRace, source: tuple[str, ...], *, running: bool) -> None:
    """What each makes of a text, and once nothing runs a table over held-out texts."""
    ((name, written),) = one.write(source).items()
    alone = one.judged(source)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _written(name, written)
    with right:
        _judged(alone, written)
    st.caption(
        tr(
            "Left: a row is a step of the decoder, with the probability of what it wrote (p), the probability that it had of ending "
            "there, p(end), and in blue where it looked (mean over heads). It stops where <end> is more likely than any label that "
            "is left; a label that was written cannot come again. Right: sigmoids over the mean of the same kind of encoder, each "
            "label by itself; hatched and past the line at {cut:g}: chosen; ★ written by the decoder.",
            cut=CUT,
        )
    )
    if not running:
        _table(one, name)


def _written(name: str, one: Labelled) -> None:
    st.markdown(f"**{tr(WRITERS[name][0])}** · {_verdict(one.output)}")
    st.text(", ".join(one.output) or tr("(no label)"))
    if one.ended:
        st.markdown(
            tr("It stopped after {count}: p(end) was **{ends:.2f}** there.", count=len(one.output), ends=one.ends[-1])
        )
    else:
        st.markdown(tr("It did not stop by itself."))
    figure = label_map(LabelMap(one.written, (*one.source, "<end>"), one.probabilities, one.ends, one.rows), mode())
    live_figure(
        figure, key="labels map", height=figure.layout.height, alt=tr("labels: {output}", output=", ".join(one.output))
    )


def _judged(alone: dict[str, float], written: Labelled) -> None:
    chosen = [label for label, value in alone.items() if value > CUT]
    st.markdown(tr("**independent sigmoids** · {verdict}", verdict=_verdict(chosen)))
    st.text(", ".join(chosen) or tr("(no label)"))
    figure = label_bars(alone, written.output, CUT, mode())
    live_figure(
        figure, key="labels bars", height=figure.layout.height, alt=tr("sigmoids: {chosen}", chosen=", ".join(chosen))
    )


def _verdict(labels: list[str] | tuple[str, ...]) -> str:
    if not labels:
        return tr("an empty set, which nobody gives here")
    return (
        tr("one annotator could have said so")
        if consistent(labels)
        else tr("no annotator would say so: names of both are mixed")
    )


def _table(one: LabelRace, writer: str) -> None:
    with st.spinner(tr("Each labels held-out texts …")):
        scores = one.scores()
    titles = {writer: WRITERS[writer][0], SIGMOIDS: tr("independent sigmoids")}
    rows = [{"model": titles[name], **found} for name, found in scores.items()]
    shares = {
        name: st.column_config.NumberColumn(format="percent", help=help)
        for name, help in (
            ("micro-F1", tr("over all decisions: frequent labels weigh most")),
            ("macro-F1", tr("mean over the labels")),
            (tr("subset accuracy"), tr("sets that are right whole; with two annotators about half can be known")),
            ("consistent", tr("sets that are not empty and that one annotator could have given")),
        )
    }
    data_table(pd.DataFrame(rows), hide_index=True, width="content", key="labels table", column_config=shares)
    st.caption(tr("{count} held-out texts; both decode as they would for you.", count=len(one.held_out)))
