"""A recording on the page: what was noticed, every layer and head, one of them large, and files to take along."""

from dataclasses import replace

import streamlit as st

from core.figures.attention import ALL, REDUCTIONS, MapView
from core.language import mark, tr, tr_count, tr_each
from core.recording.matrix import AttentionMatrix
from dashboard import links
from dashboard.components.downloads import Taken, chosen_download, heads_files, map_files, map_name, take_away
from dashboard.components.dump_source import Chosen
from dashboard.components.head_address import put_head, wanted_head
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal

_SHOWN = 6  # notes that are seen without asking
_AT_ONCE = 14_000_000  # cells of the small pictures together: 48 heads at 512 × 512 are drawn in under a second
_MOST_HEADS = 1200  # small pictures on a page: 32 layers × 32 heads are 1,024
_DIRECTIONS = {
    "cross": mark("Rows are the target, each named by the token that the decoder read there; columns are the source."),
    "encoder self": mark("Rows and columns are the source: a row shows where its token looked."),
    "decoder self": mark(
        "Rows and columns are the target: a row shows where its token looked, at itself and what was before it."
    ),
}
_AXES = {
    "cross": {"queries": mark("target ↓"), "keys": mark("source →")},
    "encoder self": {"queries": mark("source ↓"), "keys": mark("source →")},
    "decoder self": {"queries": mark("target ↓"), "keys": mark("target →")},
}


def said(chosen: Chosen) -> None:
    """What is open, how it was read, what does not fit."""
    opened = chosen.opened
    count = sum(matrix.heads for matrix in opened.matrices)
    layers = len(opened.matrices)
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(
        tr_count(
            layers,
            "**{title}** · {count:,} heads of one attention",
            "**{title}** · {count:,} heads of {n:,} attentions",
            title=literal(chosen.title),
            count=count,
        )
    )
    if chosen.found:
        with right.popover(tr("How it was read"), icon=":material/data_array:", width="stretch"):
            st.markdown("\n".join(f"- {literal(note)}" for note in chosen.found))
    for warning in opened.warnings[:_SHOWN]:
        st.warning(literal(warning), icon=":material/rule:")
    if len(opened.warnings) > _SHOWN:
        with st.expander(tr("{count:,} more", count=len(opened.warnings) - _SHOWN)):
            st.markdown("\n".join(f"- {literal(warning)}" for warning in opened.warnings[_SHOWN:]))
    for note in opened.noticed:
        st.caption(f":material/info: {literal(note)}")


def maps(chosen: Chosen) -> Taken:
    """Every head small, one of them large, to be taken along."""
    matrices = _shown(chosen)
    last = next((one for one in reversed(matrices) if one.site.kind == "cross"), matrices[-1])
    first = last.site.name, 0
    asked, times = wanted_head(matrices, first)
    site, head = heads(matrices, selected=asked, key=f"recorded heads {chosen.key} {times}") or asked
    put_head(site, head, first)
    matrix = next(one for one in matrices if one.site.name == site)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    how = left.segmented_control(
        tr("Show"), REDUCTIONS, format_func=tr, default=REDUCTIONS[0], key=links.RECORDED_REDUCTION, required=True
    )
    view = MapView(matrix, head, how)
    right.caption(tr(_DIRECTIONS[kind_of(matrix)]))
    heatmap(
        view.weights, matrix.queries, matrix.keys, key="recorded large", title=view.title,
        words=tr_each(_AXES[kind_of(matrix)]),
    )  # fmt: skip
    place = {links.SITE: site, links.HEAD: str(head + 1), links.REDUCTION: how}
    reading = replace(chosen.reading, query={**chosen.reading.query, **place})
    return {tr("this map"): (map_name(view), map_files(view, reading))}


def kind_of(matrix: AttentionMatrix) -> str:
    """Which attention it is: cross, or the self-attention of a stack."""
    return "cross" if matrix.site.kind == "cross" else f"{matrix.site.stack} self"


def _shown(chosen: Chosen) -> list[AttentionMatrix]:
    """The attentions to draw: of the chosen kinds those nearest to the output, as many as a page carries."""
    wanted = _wanted(chosen)
    drawn: list[AttentionMatrix] = []
    for matrix in reversed(wanted):
        if drawn and sum(one.heads for one in drawn) + matrix.heads > _MOST_HEADS:
            st.caption(
                tr(
                    ":material/info: The last {count:,} of {count2:,} attentions are drawn: {most_heads:,} heads.",
                    count=len(drawn),
                    count2=len(wanted),
                    most_heads=_MOST_HEADS,
                )
            )
            break
        drawn.append(matrix)
    return drawn[::-1]


def _wanted(chosen: Chosen) -> list[AttentionMatrix]:
    """Of the kinds of attention that were chosen: all, unless that is more than a screen of pictures should weigh."""
    matrices = chosen.opened.matrices
    kinds = list(dict.fromkeys(map(kind_of, matrices)))
    if len(kinds) < 2:
        return list(matrices)
    heavy = sum(matrix.weights.size for matrix in matrices) > _AT_ONCE
    wanted = st.segmented_control(
        tr("Attention"), kinds, format_func=tr, label_visibility="collapsed", selection_mode="multi", default=kinds[-1:] if heavy else kinds, key=f"recorded kinds {chosen.key}",
        help=tr("small pictures of very many cells take their time; choose which to draw") if heavy else None,
    )  # fmt: skip
    return [matrix for matrix in matrices if kind_of(matrix) in (wanted or kinds[-1:])]


def dump_downloads(chosen: Chosen, taken: Taken) -> None:
    """What is large on the page and all matrices as files, and the command that opens the recording without the page."""

    def draw() -> None:
        every = ("attention", heads_files(chosen.opened.matrices, chosen.reading))
        chosen_download({**taken, ALL: every}, key="recorded take")
        st.code('attnlab open FILE… --only "*cross*" --out attention.svg', "bash")

    take_away(draw, key="recorded")
