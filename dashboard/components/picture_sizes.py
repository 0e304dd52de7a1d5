"""The data-size curve of a page: what convolutions and self-attention make of few pictures and of many, every seed drawn."""

from collections.abc import Sequence

import streamlit as st

from core.claims.claim import Finding, Row
from core.claims.few_pictures import SIZES, FewPictures, crossing, lead
from core.figures.few_labels import few_labels
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.rival_experiment import experiment

_SEEDS = (0, 1, 2)
_LEAST = 0.5  # of the vertical axis: every point lies above it but in a broken training


def picture_sizes() -> None:
    """The button and the curves."""
    st.markdown(
        f"From {SIZES[0]} handwritten digits up to {SIZES[-1]:,}: convolutions and self-attention over patches learn as many steps from "
        "the same pictures, and are judged on others, mostly by other writers."
    )
    experiment(
        FewPictures.name, _SEEDS, _draw, title="The curves",
        before=f"{len(_SEEDS)} seeds, {2 * len(SIZES)} trainings each, a minute or two of a core.",
    )  # fmt: skip
    st.caption(
        "It is the setting training.labelled of the bench: choose it there, and your own pictures, for a run that can be looked "
        "at. [arXiv:2010.11929](https://arxiv.org/abs/2010.11929)"
    )


def _draw(rows: Sequence[Row], finding: Finding | None) -> None:
    """Accuracy over the number of pictures; what may be said of it once all seeds are through."""
    found: dict[str, dict[int, list[float]]] = {}
    for row in rows:
        by = found.setdefault(str(row["network"]), {})
        by.setdefault(int(row["pictures"] or 0), []).append(float(row["accuracy"] or 0))
    lowest = min(one for by in found.values() for ones in by.values() for one in ones)
    figure = few_labels(
        found, unit="pictures to learn from", mode=mode(), right="held-out pictures right", least=min(_LEAST, lowest)
    )
    alt = "share of held-out pictures right over the number of pictures, convolutions and self-attention"
    live_figure(figure, key="pictures sizes", height=360, alt=alt)
    st.caption(
        f"Lines are means, whiskers reach from the worst seed to the best; {rows[0]['asked']} held-out pictures."
    )
    if finding is not None:
        st.markdown(f"{_crossed(rows)} {_verdict(finding)}")


def _crossed(rows: Sequence[Row]) -> str:
    between = crossing(rows)
    if between is None:
        return "The curves do not cross in this run, so nothing is said of a crossover."
    seeds = {row["seed"] for row in rows}
    of = sum(crossing([row for row in rows if row["seed"] == seed]) is not None for seed in seeds)
    chance = "" if of == len(seeds) else ": the seeds do not agree, so it may be chance"
    return (
        f"**In this run the mean curves cross between {between[0]:,} and {between[1]:,} pictures**; from there on self-attention is "
        f"ahead by {-lead(rows, SIZES[SIZES.index(between[1]) :]):.1%} in the mean. {of} of {len(seeds)} seeds cross by themselves{chance}."
    )


def _verdict(finding: Finding) -> str:
    return (
        f"**{finding.verdict}** · {FewPictures.statement}: convolutions ahead by {finding.effect:+.1%} with few pictures, by "
        f"{finding.baseline:+.1%} with many ({FewPictures.rule})."
    )
