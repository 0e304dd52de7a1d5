"""What the page Norms shows of its experiments: gradients, trainings beside each other, statistics of batches."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.claims.deep_stack import VOCABULARY, gradients, training
from core.claims.experiment import Experiment
from core.claims.power_norm import STATISTICS, PowerNormCause
from core.claims.race import Race
from core.figures.norms import gradient_sizes, loss_curves, variations
from core.language import mark, tr
from core.models.residual import RESIDUALS
from core.seeds import Seeds
from dashboard import kept
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

DEPTHS = (2, 4, 8, 16, 24)
PLACES = {"pre": mark("pre-norm"), "post": mark("post-norm"), "bare": mark("no residual")}  # in words
_KINDS = {"dealt": mark("the same words dealt out at random"), "text": mark("texts")}


@kept.shared(says=False, copies=True, show_spinner="Building the stacks …", max_entries=256)
def sizes(place: str, kind: str, layers: int, seed: int) -> list[float]:
    """Gradients of a fresh stack by layer; see `core.claims.deep_stack.gradients`."""
    return gradients(place, kind, layers, Seeds(seed), batches=2)


def gradient_picture(kind: str, layers: int, seed: int) -> None:
    """Both panels, and what they show in a sentence."""
    by_layer = {tr(PLACES[place]): sizes(place, kind, layers, seed) for place in RESIDUALS}
    by_depth = {tr(PLACES[place]): [sizes(place, kind, depth, seed)[-1] for depth in DEPTHS] for place in RESIDUALS}
    words = _gradient_words(by_depth)
    st.markdown(words)
    live_figure(gradient_sizes(by_layer, by_depth, DEPTHS, mode()), key="gradient sizes", height=360, alt=words)
    first = {name: values[0] / values[-1] for name, values in by_layer.items()}
    said = " · ".join(f"{name} {value:.2g}" for name, value in first.items())
    st.caption(
        tr(
            "Left: every layer of the stack, the first at the left; right: the last layer of deeper and deeper stacks. "
            "Measured at the second matrix of the feed-forward part, before any training. "
            "First layer's gradient / last layer's: {said}.",
            said=said,
        )
    )


def _gradient_words(by_depth: Mapping[str, Sequence[float]]) -> str:
    said = [
        tr("**×{values:.2g}** with {name}", values=values[-1] / values[0], name=name)
        if values[0]
        else tr("none with {name}", name=name)
        for name, values in by_depth.items()
    ]
    return tr(
        "From {depths} to {depths2} layers the last layer's gradient becomes {said}.",
        depths=DEPTHS[0],
        depths2=DEPTHS[-1],
        said=", ".join(said),
    )


@kept.shared(says=False, show_spinner=False, max_entries=16)
def race(plan: tuple[tuple[str, int], ...], kind: str, layers: int, rate: float, steps: int) -> Race:
    """Trainings of the same seed and the same batches, for everybody; it computes nothing by itself.

    Args:
        plan: where the norm stands and steps of warm-up, a pair a run.
    """
    return Race(
        {
            run_name(place, warmup): training(place, kind, layers, Seeds(0), steps, rate=rate, warmup=warmup)
            for place, warmup in plan
        }
    )


def run_name(place: str, warmup: int) -> str:
    """Of a run, in the legend."""
    return f"{tr(PLACES[place])}, {tr('warm-up {n}', n=warmup) if warmup else tr('no warm-up')}"


def race_picture(one: Race, steps: int, *, running: bool) -> None:
    """Curves, progress and the last losses in words.

    Args:
        steps: of every run.
    """
    done, total = sum(map(len, one.losses.values())), steps * len(one.losses)
    if not one.done:
        held = "" if running else tr(" · stopped, Train goes on from here")
        st.progress(done / total, text=tr("{done:,} of {total:,} steps{held}", done=done, total=total, held=held))
    words = " · ".join(
        f"{name} **{sum(values[-10:]) / len(values[-10:]):.2f}**" for name, values in one.losses.items() if values
    )
    st.markdown(tr("Loss of the last ten steps: {words}", words=words))
    chance = math.log(VOCABULARY)
    live_figure(loss_curves(one.losses, steps, chance, mode()), key="norm losses", height=380, alt=words)


@kept.shared(says=False, show_spinner=False, max_entries=4)
def batches(seed: int) -> Experiment:
    """The measurement of what varies over batches, for everybody; it computes nothing by itself."""
    return Experiment(PowerNormCause(), [seed])


def batches_picture(one: Experiment, *, running: bool) -> None:
    """Bars as they come, then the losses and the verdict."""
    if not one.done:
        held = "" if running else tr(" · stopped, Measure goes on from here")
        st.progress(one.share, text=f"{one.share:.0%}{held}")
    statistics = [row for row in one.rows if row["part"] == "statistics"]
    found = {
        words: [float(row["value"] or 0) for row in statistics if row["tokens"] == kind]
        for kind, words in _KINDS.items()
    }
    found = {words: values for words, values in found.items() if values}
    if one.finding is not None:
        times = one.finding.effect / one.finding.baseline
        st.markdown(tr(
            "In texts the variance of a batch varies **{times:.1f} times** as much as when the same words are dealt out at "
            "random ({effect:.1%} against {baseline:.1%}): **{verdict}**.", times=times,
            effect=one.finding.effect, baseline=one.finding.baseline, verdict=tr(one.finding.verdict)))  # fmt: skip
    if found:
        live_figure(
            variations(found, STATISTICS, mode()), key="batch variations", height=340,
            alt=tr("variation of each statistic over batches"),
        )  # fmt: skip
        st.caption(tr(
            "mean and variance: what batch norm uses · quadratic mean: what PowerNorm uses · token's variance: what the "
            "layer norm uses, here averaged over a batch; a token's own depends on no other token. "
            "Standard deviation over 200 batches as a share of the level (of the mean: as a share of the features' spread)."
        ))  # fmt: skip
    losses = [row for row in one.rows if row["part"] == "loss" and row["tokens"] == "text"]
    if one.finding is not None and losses:
        table = pd.DataFrame(
            {"norm": [row["norm"] for row in losses], "held-out loss": [row["value"] for row in losses]}
        )
        data_table(
            table, hide_index=True, width="content", key="norm losses table",
            column_config={"held-out loss": st.column_config.NumberColumn(format="%.2f")},
        )  # fmt: skip
        st.caption(tr(
            "After 400 equal steps on the texts, with one seed: too little to say which is better. No gain of PowerNorm is "
            "claimed here; in its paper it is under one BLEU, with far larger models."
        ))  # fmt: skip
