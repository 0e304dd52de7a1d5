"""How well heads agree with gold links: all of them in numbers, and one of them over one sentence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.word_alignment import error_grid, grid_height, linked_map, map_height
from core.language import tr, tr_count
from core.metrics.word_alignment import agreement, fertility, unlinked
from core.runs.gold_alignment import Extraction, HeadAgreement, LinkedMaps, LinkedSet, best_of, diagonal_agreement
from dashboard.components.data_table import data_table
from dashboard.components.literal import code, literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_LONGEST = 60  # words a side of a map that is drawn


def head_errors(agreements: Sequence[HeadAgreement], found: LinkedSet) -> None:
    """AER of every head, in a grid and a table."""
    best = best_of(agreements)
    means = min((one for one in agreements if one.head is None), key=lambda one: one.links.error_rate)
    along = diagonal_agreement([one.pair for one in found.pairs]).error_rate
    st.markdown(
        tr(
            "Over **{count}** the best head is **{named}: AER {error_rate:.3f}**; the "
            "best mean over the heads of a layer has {error_rate2:.3f}, links along the diagonal {along:.3f}.",
            count=_count(len(found.pairs)),
            named=_named(best),
            error_rate=best.links.error_rate,
            error_rate2=means.links.error_rate,
            along=along,
        )
    )
    sites = list(found.sites)
    widest = max(one.shape[0] for one in found.pairs[0].maps)
    errors = np.full((len(sites), widest + 1), np.nan)
    for one in agreements:
        errors[sites.index(one.site), widest if one.head is None else one.head] = one.links.error_rate
    figure = error_grid([site.said for site in sites], errors, (sites.index(best.site), best.head or 0), mode())
    live_figure(figure, key="gold grid", height=grid_height(len(sites)), alt=tr("best: {named}", named=_named(best)))
    rows = [
        {
            "attention": one.site.said, "head": tr("mean") if one.head is None else str(one.head + 1),
            "AER": one.links.error_rate, "precision": one.links.precision, "recall": one.links.recall, "F": one.links.f,
            "mass AER": one.mass.error_rate,
        }
        for one in agreements
    ]  # fmt: skip
    numbers = {
        name: st.column_config.NumberColumn(format="%.3f") for name in ("AER", "precision", "recall", "F", "mass AER")
    }
    with st.expander(tr("All heads as a table"), icon=":material/table:"):
        data_table(pd.DataFrame(rows), hide_index=True, column_config=numbers, key="gold table")


def one_sentence(agreements: Sequence[HeadAgreement], found: LinkedSet, extract: Extraction) -> None:
    """Gold links over the map of a head that is chosen, the best one at first."""
    left, right = st.columns([2, 3])
    with left:
        best = agreements.index(best_of(agreements))
        head = agreements[st.selectbox(
            tr("Head"), range(len(agreements)), index=best, format_func=lambda at: _entry(agreements[at]),
            key=f"gold head {best} {len(agreements)}",
        )]  # fmt: skip
    with right:
        place = st.selectbox(
            tr("Sentence"), range(len(found.pairs)), key=f"gold sentence {found.total}",
            format_func=lambda at: f"{found.pairs[at].pair.number}: {' '.join(found.pairs[at].pair.source)[:70]}",
        )  # fmt: skip
    one = found.pairs[min(place or 0, len(found.pairs) - 1)]
    weights = one.weights(found.sites.index(head.site), head.head)
    links, gold = extract(weights), one.pair.links
    here = agreement(links, gold)
    counts = fertility(gold.possible, len(one.pair.source))
    st.markdown(
        tr(
            "This sentence: **AER {error_rate:.3f}**, {found:.0f} links found, {found_sure:.0f} of "
            "{sure:.0f} sure ones among them. ", error_rate=here.error_rate,
            found=here.found, found_sure=here.found_sure, sure=here.sure)
        + _nulls(one, counts)
    )  # fmt: skip
    if one.unknown:
        st.caption(tr(
            ":material/help: fed as <unk>, the model does not know them: {list}",
            list=literal("  ".join(one.unknown[:12]))))  # fmt: skip
    if max(weights.shape) > _LONGEST:
        st.info(tr("Sentences of more than {longest} words are not drawn; their numbers are above.", longest=_LONGEST))
        return
    figure = linked_map(weights, one.pair.source, one.pair.target, gold, links, counts, mode())
    live_figure(figure, key="gold map", height=map_height(len(one.pair.target)), alt=f"AER {here.error_rate:.3f}")
    st.caption(tr(
        "Rows are target words, columns source words, the bluer the heavier; a row is the attention that predicts its word. Bars "
        "are fertility: how many target words a source word is linked to by hand, ∅ none. The row and column of <end> are left "
        "out, so a row may sum to less than one."
    ))  # fmt: skip


def _nulls(one: LinkedMaps, counts: Sequence[int]) -> str:
    source = [one.pair.source[at] for at, count in enumerate(counts) if not count]
    target = [one.pair.target[at] for at in unlinked(one.pair.links.possible, len(one.pair.target))]
    if not source and not target:
        return tr("Every word has a gold link.")
    left, right = code(" ".join(source)), code(" ".join(target))
    if source and target:
        return tr("Without a gold link (∅): source {source}; target {target}.", source=left, target=right)
    if source:
        return tr("Without a gold link (∅): source {source}.", source=left)
    return tr("Without a gold link (∅): target {target}.", target=right)


def _count(pairs: int) -> str:
    return tr_count(pairs, "1 sentence pair", "{n:,} sentence pairs")


def _named(one: HeadAgreement) -> str:
    return f"{one.site.said}, {tr('mean of heads') if one.head is None else tr('head {n}', n=one.head + 1)}"


def _entry(one: HeadAgreement) -> str:
    return tr("{named} · AER {error_rate:.3f}", named=_named(one), error_rate=one.links.error_rate)
