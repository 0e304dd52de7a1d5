"""Intervene: switch heads off, set where one head looks, and see what the same search makes of it."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import DecodingTree
from core.errors import InputError
from core.recording.edit import Edit
from core.runs.intervention import Intervention, Output, check, heads, intervene
from dashboard import state
from dashboard.components.heading import heading
from dashboard.components.model_bar import STEPPED, Chosen, model_bar
from dashboard.components.outputs import Shown, outputs
from dashboard.components.panel import panel
from dashboard.components.row_editor import History, Path, begun, row_editor
from dashboard.components.search_form import search_menu
from dashboard.components.tree import tree
from dashboard.components.tree_columns import tree_columns

EDITS = "edits"  # in the address
WRITTEN, LAST = "edits written", "edits last"  # in the session: what this page put there, and of which model


def page() -> None:
    """Choose, edit, decode again, draw."""
    heading("Intervene", "Switch heads off, move attention by hand, decode again. Undo has no limit.")
    chosen = model_bar(STEPPED)
    if chosen is not None:
        _panel(chosen)


@panel("The intervention")
def _panel(chosen: Chosen) -> None:
    search = search_menu(key="search")
    key = f"intervene {chosen.model.run.address} {chosen.model.step} {chosen.source}"
    history = _history(chosen, key)
    found = intervene(chosen.model, chosen.source, search, [Edit.from_dict(edit) for edit in history["edits"]])
    _keep(chosen, key, history)
    row_editor(
        [(site.name, "cross" if site.kind == "cross" else f"{site.stack} self", site.layer + 1, count)
         for site, count in heads(chosen.model, chosen.source)],
        found.before.header["source_tokens"], _path(found.before, found.old), _path(found.after, found.new),
        history=history, key=key, unreached=[edit.to_dict() for edit in found.unreached],
    )  # fmt: skip
    _beside(found)
    _shifts(found)
    _take_along(chosen, search, found)


def _history(chosen: Chosen, key: str) -> History:
    """The edits in force: the browser's, else those of an earlier visit, else of the link, else heads still off."""
    own = (state.get(key) or {}).get("history") or state.get(f"kept {key}")
    if own:
        return own
    asked = st.query_params.get(EDITS)
    if asked is not None and asked != state.get(WRITTEN):
        return begun(_linked(chosen, asked))
    address, last = state.get(LAST, ("", []))
    return begun([edit for edit in last if "row" not in edit] if address == chosen.model.run.address else [])


def _linked(chosen: Chosen, asked: str) -> list[dict[str, Any]]:
    """The edits that the address asks for; none where they cannot be, which is said."""
    try:
        said = json.loads(asked)
        if not isinstance(said, list):
            raise InputError("they are no list")
        edits = [Edit.from_dict(one) for one in said]
        check(chosen.model, chosen.source, edits)
    except InputError as error:
        problem = str(error)
    except (ValueError, RecursionError):
        problem = "they are no JSON"
    else:
        return [edit.to_dict() for edit in edits]
    st.warning(f"The edits in the address cannot be made, so nothing is edited: {problem}.", icon=":material/link_off:")
    return []


def _keep(chosen: Chosen, key: str, history: History) -> None:
    """Past this page in the session, and past the session in the address."""
    state.put(f"kept {key}", history)
    state.put(LAST, (chosen.model.run.address, history["edits"]))
    text = json.dumps(history["edits"], separators=(",", ":")) if history["edits"] else None
    state.put(WRITTEN, text)
    if text is None:
        st.query_params.pop(EDITS, None)
    elif st.query_params.get(EDITS) != text:
        st.query_params[EDITS] = text


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
        "The best paths are equal." if found.parted is None else f"The best paths part at step {found.parted}."
    )  # fmt: skip
    st.markdown(f"**What changed** · {parted}" if found.edits else "**What changed** · nothing yet: no edits.")
    outputs([_shown("Before", found.old), _shown("After", found.new)], key="intervene outputs")
    for column, name, decoded in zip(st.columns(2), ("before", "after"), (found.before, found.after)):
        with column:
            tree(tree_columns(decoded), key=f"intervene tree {name}")


def _shown(title: str, output: Output) -> Shown:
    scores = f"Σ log p {_nats(output.logp_before)} without the edits, {_nats(output.logp_after)} with them"
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
        help="how far the whole distribution of the next token moved: Kullback–Leibler, before from after",
    )
    st.markdown("**Step by step along the path from before**")
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=numbers, key="intervene shifts")


def _take_along(chosen: Chosen, search: AbstractSearch, found: Intervention) -> None:
    own = type(search)().to_dict()
    changed = ", ".join(f"{name}={value!r}" for name, value in search.to_dict().items() if value != own[name])
    edits = ", ".join(f"core.{edit!r}" for edit in found.edits)
    with st.expander("Take away", icon=":material/download:"):
        for column, name, decoded in zip(st.columns(2), ("before", "after"), (found.before, found.after)):
            column.download_button(
                f"Tree {name} .json", decoded.to_json, f"tree-{name}.json", on_click="ignore", key=f"download {name}",
                width="stretch",
            )  # fmt: skip
        st.code(
            "import core\nfrom core.runs.intervention import intervene\n\n"
            f"model = core.load({chosen.model.run.address!r})\n"
            f"edits = [{edits}]\n"
            f"found = intervene(model, {chosen.source!r}, core.{type(search).__name__}({changed}), edits)",
            "python",
        )


page()
