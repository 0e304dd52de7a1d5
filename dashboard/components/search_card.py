"""A card: one search, what it found, what that is worth and what it cost."""

from typing import Any

import streamlit as st

from core.language import mark, tr
from core.metrics.search_error import Judgement
from core.runs.comparison import Compared, Outcome, Yardstick
from dashboard.components.data_table import data_table
from dashboard.components.model_bar import Chosen
from dashboard.components.token_marks import token_marks
from dashboard.components.verdicts import badges

STOPS = {
    "all_ended": mark("every path ended"),
    "bound": mark("nothing left could win"),
    "k_finished": mark("as many finished as the beam is wide"),
    "top_finished": mark("the best candidate ended"),
    "max_len": mark("at the length limit"),
    "exhausted": mark("everything else is ruled out"),
    "node_limit": mark("at the limit of nodes, nothing proved"),
}


def search_card(
    chosen: Chosen,
    one: Compared,
    judgements: tuple[Judgement, ...],
    by: Yardstick,
    rows: list[dict[str, Any]],
    *,
    key: str,
) -> None:
    """Draw it into the place that is open.

    Args:
        rows: of `score_rows`, of this search; key: of its place on the page.
    """
    model, best = chosen.model, one.outcomes[0]
    remark = one.search.remark(len(model.vocabularies[1]))
    if remark:
        st.caption(f":material/info: {remark}")
    token_marks(model.config.task, best.tokens, model.reference(chosen.source))
    badges(best, judgements[0], by, one)
    st.markdown(f"{arithmetic(rows[0])}  \n{_worth(best)}")
    st.caption(
        tr(
            "{steps} steps · {model_calls} model calls · {seconds:.0f} ms · stopped: {get}",
            steps=one.steps,
            model_calls=one.model_calls,
            seconds=1000 * one.seconds,
            get=tr(STOPS.get(one.stop_reason, one.stop_reason)),
        )
        + (
            ""
            if best.sentence.ended or one.stop_reason == "max_len"
            else tr(" · :material/content_cut: cut at the length limit")
        )
    )
    if len(one.outcomes) > 1:
        _finished(rows, key)


def _finished(rows: list[dict[str, Any]], key: str) -> None:
    """All outputs, best first."""
    shown = [
        {"output": row["output"], "Σ log p": row["logp"], "score": row["rank_score"]}
        | ({} if row["exact"] is None else {"right": "✓" if row["exact"] else ""})
        for row in rows
    ]
    columns: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="%.4g", width=64) for name in ("Σ log p", "score")
    }
    columns["output"] = st.column_config.TextColumn(width=110)
    columns["right"] = st.column_config.TextColumn(width=40)
    data_table(shown, hide_index=True, height=150, column_config=columns, key=f"finished {key}")


def arithmetic(row: dict[str, Any]) -> str:
    """From Σ log p to the ranking score, in the figures of the table."""
    parts = [f"{name} **{value:+.8g}**" for name, value in row.items() if name not in _FIXED and value is not None]
    return " · ".join([tr("Σ log p **{logp:.8g}**", logp=row["logp"]), *parts]) + (
        tr(" = score **{score:.8g}**", score=row["rank_score"]) if parts else ""
    )


_FIXED = {"search", "rank", "output", "logp", "rank_score", "exact", "BLEU"}


def part_names(rows: list[dict[str, Any]]) -> list[str]:
    """The parts that occur, in order."""
    return [name for name in (rows[0] if rows else {}) if name not in _FIXED]


def _worth(best: Outcome) -> str:
    if best.bleu is None:
        return tr("no reference to compare with")
    right = tr("exactly right") if best.bleu > 99.99 else tr("right in other words")
    return f"{right if best.exact else tr('not right')} · BLEU **{best.bleu:.1f}**"
