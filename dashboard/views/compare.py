"""Compare: up to six searches on one source, side by side, every score taken apart, and whose mistake it is."""

import streamlit as st

from core.language import mark, tr
from core.replay.searches import labels
from core.runs.comparison import Compared, Yardstick, judged, score_rows
from dashboard.components.comparing import compared, measured
from dashboard.components.downloads import tree_download
from dashboard.components.heading import heading
from dashboard.components.hypotheses_table import hypotheses_table
from dashboard.components.model_bar import STEPPED, Chosen, model_bar
from dashboard.components.panel import panel
from dashboard.components.score_table import score_table
from dashboard.components.search_bench import search_bench
from dashboard.components.search_card import search_card
from dashboard.components.tree import tree
from dashboard.components.tree_columns import tree_columns
from dashboard.components.verdicts import yardstick


def page() -> None:
    """Choose, search, judge, draw."""
    heading(
        "Compare",
        tr(
            "Several ways through the same probabilities. Σ log p is the model's own; a ranking score is what was compared."
        ),
    )
    chosen = model_bar(STEPPED)
    if chosen is not None:
        _panel(chosen)


@panel(mark("The comparison"))
def _panel(chosen: Chosen) -> None:
    above = st.container(gap="xsmall")
    cards = [card for card in search_bench() if card.search is not None]
    found = [compared(chosen, card.search) for card in cards]
    if not found:
        return
    by = [measured(chosen, one.search) for one in found]
    with above:
        _measures(chosen, found, by)
    rows = score_rows(found)
    judgements = [judged(one, measure) for one, measure in zip(found, by)]
    for at, (card, one) in enumerate(zip(cards, found)):
        with card.place:
            own = [row for row in rows if row["search"] == at]
            search_card(chosen, one, judgements[at], by[at], own, key=str(card.number))
    names = labels([one.search for one in found])
    *trees, scores, everything = st.tabs(
        [*(tr("Tree · {name}", name=name) for name in names), tr("Scores"), tr("All hypotheses")],
        key="compare tab",
        on_change="rerun",
    )
    for tab, one, name in zip(trees, found, names):
        if tab.open:
            with tab:
                _tree(chosen, one, name)
    with scores:
        score_table(names, found, rows)
    with everything:
        hypotheses_table(names, rows, judgements)


def _measures(chosen: Chosen, found: list[Compared], by: list[Yardstick]) -> None:
    """The yardstick; one for each length limit where the searches have several."""
    reference = chosen.model.reference(chosen.source)
    text = None if reference is None else chosen.model.config.task.join_target(reference)
    limits = {one.search.max_length: measure for one, measure in zip(found, by)}
    for longest, measure in sorted(limits.items(), reverse=True):
        within = tr(" within {longest:,} tokens", longest=longest) if len(limits) > 1 else ""
        yardstick(measure, found, text, within=within)
        text = None  # said once


def _tree(chosen: Chosen, one: Compared, name: str) -> None:
    tree(
        tree_columns(one.tree),
        key=f"tree {name}",
        weighed=[step["candidates"] for step in one.tree.steps],
        caption=f"{chosen.model.run.address} · {name} · {chosen.source}",
    )
    tree_download(chosen, one.search, one.tree, key=f"download {name}")


page()
