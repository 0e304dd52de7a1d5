"""Compare: greedy, beam and sampling on one source, side by side."""

import pandas as pd
import streamlit as st

from core.decoding.search import AbstractSearch
from core.errors import AttentionLabError
from core.figures.comparison import score_bars
from core.runs.catalog import SEARCHES
from core.runs.comparison import Compared, compare
from dashboard.components.downloads import tree_download
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.model_bar import Chosen, model_bar
from dashboard.components.panel import panel
from dashboard.components.search_form import search_form
from dashboard.components.tree import tree
from dashboard.components.tree_columns import tree_columns


def page() -> None:
    """Choose, search, draw."""
    st.title("Compare")
    st.caption("Three ways through the same probabilities. Σ log p is the model's own; the ranking score is what was compared.")
    chosen = model_bar()
    if chosen is not None:
        _panel(chosen)


@panel("The comparison")
def _panel(chosen: Chosen) -> None:
    searches = _searches()
    if not searches:
        return
    reference = chosen.model.reference(chosen.source)
    if reference is not None:
        st.markdown(f"**Reference**: `{chosen.model.config.task.join_target(reference)}`")
    found = compare(chosen.model, chosen.source, searches)
    for column, one in zip(st.columns(len(found)), found):
        with column:
            _card(one)
    names = [one.search.name for one in found]
    best = [one.outcomes[0] for one in found]
    live_figure(score_bars(names, [o.logp for o in best], [o.rank_score for o in best], mode()), key="scores", height=280,
                alt="; ".join(f"{name}: Σ log p {o.logp:.3f}, ranking score {o.rank_score:.3f}" for name, o in zip(names, best)))
    for column, one in zip(st.tabs([f"Tree · {name}" for name in names]), found):
        with column:
            _tree(chosen, one)


def _searches() -> list[AbstractSearch]:
    """The settings of the three, each in its column; what cannot be is said in its column."""
    found = []
    for column, name in zip(st.columns(len(SEARCHES)), SEARCHES):
        with column, st.container(border=True):
            st.markdown(f"**{name.capitalize()}** · {SEARCHES[name].summary}")
            try:
                found.append(search_form(name, key=f"compare {name}", columns=2))
            except AttentionLabError as error:
                st.warning(str(error), icon=":material/tune:")
    return found


def _card(one: Compared) -> None:
    best = one.outcomes[0]
    st.markdown(f"##### {one.search.name.capitalize()}")
    st.code(best.output or "(empty)", language=None, wrap_lines=True)
    left, right = st.columns(2)
    left.metric("Σ log p", f"{best.logp:.3f}", help="sum of natural log-probabilities, the model's own")
    right.metric("Ranking score", f"{best.rank_score:.3f}", help=best.parts)
    left.metric("BLEU", "–" if best.bleu is None else f"{best.bleu:.1f}", help="sentence BLEU against the reference, 0…100")
    right.metric("Exact", "–" if best.exact is None else "yes" if best.exact else "no")
    st.caption(f"{best.parts} · {one.steps} steps · {1000 * one.seconds:.0f} ms · stopped: {one.stop_reason}"
               + ("" if best.ended else " · cut at the length limit"))
    if len(one.outcomes) > 1:
        rows = [{"output": o.output, "Σ log p": o.logp, "score": o.rank_score, "exact": o.exact, "BLEU": o.bleu} for o in one.outcomes]
        st.dataframe(pd.DataFrame(rows), hide_index=True, height=180,
                     column_config={name: st.column_config.NumberColumn(format="%.3f") for name in ("Σ log p", "score")})


def _tree(chosen: Chosen, one: Compared) -> None:
    tree(tree_columns(one.tree), key=f"tree {one.search.name}")
    tree_download(chosen, one.search, one.tree, key=f"download {one.search.name}")


page()
