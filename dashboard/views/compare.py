"""Compare: greedy, beam and sampling on one source, side by side."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.search import AbstractSearch
from core.errors import AttentionLabError
from core.figures.comparison import score_bars
from core.runs.catalog import SEARCHES
from core.runs.comparison import Compared, compare
from core.settings import declarations
from dashboard.components.downloads import tree_download
from dashboard.components.heading import heading
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.model_bar import Chosen, model_bar
from dashboard.components.panel import panel
from dashboard.components.search_form import search_form
from dashboard.components.tree import tree
from dashboard.components.tree_columns import tree_columns

START = {"sampling": {"draws": 4}}  # one draw says little beside a beam
STOPS = {
    "all_ended": "every path ended",
    "bound": "nothing left could win",
    "k_finished": "as many finished as the beam is wide",
    "top_finished": "the best candidate ended",
    "max_len": "at the length limit",
}


def signed(value: float) -> str:
    """Four digits that count, and no minus before zero."""
    return f"{value:.4g}" if abs(value) >= 5e-5 else f"{value:.1e}"


def page() -> None:
    """Choose, search, draw."""
    heading(
        "Compare",
        "Three ways through the same probabilities. Σ log p is the model's own; the ranking score is what was compared.",
    )
    chosen = model_bar()
    if chosen is not None:
        _panel(chosen)


@panel("The comparison")
def _panel(chosen: Chosen) -> None:
    reference = chosen.model.reference(chosen.source)
    if reference is not None:
        st.markdown(f"Reference: `{chosen.model.config.task.join_target(reference)}`")
    places = {name: column.container(border=True) for name, column in zip(SEARCHES, st.columns(len(SEARCHES)))}
    searches = {name: search for name, place in places.items() if (search := _search(name, place)) is not None}
    found = dict(zip(searches, compare(chosen.model, chosen.source, list(searches.values()))))
    for name, one in found.items():
        with places[name]:
            _card(one)
    if found:
        _below(chosen, found)


def _search(name: str, place: DeltaGenerator) -> AbstractSearch | None:
    """The settings of one search behind a button; what cannot be is said in its column."""
    with place:
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(f"##### {name.capitalize()}", help=SEARCHES[name].summary)
        try:
            if not declarations(SEARCHES[name]):
                return SEARCHES[name]()
            with right.popover("Settings", icon=":material/tune:", width="stretch"):
                return search_form(name, key=f"compare {name}", columns=2, start=START.get(name))
        except AttentionLabError as error:
            st.warning(str(error), icon=":material/tune:")
    return None


def _card(one: Compared) -> None:
    best = one.outcomes[0]
    settings = " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in one.search.to_dict().items())
    st.caption(settings or "no settings")
    st.code(best.output or "(empty)", language=None, wrap_lines=True)
    worth = (
        "no reference to compare with"
        if best.bleu is None
        else (f"BLEU **{best.bleu:.1f}** · {'exactly the reference' if best.exact else 'not the reference'}")
    )
    st.markdown(
        f"Σ log p **{signed(best.logp)}**  \nranking score **{signed(best.rank_score)}** ({best.parts})  \n{worth}  \n"
        f"{one.steps} steps · {1000 * one.seconds:.0f} ms · stopped: {STOPS.get(one.stop_reason, one.stop_reason)}"
        + ("" if best.ended else "  \n:material/content_cut: cut at the length limit")
    )
    if len(one.outcomes) > 1:
        rows = [
            {"output": o.output, "Σ log p": o.logp, "score": o.rank_score, "exact": o.exact, "BLEU": o.bleu}
            for o in one.outcomes
        ]
        numbers = {name: st.column_config.NumberColumn(format="%.4g") for name in ("Σ log p", "score", "BLEU")}
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, height=180, column_config=numbers, key=f"outcomes {one.search.name}"
        )


def _below(chosen: Chosen, found: dict[str, Compared]) -> None:
    """The trees, and the scores of the best outputs as bars."""
    tabs = st.tabs([*(f"Tree · {name}" for name in found), "Scores"])
    for tab, one in zip(tabs, found.values()):
        with tab:
            tree(tree_columns(one.tree), key=f"tree {one.search.name}")
            tree_download(chosen, one.search, one.tree, key=f"download {one.search.name}")
    best = {name: one.outcomes[0] for name, one in found.items()}
    with tabs[-1]:
        figure = score_bars(list(best), [o.logp for o in best.values()], [o.rank_score for o in best.values()], mode())
        live_figure(
            figure,
            key="scores",
            height=280,
            alt="; ".join(
                f"{name}: Σ log p {o.logp:.3f}, ranking score {o.rank_score:.3f}" for name, o in best.items()
            ),
        )


page()
