"""Intervene: switch heads off, set where one head looks, and see what the same search makes of it."""

from typing import Any

import pandas as pd
import streamlit as st

from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import DecodingTree
from core.language import mark, tr
from core.recording.edit import Edit
from core.replay.searches import write_searches
from core.runs.intervention import Intervention, Output, heads, intervene
from dashboard import links
from dashboard.components.data_table import data_table
from dashboard.components.downloads import chosen_download, take_away, tree_files
from dashboard.components.edit_address import (
    edits_key,
    edits_text,
    keep_history,
    linked_search,
    opened_search,
    wanted_history,
)
from dashboard.components.heading import heading
from dashboard.components.model_bar import STEPPED, Chosen, model_bar
from dashboard.components.outputs import Shown, outputs
from dashboard.components.panel import panel
from dashboard.components.row_editor import Path, row_editor
from dashboard.components.search_form import search_menu
from dashboard.components.tree import tree
from dashboard.components.tree_columns import tree_columns


def page() -> None:
    """Choose, edit, decode again, draw."""
    heading("Intervene", tr("Switch heads off, move attention by hand, decode again. Undo has no limit."))
    chosen = model_bar(STEPPED)
    if chosen is not None:
        _panel(chosen)


@panel(mark("The intervention"))
def _panel(chosen: Chosen) -> None:
    start, anew = opened_search()
    search, key = search_menu(key=links.SEARCH, anew=anew, start=start or linked_search()), edits_key(chosen)
    links.say(settings=write_searches([search]))
    history = wanted_history(chosen, key)
    found = intervene(chosen.model, chosen.source, search, [Edit.from_dict(edit) for edit in history["edits"]])
    keep_history(chosen, history)
    row_editor(
        [(site.name, "cross" if site.kind == "cross" else f"{site.stack} self", site.layer + 1, count)
         for site, count in heads(chosen.model, chosen.source)],
        found.before.header["source_tokens"], _path(found.before, found.old), _path(found.after, found.new),
        history=history, key=key, unreached=[edit.to_dict() for edit in found.unreached],
    )  # fmt: skip
    _beside(found)
    _shifts(found)
    _take_along(chosen, search, found, edits_text(history))


def _path(decoded: DecodingTree, output: Output) -> Path:
    nodes = decoded.walk(output.numbers)[1:]
    found = {site: [decoded.rows(site, node) for node in nodes] for site in decoded.attention}
    rows = {
        site: [[row[head] for row in own] for head in range(own[0].shape[0])] if own else []
        for site, own in found.items()
    }
    return Path(tokens=list(output.tokens), rows=rows)


def _beside(found: Intervention) -> None:
    """Both outputs with what differs marked, and below each its tree."""
    parted = (
        tr("The best paths are equal.") if found.parted is None else tr("The best paths part at step {parted}.", parted=found.parted)
    )  # fmt: skip
    st.markdown(
        tr("**What changed** · {parted}", parted=parted)
        if found.edits
        else tr("**What changed** · nothing yet: no edits.")
    )
    outputs([_shown(tr("Before"), found.old), _shown(tr("After"), found.new)], key="intervene outputs")
    for column, name, decoded in zip(st.columns(2), ("before", "after"), (found.before, found.after)):
        with column:
            tree(tree_columns(decoded), key=f"intervene tree {name}")


def _shown(title: str, output: Output) -> Shown:
    scores = tr(
        "Σ log p {nats} without the edits, {nats2} with them",
        nats=_nats(output.logp_before),
        nats2=_nats(output.logp_after),
    )
    return Shown(title=title, tokens=output.tokens, changed=output.changed, lines=[scores])


def _nats(value: float) -> str:
    return f"{value:.4f}".replace("-", "−") if abs(value) >= 5e-5 else "0.0000"


def _shifts(found: Intervention) -> None:
    """A line per step of the old best path."""
    rows = [
        {
            "step": one.step, "token": one.token, "p before": one.p_before, "p after": one.p_after,
            "rank before": one.rank_before, "rank after": one.rank_after, "most probable after": one.favorite,
            "KL (nats)": one.divergence,
        }
        for one in found.shifts
    ]  # fmt: skip
    numbers: dict[str, Any] = {name: st.column_config.NumberColumn(format="%.4f") for name in ("p before", "p after")}
    numbers["KL (nats)"] = st.column_config.NumberColumn(
        format="%.4f",
        help=tr("how far the whole distribution of the next token moved: Kullback–Leibler, before from after"),
    )
    st.markdown(tr("**Step by step along the path from before**"))
    data_table(pd.DataFrame(rows), hide_index=True, column_config=numbers, key="intervene shifts")


def _take_along(chosen: Chosen, search: AbstractSearch, found: Intervention, edited: str | None) -> None:
    """Both trees in every form, and the Python that makes them."""
    own = type(search)().to_dict()
    changed = ", ".join(f"{name}={value!r}" for name, value in search.to_dict().items() if value != own[name])
    edits = ", ".join(f"core.{edit!r}" for edit in found.edits)

    def draw() -> None:
        query = {links.RUN: chosen.model.run.address, links.SOURCE: chosen.source, links.SEARCH: search.name}
        query |= {links.EDITS: edited} if edited else {}
        trees = {tr("tree before"): found.before, tr("tree after"): found.after}
        taken = {
            what: (what.replace(" ", "-"), tree_files(decoded.parts, query, chosen.model.config.seed, "intervene"))
            for what, decoded in trees.items()
        }
        chosen_download(taken, key="intervene take")
        st.code(
            "import core\nfrom core.runs.intervention import intervene\n\n"
            f"model = core.load({chosen.model.run.address!r})\n"
            f"edits = [{edits}]\n"
            f"found = intervene(model, {chosen.source!r}, core.{type(search).__name__}({changed}), edits)",
            "python",
        )

    take_away(draw, key="intervene")


page()
