"""The data-size curve of a page: what convolutions and self-attention make of few pictures and of many, every seed drawn."""

from collections.abc import Sequence

import streamlit as st

from core.claims.claim import Finding, Row
from core.claims.few_pictures import SIZES, FewPictures, crossing, lead
from core.figures.few_labels import few_labels
from core.language import tr
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.rival_experiment import experiment

_SEEDS = (0, 1, 2)
_LEAST = 0.5  # of the vertical axis: every point lies above it but in a broken training


def picture_sizes() -> None:
    """The button and the curves."""
    st.markdown(
        tr(
            "From {sizes} handwritten digits up to {sizes2:,}: convolutions and self-attention over patches learn as many steps from "
            "the same pictures, and are judged on others, mostly by other writers.",
            sizes=SIZES[0],
            sizes2=SIZES[-1],
        )
    )
    experiment(
        FewPictures.name, _SEEDS, _draw, title=tr("The curves"),
        before=tr("{count} seeds, {count2} trainings each, a minute or two of a core.", count=len(_SEEDS), count2=2 * len(SIZES)),
    )  # fmt: skip
    st.caption(
        tr(
            "It is the setting training.labelled of the bench: choose it there, and your own pictures, for a run that can be looked "
            "at. [arXiv:2010.11929](https://arxiv.org/abs/2010.11929)"
        )
    )


def _draw(rows: Sequence[Row], finding: Finding | None) -> None:
    """Accuracy over the number of pictures; what may be said of it once all seeds are through."""
    found: dict[str, dict[int, list[float]]] = {}
    for row in rows:
        by = found.setdefault(str(row["network"]), {})
        by.setdefault(int(row["pictures"] or 0), []).append(float(row["accuracy"] or 0))
    lowest = min(one for by in found.values() for ones in by.values() for one in ones)
    figure = few_labels(
        found,
        unit=tr("pictures to learn from"),
        mode=mode(),
        right=tr("held-out pictures right"),
        least=min(_LEAST, lowest),
    )
    alt = tr("share of held-out pictures right over the number of pictures, convolutions and self-attention")
    live_figure(figure, key="pictures sizes", height=360, alt=alt)
    st.caption(
        tr(
            "Lines are means, whiskers reach from the worst seed to the best; {rows} held-out pictures.",
            rows=rows[0]["asked"],
        )
    )
    if finding is not None:
        st.markdown(f"{_crossed(rows)} {_verdict(finding)}")


def _crossed(rows: Sequence[Row]) -> str:
    between = crossing(rows)
    if between is None:
        return tr("The curves do not cross in this run, so nothing is said of a crossover.")
    seeds = {row["seed"] for row in rows}
    of = sum(crossing([row for row in rows if row["seed"] == seed]) is not None for seed in seeds)
    chance = "" if of == len(seeds) else tr(": the seeds do not agree, so it may be chance")
    return tr(
        "**In this run the mean curves cross between {between:,} and {between2:,} pictures**; from there on self-attention is "
        "ahead by {lead:.1%} in the mean. {of} of {count} seeds cross by themselves{chance}.",
        between=between[0],
        between2=between[1],
        lead=-lead(rows, SIZES[SIZES.index(between[1]) :]),
        of=of,
        count=len(seeds),
        chance=chance,
    )


def _verdict(finding: Finding) -> str:
    return tr(
        "**{verdict}** · {statement}: convolutions ahead by {effect:+.1%} with few pictures, by "
        "{baseline:+.1%} with many ({rule}).",
        verdict=tr(finding.verdict),
        statement=tr(FewPictures.statement),
        effect=finding.effect,
        baseline=finding.baseline,
        rule=tr(FewPictures.rule),
    )
