"""All runs of a class in one table that redraws itself; the run whose row is chosen stays chosen as rows move."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.language import mark, tr
from core.runs.classroom.roll import Entry, Page
from dashboard import state
from dashboard.components import queueing
from dashboard.components.data_table import data_table

CHOSEN = "class chosen"  # workspace and name of the run that was chosen last
SAID = "class said"  # what came of the last press
_DRAWN = "class drawn"  # the same of every row, as drawn last: what a click means
_TABLE = "class runs"
_SHOW = (mark("Newest of each"), mark("Training now"), mark("All"))
_TALLEST = 15, 560  # rows that are shown whole, since a row is higher in projector mode; pixels of more
_STATE = 112  # pixels: room for one that waits


def class_runs(pages: Sequence[Page]) -> Entry | None:
    """Draw the table; the run that is chosen, as it is now."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    show = left.segmented_control(tr("Runs"), _SHOW, format_func=tr, default=_SHOW[0], key="class show", required=True)
    names = [page.name for page in pages]
    only = right.multiselect(tr("Of"), names, key="class only", placeholder=tr("everybody"))
    rows = shown([page for page in pages if not only or page.name in only], show)
    chosen = _chosen(rows)
    state.put(_DRAWN, [(one.workspace, one.name) for one in rows])
    if not rows:
        st.caption(tr("No run to show.") if show != _SHOW[1] else tr("Nobody trains at this moment."))
    else:
        _table(rows)
    return chosen or next(
        (run for page in pages for run in page.runs if (run.workspace, run.name) == state.get(CHOSEN)), None
    )


def shown(pages: Sequence[Page], show: str) -> list[Entry]:
    """The rows, in an order that training does not change: by workspace, the newest first."""
    if show == _SHOW[0]:
        return [run for page in pages for at, run in enumerate(page.runs) if at == 0 or run.status.active]
    return [run for page in pages for run in page.runs if show == _SHOW[2] or run.status.active]


def _chosen(rows: Sequence[Entry]) -> Entry | None:
    """The chosen run, its row marked: others may have come above it since."""
    wanted = state.get(CHOSEN)
    at = next((at for at, one in enumerate(rows) if (one.workspace, one.name) == wanted), None)
    marked = state.get(_TABLE)
    now = list(marked["selection"]["rows"]) if marked else []
    if now != ([] if at is None else [at]):
        state.put(_TABLE, {"selection": {"rows": [] if at is None else [at], "columns": [], "cells": []}})
    return None if at is None else rows[at]


def _choose() -> None:
    rows, drawn = state.get(_TABLE)["selection"]["rows"], state.get(_DRAWN, [])
    state.put(CHOSEN, drawn[rows[0]] if rows and rows[0] < len(drawn) else None)
    state.forget(SAID)


def _table(rows: Sequence[Entry]) -> None:
    column = st.column_config
    data_table(
        pd.DataFrame([_row(one) for one in rows]),
        hide_index=True,
        height="content" if len(rows) <= _TALLEST[0] else _TALLEST[1],
        key=_TABLE,
        on_select=_choose,
        selection_mode="single-row",
        placeholder="",
        alt=tr("runs of the class"),
        column_config={
            "loss": column.LineChartColumn(tr("loss"), help=tr("of the training batches, from the first step to the newest"), width="small"),
            "done": column.ProgressColumn(tr("done"), min_value=0.0, max_value=100.0, format="%.0f %%", width="small"),
            "step": column.NumberColumn(tr("step"), format="localized", width="small"),
            "MB": column.NumberColumn(tr("MB"), format="%.0f", help=tr("memory that the training holds"), width="small"),
            "state": column.TextColumn(tr("state"), width=_STATE),
        },
    )  # fmt: skip


def _row(run: Entry) -> dict[str, object]:
    now = run.status
    return {
        "workspace": run.workspace, "run": run.name, "state": told(run), "done": 100 * min(1.0, now.step / max(1, now.steps)),
        "step": now.step, "loss": list(run.curve), "MB": run.memory_mb, "task": run.task, "model": run.model,
    }  # fmt: skip


def told(run: Entry) -> str:
    """What a run does, in a word or two."""
    if run.problem:
        return tr("damaged")
    if run.place is not None:
        return tr("waits, {place} before it", place=run.place) if run.place else tr("waits, next")
    return queueing.word(run.status.state)
