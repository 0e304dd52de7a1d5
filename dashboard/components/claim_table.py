"""The table of claims on their page: in the lecture's order, filtered by verdict and by step, one of them chosen."""

from collections.abc import Collection

import streamlit as st

from core.claims import ledger
from core.claims.document import VERDICTS, figure, standing
from core.claims.lecture import ANY, LECTURE, in_order, told
from core.claims.table import CLAIMS
from core.language import tr
from dashboard import kept, state
from dashboard.components.data_table import data_table

CHOSEN = "claim"
_TABLE, _DRAWN = "claims table", "claims drawn"
_LOOKS = {"shown": "green", "not shown": "orange", "contradicted": "red"}


@kept.shared(show_spinner=False, max_entries=1)
def measured() -> dict[str, ledger.Measurement]:
    """What the program comes with."""
    return ledger.read(ledger.SHIPPED)


@kept.shared(show_spinner=False, max_entries=1)
def standings() -> dict[str, str]:
    """The verdict on every claim, in the lecture's order."""
    return {name: standing(name, measured().get(name)) for name in in_order()}


def filters() -> tuple[Collection[str], int]:
    """The verdicts that are wanted, all where none is chosen, and the step of the lecture, 0 for any."""
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        step = st.selectbox(
            tr("Step of the lecture"), list(range(len(LECTURE) + 1)), key="lecture step", bind="query-params", format_func=told,
        )  # fmt: skip
    with right:
        verdicts = st.pills(
            tr("Verdict"), list(VERDICTS), selection_mode="multi", key="claims verdicts", bind="query-params",
            format_func=lambda one: tr(VERDICTS[one]),
            help=tr("“not shown” is a result: it did not show at this size, or not with every seed; none chosen: all"),
        )  # fmt: skip
    return verdicts or VERDICTS, int(step)


def table(verdicts: Collection[str], step: int) -> None:
    """Those that pass, a row each; a click on one chooses it."""
    names = [name for name, said in standings().items() if said in verdicts and step in (ANY, *CLAIMS[name].lecture)]
    state.put(_DRAWN, names)
    if not names:
        st.info(
            tr("No claim has this verdict at this step of the lecture: choose another."),
            icon=":material/filter_alt_off:",
        )
        return
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    data_table(
        [_row(name) for name in names], hide_index=True, height=min(320, 36 * (len(names) + 1) + 3), key=_TABLE,
        on_select=_choose, selection_mode="single-row", placeholder="–", alt=tr("claims in the lecture's order"),
        words=("statement", "unit", "verdict"),
        column_config={
            "step": number("step", width=50, help=tr("of the lecture, where it first belongs")),
            "claim": text("claim", width=120), "statement": text("statement", width="large"),
            "effect": text("effect", width=70), "baseline": text("baseline", width=70), "unit": text("unit", width="small"),
            "seeds": number("seeds", width=50), "seconds": number("seconds", width=70, format="%.0f"),
            "verdict": text("verdict", width=130),
        },
    )  # fmt: skip
    counts = [standings()[name] for name in names]
    said = " · ".join(f"{counts.count(one)} {tr(words)}" for one, words in VERDICTS.items() if one in counts)
    st.caption(tr("{count} claims", count=len(names)) + f": {said}")


def _row(name: str) -> dict[str, object]:
    claim, one = CLAIMS[name], measured().get(name)
    figures = (None, None) if one is None else (figure(one.effect), figure(one.baseline))
    return {
        "step": claim.lecture[0], "claim": name, "verdict": VERDICTS[standings()[name]], "effect": figures[0],
        "baseline": figures[1], "unit": claim.unit, "statement": claim.statement,
        "seeds": None if one is None else len(one.seeds), "seconds": None if one is None else one.seconds,
    }  # fmt: skip


def _choose() -> None:
    rows, drawn = state.get(_TABLE)["selection"]["rows"], state.get(_DRAWN, [])
    if rows and rows[0] < len(drawn):
        state.put(CHOSEN, drawn[rows[0]])


def chosen() -> str:
    """The claim that is looked at closely: that of the row that was clicked, or of the menu."""
    return st.selectbox(
        tr("Claim"), in_order(), key=CHOSEN, bind="query-params",
        help=tr("by the name that it has on the command line; or mark a row of the table"),
    )  # fmt: skip


def badge(verdict: str) -> None:
    """A verdict, coloured."""
    st.badge(tr(VERDICTS[verdict]), color=_LOOKS.get(verdict, "gray"))
