"""Kinds of attention beside each other: their alignments of one utterance, what is right, and the ladder of repeats."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.figures.aligners import Panel, alignment_maps
from core.language import tr
from core.runs.aligners import ALIGNERS, AlignerRace
from core.runs.spoken import Spoken, anecdote
from core.training.repeat_ladder import TIMES, Rung
from dashboard import kept
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_COLUMNS = 3  # maps beside each other
_RECENT = 10  # steps whose mean loss is said


@kept.shared(says=False, show_spinner="Making the models …", max_entries=16)
def race(names: tuple[str, ...], seed: int) -> AlignerRace:
    """Trainings of the same seed and the same batches, for everybody; it computes nothing by itself.

    Args:
        names: of ALIGNERS.
    """
    return AlignerRace(names, seed)


def utterance(one: AlignerRace, source: tuple[str, ...]) -> None:
    """Maps of one utterance, and a table of what each made of it."""
    said = one.speak(source)
    right = [tr(ALIGNERS[name].title) for name, spoken in said.items() if spoken.right]
    words = tr("Right from the first frame to the last: **{right}**", right=", ".join(right) or tr("none"))
    st.markdown(
        tr(
            "{words} · asked: {source} → {target}",
            words=words,
            source=literal(" ".join(source)),
            target=literal(" ".join(next(iter(said.values())).target)),
        )
    )
    panels = [_panel(f"{tr(ALIGNERS[name].title)} · {_verdict(spoken)}", spoken) for name, spoken in said.items()]
    figure = alignment_maps(panels, min(_COLUMNS, len(panels)), mode())
    live_figure(figure, key="aligner maps", height=figure.layout.height, alt=words)
    st.caption(
        tr(
            "Frames to the right, syllables upwards; all maps from 0 to 1. Below a map stands what was written, frame by frame, "
            "running free. Monotonic weights are hard and a frame that has left the source looks at nothing; MoChA spreads "
            "them over three syllables at most. Of a Transformer's heads the one is drawn that is the most diagonal on "
            "held-out examples."
        )
    )
    _table(one, said)


def _panel(title: str, spoken: Spoken) -> Panel:
    return Panel(title, spoken.weights, spoken.frames, spoken.symbols)


def _verdict(spoken: Spoken) -> str:
    return tr("right") if spoken.right else tr("wrong") if spoken.ended else tr("wrong, no end")


def _table(one: AlignerRace, said: Mapping[str, Spoken]) -> None:
    rows = []
    for name, spoken in said.items():
        training = one.trainings[name]
        least, most = spoken.sums
        last = training.losses[-_RECENT:]
        rows.append({
            "attention": tr(ALIGNERS[name].title),
            "output": _verdict(spoken),
            "the alignment doctor": "; ".join(spoken.told) or tr("healthy"),
            "begun": tr("{n} of {count}", n=spoken.onsets, count=len(spoken.source)),
            "diagonality": spoken.diagonality,
            "sum": f"{least:.2f}" if most - least < 0.005 else tr("{least:.2f} to {most:.2f}", least=least, most=most),
            "steps": training.trainer.step,
            "loss": sum(last) / len(last) if last else None,
            "drawn": spoken.head,
        })  # fmt: skip
    data_table(
        pd.DataFrame(rows), hide_index=True, width="stretch", key="aligner table",
        column_config={
            "the alignment doctor": st.column_config.TextColumn(width="large"),
            "steps": st.column_config.NumberColumn(width=60),
            "begun": st.column_config.TextColumn(help=tr("syllables that the output begins, of those asked for")),
            "sum": st.column_config.TextColumn(help=tr("what a frame's weights sum to, the least and the most")),
            "loss": st.column_config.NumberColumn(format="%.3f", help=tr("nats per frame, mean of {recent} batches", recent=_RECENT)),
            "diagonality": st.column_config.NumberColumn(format="percent", help=tr("share of the weights near the diagonal")),
        },
    )  # fmt: skip


def ladder(one: AlignerRace, pair: tuple[str, str], *, running: bool) -> None:
    """Maps of a pair said once to four times, and the ladder of all pairs in figures once nothing runs."""
    said = one.ladders(pair)
    told = tr("Over all pairs: said when the training stands still.")
    if not running:
        rungs = one.rungs()
        told = ladder_words(rungs)
        st.markdown(told)
        _rungs(one, rungs)
    panels = [
        _panel(f"{tr(ALIGNERS[name].title)} ×{times}<br>{_begun(spoken)}", spoken)
        for name, climbed in said.items()
        for times, spoken in zip(TIMES, climbed)
    ]
    figure = alignment_maps(panels, len(TIMES), mode())
    live_figure(figure, key="aligner ladder", height=figure.layout.height, alt=told)
    st.caption(
        tr(
            "{pair} said once, twice, three and four times, after {step:,} steps of each. No training utterance "
            "is so short or says a pair again. Above a map: right, or how many syllables were begun of those asked for.",
            pair=literal(" ".join(pair)),
            step=one.step,
        )
    )
    _findings(said)


def _findings(said: Mapping[str, Sequence[Spoken]]) -> None:
    """What the doctor says of every map of the ladder."""
    rows = [
        {"attention": tr(ALIGNERS[name].title)}
        | {f"×{times}": "; ".join(spoken.told) or tr("healthy") for times, spoken in zip(TIMES, climbed)}
        for name, climbed in said.items()
    ]
    st.markdown(tr("What the alignment doctor says of the maps:"))
    data_table(pd.DataFrame(rows), hide_index=True, width="stretch", key="aligner findings")


def _begun(spoken: Spoken) -> str:
    return (
        tr("right")
        if spoken.right
        else tr("wrong, {onsets} of {count}", onsets=spoken.onsets, count=len(spoken.source))
    )


def ladder_words(rungs: Mapping[str, Sequence[Rung]]) -> str:
    """What the ladders show of the lecture's anecdote, from their figures."""
    groups: dict[str, list[str]] = {"shown": [], "reversed": [], "not shown": []}
    for name, climbed in rungs.items():
        figures = f"{tr(ALIGNERS[name].title)} ({climbed[0].exact:.0%} → {climbed[-1].exact:.0%})"
        groups[anecdote(climbed)].append(figures)
    pairs = next(iter(rungs.values()))[0].pairs
    shown = ", ".join(groups["shown"])
    told = [
        tr("The lecture's anecdote, once badly and four times well: **shown by {shown}**", shown=shown)
        if shown
        else tr("The lecture's anecdote, once badly and four times well: **not shown at this size**")
    ]
    if shown and groups["not shown"]:
        told.append(tr("not shown at this size by {list}", list=", ".join(groups["not shown"])))
    elif groups["not shown"]:
        told.append(tr("no such difference in {list}", list=", ".join(groups["not shown"])))
    if groups["reversed"]:
        told.append(
            tr("the other way round, well once and badly four times, in {list}", list=", ".join(groups["reversed"]))
        )
    return tr("{told}. (Share of {pairs} pairs right, said once → four times.)", told=tr("; ").join(told), pairs=pairs)


def _rungs(one: AlignerRace, rungs: Mapping[str, Sequence[Rung]]) -> None:
    rows = [
        {"attention": tr(ALIGNERS[name].title), "steps": one.trainings[name].trainer.step}
        | {f"right ×{rung.times}": rung.exact for rung in climbed}
        | {f"begun ×{rung.times}": rung.onsets for rung in climbed}
        for name, climbed in rungs.items()
    ]
    formats = {
        f"right ×{times}": st.column_config.NumberColumn(tr("right ×{n}", n=times), format="percent") for times in TIMES
    }
    help = tr("syllables begun over syllables asked for: above 1 it babbles, below it swallows")
    formats |= {
        f"begun ×{times}": st.column_config.NumberColumn(tr("begun ×{n}", n=times), format="%.2f", help=help)
        for times in TIMES
    }
    data_table(pd.DataFrame(rows), hide_index=True, width="stretch", key="aligner rungs", column_config=formats)
