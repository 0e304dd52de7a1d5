"""By hand: a model that is a table. Change a probability and see which strategy finds what."""

from math import exp
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import AttentionLabError
from core.language import mark, tr, tr_each
from core.models.example_tables import EXAMPLE_TABLES
from core.models.table import TableModel
from core.runs.catalog import SEARCHES
from core.runs.table_search import UNSEEN, TableFound, search_table, whole_tree
from core.settings import declarations
from dashboard import links, state
from dashboard.components.data_table import data_table
from dashboard.components.heading import heading
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.panel import panel
from dashboard.components.settings_form import settings_form
from dashboard.components.table_editor import open_table, table_bar, table_editor
from dashboard.components.tree import tree
from dashboard.components.tree_columns import tree_columns

TITLE = mark("By hand")
WORDS = {
    UNSEEN: "never looked at",
    "pruned": "pruned, or never looked at (dashed)",
    "gold": "the best output",
    "gold_pruned": "the best output, lost here",
    "gold_best": "The search found the best output: {score}.",
    "gold_other": "The best output finished with {score}; the path shown has {best}.",
    "gold_cut": "The best output was lost at step {step}: {rank}{score}. {reason}",
    "gold_open": "The best output is still in the search at step {step}: {score}.",
    "gold_ended": "The best output was followed up to step {step}: {score}; its next token was not weighed.",
}
SHARED = {"beam": ("width", "length_norm", "length_penalty", "min_length"), "sampling": ("draws", "seed")}
FIRST = {"width": 2, "draws": 4}
CROSSED = mark("The path with crossed flags is the best output; the search lost it at the first of them.")
WHOLE, WALK = mark("the whole table"), mark("as it searched")


def page() -> None:
    """Edit, search, draw."""
    problem = open_table(TITLE)
    state.carry(TITLE, links.RUN, links.SOURCE)
    heading(TITLE, tr("A model that is a table. Change a probability and see which strategy finds what."))
    link_notice("address", problem and literal(problem))
    _panel()


@panel(mark("The table"))
def _panel() -> None:
    table_bar()
    left, right = st.columns([2, 3])
    with left:
        model = table_editor()
    with right:
        name = st.segmented_control(tr("Path of"), list(SEARCHES), default="greedy", key="path of", required=True)
        menu, shown = st.columns([1, 2], vertical_alignment="center")
        with menu, st.popover(tr("Settings"), icon=":material/tune:", width="stretch"):
            values = _settings()
        with shown:
            how = st.segmented_control(
                tr("Show"), [WHOLE, WALK], format_func=tr, default=WHOLE, key="table tree", required=True, label_visibility="collapsed",
                help=tr("the table with what the search made of it, or only what it weighed, step by step"),
            )  # fmt: skip
        found, refused = _searched(model, values)
        if name in found:
            _tree(model, found[name], how)
        _lesson(model)
    for kind, words in refused.items():
        st.warning(f"{kind}: {literal(words)}", icon=":material/tune:")
    _strategies(found)
    _outputs(model, found)


def _settings() -> dict[str, Any]:
    """One value for all searches that have a setting."""
    values: dict[str, Any] = {}
    for kind, names in SHARED.items():
        known = {one.name: one.default for one in declarations(SEARCHES[kind])} | FIRST
        chosen = settings_form(SEARCHES[kind], known, key=f"by hand {kind}", columns=2, only=names, bind="query-params")
        values |= {name: chosen[name] for name in names}
    return values


def _searched(model: TableModel, values: dict[str, Any]) -> tuple[dict[str, TableFound], dict[str, str]]:
    """What every search found, and why some could not run."""
    found, refused = {}, {}
    for name, kind in SEARCHES.items():
        own = {one.name for one in declarations(kind)}
        try:
            search = kind.from_dict({setting: value for setting, value in values.items() if setting in own})
            found[name] = search_table(model, search)
        except AttentionLabError as error:
            refused[name] = str(error)
    return found, refused


def _tree(model: TableModel, found: TableFound, how: str) -> None:
    key = f"by hand {found.search.name} {how}"
    if how == WHOLE:
        tree(whole_tree(model, found), key=key, height=400, words=tr_each(WORDS | {"gold_cut": CROSSED}))
    else:
        tree(tree_columns(found.tree, pruned=12), key=key, height=400, words=tr_each(WORDS))


def _lesson(model: TableModel) -> None:
    for example in EXAMPLE_TABLES.values():
        if example.table == model:
            st.caption(tr("**{title}.** {lesson}", title=tr(example.title), lesson=tr(example.lesson)))


def _strategies(found: dict[str, TableFound]) -> None:
    rows = [
        {
            "search": name, "finds": " ".join(one.tokens), "probability": exp(one.logp), "Σ log p": one.logp,
            "own score": one.score, "place": one.place, "search error": one.error, "verdict": _verdict(one),
            "looked behind": one.expanded,
        }
        for name, one in found.items()
    ]  # fmt: skip
    figures = {name: st.column_config.NumberColumn(format="%.4f") for name in ("probability", "Σ log p", "own score")}
    data_table(
        pd.DataFrame(rows), hide_index=True, key="strategies", height="content",
        column_config=figures | {
            "own score": st.column_config.NumberColumn(format="%.4f", help=tr("Σ log p after the search's length norm")),
            "place": st.column_config.NumberColumn(help=tr("among all outputs of the table by Σ log p; 1 = the best")),
            "search error": st.column_config.NumberColumn(
                format="%.4f", help=tr("by how much the truly best output's score is better; 0 = it found the best")
            ),
            "looked behind": st.column_config.NumberColumn(help=tr("prefixes whose next tokens were weighed")),
        },
    )  # fmt: skip


def _verdict(one: TableFound) -> str:
    if one.error and "seed" in one.search.to_dict():
        return tr("drawn by chance: {truth} is better", truth=" ".join(one.truth))
    if one.error:
        return tr("search error: {truth} is better", truth=" ".join(one.truth))
    return tr("the best, proved") if one.proved else tr("the best")


def _outputs(model: TableModel, found: dict[str, TableFound]) -> None:
    outputs = model.outputs()
    finders: dict[tuple[str, ...], list[str]] = {}
    for name, one in found.items():
        finders.setdefault(one.tokens, []).append(name)
    rows = [
        {
            "output": " ".join(one.tokens), "probability": exp(one.logp), "Σ log p": one.logp,
            "mean log p": one.logp / len(one.tokens), "tokens": len(one.tokens), "found by": ", ".join(finders.get(one.tokens, [])),
        }
        for one in outputs
    ]  # fmt: skip
    with st.expander(
        tr("All {count} outputs, the most probable first", count=len(outputs)), icon=":material/list:", expanded=True
    ):
        figures = {
            name: st.column_config.NumberColumn(format="%.4f") for name in ("probability", "Σ log p", "mean log p")
        }
        data_table(
            pd.DataFrame(rows), hide_index=True, column_config=figures, key="all outputs",
            height="content" if len(rows) < 9 else 320,
        )  # fmt: skip


page()
