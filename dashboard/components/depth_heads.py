"""Head by head: how widely each spreads its weights, and what happens when it is switched off."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.depth import head_height, head_values
from core.language import mark, tr
from core.recording.matrix import Site
from core.runs.beam_sizes import sentences
from core.runs.head_importance import OWN, REFERENCE, HeadEffects, one_by_one, over_sentences
from core.runs.rolled import HeadSpread, recorded, spreads
from core.runs.slices import Slices
from dashboard import kept, resources, state
from dashboard.components.data_table import data_table
from dashboard.components.depth_survey import survey
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.model_bar import Chosen
from dashboard.components.panel import guarded

_TARGET = "followed"  # the choice whose log-probability is followed


@guarded(mark("The heads of this sentence"))
def head_by_head(chosen: Chosen) -> None:
    """Entropy and importance of every head, for one sentence."""
    known = chosen.model.item(chosen.source)[1].gold is not None
    followed = st.segmented_control(
        tr("Follow log p of"), (REFERENCE, OWN) if known else (OWN,), format_func=tr, default=REFERENCE if known else OWN, key=_TARGET, bind="query-params",
        required=True, help=tr("whose Σ log p is measured while a head is off; nobody knows a reference for some sources"),
    )  # fmt: skip
    spread = spreads(recorded(chosen.model, chosen.source))
    effects = one_by_one(chosen.model, chosen.source, followed)
    st.markdown(_said(effects, followed))
    left, right = st.columns(2)
    with left:
        spread_figure(spread)
    with right:
        _effect_figure(effects, "falls", tr("Off: fall of Σ log p, nats (≠ output changes)"))
    _table(spread, effects)


def heads_over_sentences(chosen: Chosen) -> None:
    """The same over held-out sentences, behind a button."""
    followed = state.get(_TARGET) or REFERENCE
    survey(
        "heads", tr("switch every head off in turn"), chosen,
        lambda n: _found(chosen.model.run.address, chosen.model.model_hash, n, followed), _effects, option=followed,
    )  # fmt: skip


@kept.of_run(says=False, show_spinner=False, max_entries=32)
def _found(address: str, model_hash: str, n: int, followed: str) -> Slices[HeadEffects]:
    trained = resources.model(address)
    return Slices(over_sentences(trained, sentences(trained, n), followed))


def _said(effects: HeadEffects, followed: str) -> str:
    most = int(effects.fall.argmax())
    site, head = effects.heads[most]
    idle = int((~effects.changed[0]).sum())
    return tr(
        "Off alone, the head that {followed} needs most is **{label}, head {head}**: Σ log p falls by "
        "**{fall:.3f} nats**. {idle} of {count} heads can be off alone and the greedy output "
        "stays the same; another head may do the work of one that is off.",
        followed=followed,
        label=site.said,
        head=head + 1,
        fall=effects.fall[most],
        idle=idle,
        count=len(effects.heads),
    )


def spread_figure(spread: Sequence[HeadSpread]) -> None:
    """Entropy of every head."""
    at = [(one.site, one.head) for one in spread]
    shares = [one.share for one in spread]
    texts = ["none" if np.isnan(share) else f"{share:.0%}" for share in shares]
    _figure(at, shares, texts, tr("Entropy, share of log of the keys allowed"), "depth entropy", 1.0)
    without = sum(one.without for one in spread)
    if without:
        st.caption(
            tr(
                "{without} rows do not sum to one, or are negative somewhere: no distribution, so no entropy.",
                without=without,
            )
        )


def _effect_figure(effects: HeadEffects, key: str, title: str) -> None:
    many = effects.done > 1
    texts = [
        _fall(fall) + (f" · ≠ {change:.0%}" if many and change else " ≠" if change else "")
        for fall, change in zip(effects.fall, effects.change)
    ]
    _figure(effects.heads, effects.fall, texts, title, f"depth {key}", None)


def _fall(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if abs(value) >= 0.005 else "0"


def _figure(
    at: Sequence[tuple[Site, int]], values: Sequence[float], texts: Sequence[str], title: str, key: str,
    high: float | None,
) -> None:  # fmt: skip
    sites = list(dict.fromkeys(site for site, _ in at))
    heads = 1 + max(head for _, head in at)
    grid, words = np.full((len(sites), heads), np.nan), [[""] * heads for _ in sites]
    for (site, head), value, text in zip(at, values, texts):
        grid[sites.index(site), head] = value
        words[sites.index(site)][head] = text
    figure = head_values([site.said for site in sites], grid, words, mode(), title=title, high=high)
    live_figure(figure, key=key, height=head_height(len(sites)), alt=title)


def _table(spread: Sequence[HeadSpread], effects: HeadEffects) -> None:
    rows = [
        {
            "attention": one.site.said, "head": one.head + 1, "entropy (nats)": one.nats, "share": one.share,
            "rows without": one.without, "fall of Σ log p (nats)": fall, "greedy output changes": bool(changed),
        }
        for one, fall, changed in zip(spread, effects.fall, effects.changed[0])
    ]  # fmt: skip
    numbers: dict[str, object] = {
        "entropy (nats)": st.column_config.NumberColumn(format="%.3f", help=tr("mean over rows, −Σ w log w")),
        "share": st.column_config.NumberColumn(
            format="percent", help=tr("mean over rows of entropy / log of the keys that the query may look at")
        ),
        "rows without": st.column_config.NumberColumn(help=tr("rows whose weights are no distribution")),
        "fall of Σ log p (nats)": st.column_config.NumberColumn(format="%.4f", help=tr("above 0: the head was needed")),
    }
    with st.expander(tr("All heads as a table"), icon=":material/table:"):
        data_table(pd.DataFrame(rows), hide_index=True, column_config=numbers, key="depth heads table")


def _effects(effects: HeadEffects) -> None:
    """What a survey has found so far."""
    st.markdown(
        tr(
            "Mean over **{done}** held-out sentences; in the cells the fall of Σ log p and the share of greedy outputs "
            "that change.",
            done=effects.done,
        )
    )
    _effect_figure(effects, "survey", tr("Off: mean fall of Σ log p, nats (≠ outputs that change)"))
    rows = [
        {
            "attention": site.said, "head": head + 1, "mean fall (nats)": fall, "± standard error": error,
            "outputs changed": change,
        }
        for (site, head), fall, error, change in zip(effects.heads, effects.fall, effects.error, effects.change)
    ]  # fmt: skip
    numbers = {
        "mean fall (nats)": st.column_config.NumberColumn(format="%.3f"),
        "± standard error": st.column_config.NumberColumn(format="%.3f"),
        "outputs changed": st.column_config.NumberColumn(format="percent"),
    }
    frame = pd.DataFrame(rows).sort_values("mean fall (nats)", ascending=False)
    data_table(frame, hide_index=True, column_config=numbers, key="depth survey table")
