"""Every output of every search in one table that can be sorted and taken along."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data.spreadsheet import written
from core.language import tr
from core.metrics.rounding import decimals
from core.metrics.search_error import Judgement
from dashboard.components.data_table import data_table
from dashboard.components.locks import download_button
from dashboard.components.search_card import part_names
from dashboard.components.verdicts import legend


def hypotheses_table(names: list[str], rows: list[dict[str, Any]], judgements: list[tuple[Judgement, ...]]) -> None:
    """Draw the table; a click on a head sorts it."""
    parts = part_names(rows)
    table = pd.DataFrame([_row(names, row, judgements[row["search"]][row["rank"] - 1], parts) for row in rows])
    if table["exact"].isna().all():
        table = table.drop(columns=["exact", "BLEU"])  # no reference
    digits = decimals([row[name] for row in rows for name in ("logp", "rank_score")])
    nats = st.column_config.NumberColumn(format=f"%.{digits}f")
    legend()
    data_table(
        _said(table), hide_index=True, key="every hypothesis", placeholder="",
        column_config={
            **dict.fromkeys(("Σ log p", *parts, "ranking score"), nats),
            "below the best": st.column_config.NumberColumn(format="%.4g", help=tr("nats that the proved best output is more probable")),
            "BLEU": st.column_config.NumberColumn(format="%.1f"),
        },
    )  # fmt: skip
    download_button(
        tr("All hypotheses .csv"), lambda: _csv(table), "hypotheses.csv", "text/csv", on_click="ignore",
        icon=":material/download:", key="download hypotheses",
    )  # fmt: skip


def _said(table: pd.DataFrame) -> pd.DataFrame:
    """For people; the file says it in English, for programs."""
    return table.assign(verdict=[", ".join(map(tr, cell.split(", "))) for cell in table["verdict"]])


def _csv(table: pd.DataFrame) -> bytes:
    """What has no value is an empty cell."""
    plain = table.astype(object).where(table.notna(), None)
    return written([list(table.columns), *plain.itertuples(index=False, name=None)])


def _row(names: list[str], row: dict[str, Any], judgement: Judgement, parts: list[str]) -> dict[str, Any]:
    return {
        "search": names[row["search"]], "rank": row["rank"], "output": row["output"],
        "verdict": ", ".join(tag.value for tag in judgement.tags), "Σ log p": row["logp"],
        **{name: row[name] for name in parts}, "ranking score": row["rank_score"], "below the best": judgement.gap,
        "exact": row["exact"], "BLEU": row["BLEU"],
    }  # fmt: skip
