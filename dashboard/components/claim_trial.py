"""One claim looked at closely: what is measured, what it came to as shipped, and beside it what it comes to here."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.claims.claim import AbstractClaim, Finding, Row
from core.claims.document import figure
from core.claims.lecture import LECTURE
from core.claims.ledger import Measurement
from core.claims.table import CLAIMS
from core.language import tr
from dashboard.components import claim_table
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal
from dashboard.components.rival_experiment import experiment

_MANY = 1000  # rows of an experiment's table that are drawn; the last ones


def claim(name: str) -> None:
    """Everything about one claim."""
    kind, one = CLAIMS[name], claim_table.measured().get(name)
    st.markdown(f"#### {literal(tr(kind.statement))}")
    steps = " · ".join(f"{row.number} {tr(row.what)}" for row in LECTURE if row.number in kind.lecture)
    st.caption(tr("In the lecture: {steps}", steps=literal(steps)) + "  \n" + literal(kind.source))
    st.markdown(
        f"- **{tr('Effect')}**: {literal(tr(kind.effect_is))}\n- **{tr('Baseline')}**: {literal(tr(kind.baseline_is))}\n"
        f"- **{tr('Unit')}**: {literal(tr(kind.unit))}\n- **{tr('Verdict')}**: {literal(tr(kind.rule))}"
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{tr('As it comes with the program')}**")
        _shipped(name, one)
    with right:
        st.markdown(f"**{tr('Here')}**")
        _here(name, kind, one)


def _shipped(name: str, one: Measurement | None) -> None:
    claim_table.badge(claim_table.standings()[name])
    if one is None:
        st.caption(tr("Nobody has measured it for this table yet; it can be run here."))
        return
    if not one.holds(name):
        st.caption(tr("What was measured was another definition of it: the figures below are of that one."))
    _two(one.effect, one.baseline)
    if len(one.seeds) > 1:
        data_table(
            [
                {"seed": seed, "effect": figure(effect), "baseline": figure(baseline)}
                for seed, effect, baseline in zip(one.seeds, one.effects, one.baselines)
            ],
            hide_index=True, width="content", key=f"claim seeds {name}", alt=tr("effect and baseline of every seed"),
        )  # fmt: skip
    st.caption(
        tr(
            "seeds {seeds} · {seconds:,.0f} seconds of one of {cores} cores · {date} · attention-lab {program}, torch {torch}",
            seeds=", ".join(map(str, one.seeds)), seconds=one.seconds, cores=one.cores, date=one.date, program=one.program,
            torch=one.torch,
        )
    )  # fmt: skip


def _here(name: str, kind: type[AbstractClaim], one: Measurement | None) -> None:
    seed = int(
        st.number_input(
            tr("Seed"), 0, 999, 0, key="claim seed", bind="query-params", help=tr("all chance comes from it")
        )
    )
    before = tr("Measure runs the experiment with this seed.")
    if kind.seeds > 1:
        before += " " + tr(
            "One seed alone cannot show this claim, its rule asks for {seeds}: attnlab claims {name} --seeds {seeds}.",
            seeds=kind.seeds,
            name=name,
        )
    if one is not None:
        before += " " + tr("It took about {seconds:,.0f} seconds a seed when it was measured.", seconds=_a_seed(one))

    def draw(rows: Sequence[Row], finding: Finding | None) -> None:
        if finding is not None:
            claim_table.badge(finding.verdict)
            _two(finding.effect, finding.baseline)
            st.caption(tr("seed {seed} · {seconds:,.1f} seconds", seed=seed, seconds=finding.seconds))
        with st.expander(tr("The experiment's table, {count:,} rows", count=len(rows)), icon=":material/table:"):
            st.dataframe(  # its columns are the experiment's own
                pd.DataFrame([*rows[-_MANY:]]), hide_index=True, key=f"claim rows {name}", height=260, placeholder="–",
                alt=tr("rows of the experiment"),
            )  # fmt: skip

    experiment(name, (seed,), draw, title=tr("The experiment"), before=before)


def _two(effect: float, baseline: float) -> None:
    left, right = st.columns(2)
    left.metric(tr("effect"), figure(effect))
    right.metric(tr("baseline"), figure(baseline))


def _a_seed(one: Measurement) -> float:
    return max(1.0, one.seconds / len(one.seeds))
