"""Attention: every layer and head for one sentence; one of them large; two models beside each other."""

import streamlit as st

from core.data.pieces import are_pieces
from core.figures.attention import REDUCTIONS, MapView, Reading
from core.language import mark, tr
from core.metrics.over_words import over_words
from core.recording.matrix import AttentionMatrix
from core.runs.adapted import AdaptedReader
from core.runs.stepwise import AbstractStepwise
from dashboard import links, resources, state
from dashboard.components.downloads import matrix_downloads, reading_of
from dashboard.components.head_address import put_head, wanted_head
from dashboard.components.heading import heading
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import code
from dashboard.components.model_bar import READ, Chosen, model_bar
from dashboard.components.panel import panel

Views = dict[str, tuple[MapView, Reading]]  # what is drawn large, by its name


def page() -> None:
    """Choose, record, draw."""
    heading("Attention", tr("Every layer and head for one sentence. Rows look, columns are looked at."))
    chosen = model_bar(READ)
    if chosen is not None:
        _panel(chosen)


@panel(mark("The attention of this sentence"))
def _panel(chosen: Chosen) -> None:
    target, other = _options(chosen)
    recorded = list(resources.matrices(chosen.model, chosen.source, target or None))
    _said(chosen, recorded, target)
    matrices = [over_words(one) for one in recorded] if _whole_words(recorded) else recorded
    first = _first(matrices)
    asked, times = wanted_head(matrices, first)
    # what the address asks for anew counts more than what was clicked before: the component begins anew with it
    site, head = heads(matrices, selected=asked, key=f"heads {chosen.model.run.address} {times}") or asked
    put_head(site, head, first)
    matrix = next(one for one in matrices if one.site.name == site)
    views = _large(chosen, matrix, head, target) if other is None else _beside(chosen, matrices, other, target)
    matrix_downloads(matrices, views, reading_of(chosen.model, chosen.source, target, _query(chosen, target)))


def _query(chosen: Chosen, target: str, **more: str) -> dict[str, str]:
    """What the address says of the state of this page."""
    words = "true" if state.get(links.WORDS) else ""
    query = {
        links.RUN: chosen.model.run.address,
        links.SOURCE: chosen.source,
        links.TARGET: target,
        links.WORDS: words,
        **more,
    }
    return {name: value for name, value in query.items() if value}


def _options(chosen: Chosen) -> tuple[str, AbstractStepwise | None]:
    left, right = st.columns(2)
    with left:
        target = (
            ""
            if isinstance(chosen.model, AdaptedReader)
            else st.text_input(
                tr("Target to force"),
                key=links.TARGET,
                bind="query-params",
                placeholder=tr("empty: the model's own greedy output"),
                help=tr("the decoder is fed this target, token by token, whatever it would have said"),
            )
        )
    with right:
        alike = resources.task_addresses(chosen.model.config.task.name)
        same = [address for address in alike if address != chosen.model.run.address]
        address = st.selectbox(
            tr("Beside it"),
            [links.NOBODY, *same],
            format_func=lambda one: tr(one) if one == links.NOBODY else one,
            key=links.BESIDE,
            bind="query-params",
            help=tr("another model of the same task on the same sentence, with the same color scale"),
        )
    return target, None if address == links.NOBODY else resources.model(address)


def _whole_words(matrices: list[AttentionMatrix]) -> bool:
    """Whether pieces are to be put together to words; asked where there are pieces."""
    if not any(are_pieces(one.keys) for one in matrices):
        return False
    return st.toggle(
        tr("Whole words"), key=links.WORDS, bind="query-params",
        help=tr("columns of a word's pieces are added up, rows of its pieces averaged; off: as the model sees them"),
    )  # fmt: skip


def _said(chosen: Chosen, matrices: list[AttentionMatrix], target: str) -> None:
    if any(one.site.kind == "cross" for one in matrices):
        written = chosen.model.config.task.join_target(matrices[-1].queries[1:])
        st.markdown(f"**{tr('Forced target') if target else tr('Greedy output')}**: {code(written or tr('(nothing)'))}")
    if all(matrix.sums_to_one for matrix in matrices):
        return
    signs = (
        tr(" Some are below zero: orange in the large map, and by their size in the small ones.")
        if any(one.signed for one in matrices)
        else ""
    )
    st.caption(
        tr(
            "Rows of this model need not sum to one ({ways}): weights are drawn as what they are.{signs}",
            ways=_ways(chosen),
            signs=signs,
        )
    )


def _ways(chosen: Chosen) -> str:
    """The settings that say how its weights come about."""
    model = chosen.model.config.model.to_dict()
    return ", ".join(f"{name}={model[name]}" for name in ("normalizer", "attention") if name in model)


def _large(chosen: Chosen, matrix: AttentionMatrix, head: int, target: str) -> Views:
    """The chosen head, or all of its layer as one."""
    how = st.segmented_control(
        tr("Show"),
        REDUCTIONS,
        format_func=tr,
        default=REDUCTIONS[0],
        key=links.REDUCTION,
        required=True,
        bind="query-params",
    )
    view = MapView(matrix, head, how)
    _drawn(view, key="large", title=view.title)
    place = {links.SITE: matrix.site.name, links.HEAD: str(head + 1), links.REDUCTION: how}
    reading = reading_of(chosen.model, chosen.source, target, _query(chosen, target, **place))
    return {"this map": (view, reading)}


def _beside(chosen: Chosen, matrices: list[AttentionMatrix], other: AbstractStepwise, target: str) -> Views:
    """Cross-attention of the last layer of both, mean over heads, one scale."""
    theirs = other.matrices(chosen.source, target or None, only="*cross*")[-1]
    ours = [one for one in matrices if one.site.kind == "cross"][-1]
    high = float(max(ours.mean().max(), theirs.mean().max()))
    query, views = _query(chosen, target, **{links.BESIDE: other.run.address}), {}
    for column, matrix, model in zip(st.columns(2), (ours, theirs), (chosen.model, other)):
        address = model.run.address
        view = MapView(matrix, 0, REDUCTIONS[1], high)
        with column:
            _drawn(view, key=f"beside {address}", title=f"{address} · {view.title}")
        views[address] = view, reading_of(model, chosen.source, target, query)
    return views


def _drawn(view: MapView, *, key: str, title: str) -> None:
    one = view.matrix
    heatmap(view.weights, one.queries, one.keys, key=key, title=title, high=view.high)


def _first(matrices: list[AttentionMatrix]) -> tuple[str, int]:
    """What is open at first: the cross-attention nearest to the output, else the last layer."""
    cross = [one.site.name for one in matrices if one.site.kind == "cross"]
    return (cross or [matrices[-1].site.name])[-1], 0


page()
