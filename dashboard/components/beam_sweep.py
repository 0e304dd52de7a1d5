"""A sweep over beam sizes: what it found so far as a figure, sentences, tables and files."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.decoding.beam import BeamSearch
from core.decoding.search import AbstractSearch
from core.figures.beam_sizes import Measure, beam_sizes
from core.language import mark, tr
from core.runs.beam_sizes import Progress, Sweep, SweepPoint, sentences, sweep
from core.runs.beam_verdict import exact_of, proof_words, rows, to_csv, verdict
from core.runs.trained import TrainedModel
from dashboard import kept, resources
from dashboard.components.data_table import data_table
from dashboard.components.literal import code
from dashboard.components.live_figure import live_figure
from dashboard.components.locks import download_button
from dashboard.components.mode import mode

_SHARE = ("right", "exact_match", "empty", "search_errors")
_HEADS = {
    "search": mark("search"), "logp": mark("mean Σ log p"), "right": mark("right"), "bleu": mark("BLEU"), "exact_match": mark("exact match"),
    "empty": mark("empty"), "length": mark("mean length"), "search_errors": mark("search errors"), "seconds": mark("seconds"),
}  # fmt: skip


@kept.of_run(says=False, show_spinner=False, max_entries=32)
def found(address: str, model_hash: str, n: int, over: tuple[AbstractSearch, ...]) -> Sweep:
    """What is known about these searches and this model, for everybody; it computes nothing by itself.

    Args:
        model_hash: of the weights: another training under the same name is another sweep.
    """
    trained = resources.model(address)
    return Sweep(sweep(trained, sentences(trained, n), over))


def progress(now: Progress, *, held: bool) -> None:
    """How far it is, in outputs.

    Args:
        held: it has been stopped.
    """
    words = tr("**{name}** · {done:,} of {total:,} outputs", name=now.name, done=now.done, total=now.total)
    st.progress(
        now.done / now.total, text=tr("{words} · stopped, Run goes on from here", words=words) if held else words
    )


def drawn(points: Sequence[SweepPoint], over: Sequence[AbstractSearch]) -> None:
    """The curves.

    Args:
        over: all searches that there will be.
    """
    beams = [point for point in points if point.width is not None]
    exact = exact_of(points)
    proved = exact.proved if exact is not None else ()
    alone = exact.among(proved) if exact is not None and proved else None
    some = alone is not None and exact is not None and alone.n < exact.n
    beside = [point.among(proved) for point in beams] if some else []

    def measure(name: str, attribute: str, scale: float = 1.0) -> Measure:
        of = [getattr(point, attribute) / scale for point in beams]
        there = None if alone is None else getattr(alone, attribute) / scale
        return Measure(name, of, there, [getattr(point, attribute) / scale for point in beside])

    shares = [measure("right", "right"), measure("BLEU / 100", "bleu", 100.0), measure("empty", "empty")]
    said = verdict(points)
    words = " ".join(filter(None, [said.words() if said is not None else "", proof_words(points)]))
    ticks = [search.width if isinstance(search, BeamSearch) else None for search in over]
    figure = beam_sizes([p.width or 0 for p in beams], measure(tr("Σ log p"), "logp"), shares, mode(), axis=ticks)
    live_figure(figure, key="beam sizes", height=480, alt=words or tr("log-probability and quality by beam width"))


def said(points: Sequence[SweepPoint]) -> None:
    """What the curves show, computed from them."""
    found = verdict(points)
    if found is not None:
        st.markdown(f"**{found.words()}**")
    if words := proof_words(points):
        st.markdown(words)


def table(trained: TrainedModel, points: Sequence[SweepPoint]) -> None:
    """The numbers of every search, to take along as .csv, and the outputs sentence by sentence."""
    numbers = pd.DataFrame(rows(points))[list(_HEADS)].dropna(axis="columns", how="all")
    formats = dict.fromkeys(_SHARE, "percent") | {
        "logp": "%.3f",
        "bleu": "%.1f",
        "length": "%.1f",
        "seconds": "%.2f",
    }
    config = {
        name: st.column_config.NumberColumn(_HEADS[name], format=kind) for name, kind in formats.items()
    }  # fmt: skip
    data_table(numbers, hide_index=True, column_config=config, key="beam size table")
    st.caption(
        tr(
            "right: says what the target says, in any right wording · BLEU: of meanings, so that another right wording costs "
            "nothing · exact match: the one target word by word · search errors: outputs that exact search could better, "
            "among those it proved"
        )
    )
    download_button(tr("Table .csv"), to_csv(points), "beam-sizes.csv", on_click="ignore", icon=":material/download:")
    _outputs(trained, points)


def _outputs(trained: TrainedModel, points: Sequence[SweepPoint]) -> None:
    task = trained.config.task
    with st.expander(tr("Sentence by sentence"), icon=":material/subject:"):
        of = st.selectbox(
            tr("Held-out source"),
            range(points[0].n),
            format_func=lambda at: task.join(points[0].outputs[at].example.source),
            key="beam size sentence",
        )
        st.markdown(
            tr("Target: {join_target}", join_target=code(task.join_target(points[0].outputs[of].example.target)))
        )
        data_table(
            pd.DataFrame([_output(trained, point, of) for point in points]),
            hide_index=True,
            column_config={"Σ log p": st.column_config.NumberColumn(format="%.3f")},
            key="beam size outputs",
        )


def _output(trained: TrainedModel, point: SweepPoint, at: int) -> dict[str, object]:
    one = point.outputs[at]
    text = trained.config.task.join_target(one.tokens) or "(empty)"
    return {"search": point.name, "output": text, "Σ log p": one.logp, "right": one.right, "proved": one.proved}
