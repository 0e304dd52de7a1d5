"""Decoder: token by token; see candidates, attention and the tree; force, go back, branch."""

from typing import Any

import streamlit as st

from core.decoding.stepper import Stepper
from core.decoding.tree import DecodingTree
from core.errors import InputError
from dashboard import resources, state
from dashboard.components.downloads import tree_download
from dashboard.components.heading import heading
from dashboard.components.model_bar import Chosen, model_bar
from dashboard.components.panel import panel
from dashboard.components.search_form import search_menu
from dashboard.components.stepper import StepperData, stepper
from dashboard.components.tree_columns import candidates, tree_columns

MEAN = "mean over heads"


def page() -> None:
    """Choose, step, draw."""
    heading(
        "Decoder", "One token at a time: what may come next, where the decoder looks, and every branch you have tried."
    )
    chosen = model_bar()
    if chosen is not None:
        _panel(chosen)


@panel("The decoder")
def _panel(chosen: Chosen) -> None:
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        search = search_menu(key="search")
    key = f"stepper {chosen.model.run.address} {chosen.model.step} {chosen.source} {search}"
    walk = resources.stepper(chosen.model.run.address, chosen.model.step, chosen.source, search)
    answer, position = _force(chosen, walk, key)
    last = walk.finish()
    tree = walk.tree(chosen.model.vocabularies[1].tokens, chosen.model.header(chosen.source, search, last))
    with right:
        site, head = _looks(tree)
    tokens = last.best.tokens()
    path = tree.walk(tokens)
    data = StepperData(
        source=tree.header["source_tokens"], nodes=tree_columns(tree), candidates=candidates(tree),
        rows=_rows(tree, site, head), path=path, position=position, answer=answer, notes=None,
    )  # fmt: skip
    stepper(data, key=key)
    tree_download(chosen, search, tree, key="tree")


def _force(chosen: Chosen, walk: Stepper, key: str) -> tuple[Any, int]:
    """Walk where the browser asked to go; what to answer, and at which step to stand."""
    asked = (state.get(key) or {}).get("force")
    if not asked:
        return None, 0
    answer = {"nonce": asked["nonce"], "message": None}
    prefix = [int(token) for token in asked["prefix"]]
    try:
        token = asked["token"] if asked["token"] is not None else chosen.model.token(str(asked["text"]))
        walk.go([*prefix, int(token)])
    except InputError as error:
        walk.go(prefix)
        return {**answer, "message": str(error)}, len(prefix)
    return answer, len(prefix) + 1


def _looks(tree: DecodingTree) -> tuple[str, int | None]:
    """Which cross-attention the curves show: layer, and a head or the mean."""
    sites = list(tree.attention)
    layer, head = st.columns(2)
    with layer:
        site = st.selectbox(
            "Cross-attention of",
            sites,
            index=len(sites) - 1,
            key="site",
            format_func=_layer_name,
            help="the decoder layer whose look at the source is drawn",
        )
    heads = tree.attention[site].shape[1]
    with head:
        options = [MEAN, *(f"head {at + 1}" for at in range(heads))] if heads > 1 else [MEAN]
        chosen = st.selectbox("Head", options, key="head", help="the mean hides what single heads do")
    return site, None if chosen == MEAN else int(chosen.split()[1]) - 1


def _layer_name(site: str) -> str:
    digits = [part for part in site.split(".") if part.isdigit()]
    return f"layer {int(digits[0]) + 1}" if digits else "the decoder"


def _rows(tree: DecodingTree, site: str, head: int | None) -> dict[int, Any]:
    found = {}
    for node, status in zip(tree.nodes["id"], tree.nodes["status"]):
        row = tree.rows(site, node)
        if row is not None and not status.startswith("pruned"):
            found[node] = row.mean(axis=0) if head is None else row[head]
    return found


page()
