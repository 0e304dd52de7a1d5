"""Gold alignments: how well every head's cross-attention agrees with links between words that are known."""

from functools import partial

import streamlit as st

from core.errors import AttentionLabError
from core.language import tr
from core.metrics.link_extraction import EXTRACTIONS, THRESHOLD, above, extraction_name
from core.runs.gold_alignment import Extraction, LinkedSet, head_agreements, linked_maps
from core.runs.slices import Slices
from core.runs.trained import TrainedModel
from dashboard import kept, resources
from dashboard.components.gold_heads import head_errors, one_sentence
from dashboard.components.gold_source import HELD_OUT, MINE, GoldSource, gold_source
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.panel import guarded

_FIRST = "demo/reverse-transformer"  # its links are known
_SLICE = 0.3  # seconds between two looks at the progress


def page() -> None:
    """Choose a model and where gold links come from."""
    heading(
        "Gold alignments",
        tr("Does a head look where it should? Its links against links that are known or made by hand."),
    )
    known = sorted(resources.model_addresses(), key=lambda address: address != _FIRST)
    if not known:
        st.info(tr("There is no trained model yet. Train one on the page Train."), icon=":material/model_training:")
        return
    places = st.columns([2, 2, 2, 1], vertical_alignment="bottom")
    with places[0]:
        address = st.selectbox(tr("Model"), known, key="gold run", bind="query-params")
    with places[1]:
        where = st.segmented_control(
            tr("Gold links of"), (HELD_OUT, MINE), format_func=tr, default=HELD_OUT, key="gold where", bind="query-params", required=True,
            help=tr("held-out examples of a task that knows its links, or your own hand-aligned sentences"),
        )  # fmt: skip
    with places[2]:
        name = st.selectbox(
            tr("A map's links are"), list(EXTRACTIONS), format_func=extraction_name, key="gold links by", bind="query-params",
            help=tr("a map weighs every pair of words; this decides which of them are links"),
        )  # fmt: skip
    with places[3]:
        extract: Extraction = EXTRACTIONS[name]
        if extract is above:
            least = st.slider(tr("Threshold"), 0.05, 0.95, THRESHOLD, 0.05, key="gold threshold", bind="query-params")
            extract = partial(above, threshold=least)
    guarded(tr("The gold alignments"))(_agreement)(address, where or HELD_OUT, extract)


def _agreement(address: str, where: str, extract: Extraction) -> None:
    model = resources.model(address)
    source = gold_source(model, where)
    if source is None:
        return
    found = _looked(model, source)
    if found.left_out:
        number, why = found.left_out[0]
        st.warning(
            tr(
                "{count:,} of {total:,} sentence pairs cannot be read and are left out; the first is {number}: {why}",
                count=len(found.left_out),
                total=found.total,
                number=number,
                why=literal(why),
            )
        )
    if found.full:
        st.caption(
            tr("The first {done:,} of {total:,} pairs: more maps are not kept.", done=found.done, total=found.total)
        )
    agreements = head_agreements(found, extract)
    head_errors(agreements, found)
    one_sentence(agreements, found, extract)


def _looked(model: TrainedModel, source: GoldSource) -> LinkedSet:
    """All pairs, with a bar while they are looked at; a change of anything else goes on from there."""
    slices = _slices(model.run.address, model.model_hash, source.pairs, source.cut)
    bar = None
    while not slices.done:
        try:
            slices.go_on(_SLICE)
        except AttentionLabError:
            _slices.forget(model.run.address, model.model_hash, source.pairs, source.cut)
            raise
        if slices.now is not None and not slices.done:
            bar = bar or st.empty()
            bar.progress(
                slices.now.done / slices.now.total,
                text=tr("{done:,} of {total:,} pairs", done=slices.now.done, total=slices.now.total),
            )
    if bar:
        bar.empty()
    return slices.now or LinkedSet()


@kept.of_run(show_spinner=False, max_entries=8, hash_funcs={tuple: hash})
def _slices(address: str, model_hash: str, pairs: tuple, cut: bool) -> Slices[LinkedSet]:
    return Slices(linked_maps(resources.model(address), pairs, cut=cut))


page()
