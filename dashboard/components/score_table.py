"""Scores taken apart: a row per output, a column per part, and the same as stairs."""

from typing import Any

import streamlit as st

from core.figures.comparison import score_stairs
from core.language import mark, tr
from core.metrics.rounding import decimals
from core.runs.comparison import Compared
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.search_card import arithmetic, part_names

FIRST = mark("the first output of each")


def score_table(names: list[str], found: list[Compared], rows: list[dict[str, Any]]) -> None:
    """Draw the stairs of the chosen outputs, and the figures behind them."""
    many = [name for name, one in zip(names, found) if len(one.outcomes) > 1]
    asked = st.selectbox(
        tr("Outputs"),
        [FIRST, *many],
        format_func=lambda one: tr(one) if one == FIRST else one,
        key="scores of",
        help=tr("of which outputs the scores are taken apart"),
    )
    if asked in names:
        shown = [row for row in rows if names[row["search"]] == asked]
        marks = [f"{row['rank']}" for row in shown]
    else:
        shown = [row for row in rows if row["rank"] == 1]
        marks = [names[row["search"]] for row in shown]
    parts = part_names(rows)
    figure = score_stairs(
        marks, [row["logp"] for row in shown], [{name: row[name] for name in parts} for row in shown],
        [row["rank_score"] for row in shown], mode(),
    )  # fmt: skip
    alt = "; ".join(f"{mark}: {arithmetic(row).replace('**', '')}" for mark, row in zip(marks, shown))
    live_figure(figure, key="scores", height=340, alt=alt)
    table = [
        {"output of": names[row["search"]], "rank": row["rank"], "output": row["output"], "Σ log p": row["logp"]}
        | {f"+ {name}": row[name] for name in parts}
        | {"= ranking score": row["rank_score"]}
        for row in shown
    ]
    digits = decimals([row[name] for row in rows for name in ("logp", "rank_score")])
    figures = [name for name in table[0] if name not in ("output of", "rank", "output")]
    data_table(
        table, hide_index=True, key="score parts", placeholder="",
        column_config={name: st.column_config.NumberColumn(format=f"%.{digits}f") for name in figures},
    )  # fmt: skip
    st.caption(
        tr(
            "In nats. Σ log p and the parts add up to the ranking score in the figures shown; an empty cell is a part that search has not."
        )
    )
