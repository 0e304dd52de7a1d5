"""What the judgement of an output looks like: a badge per tag, each explained in a sentence, and the yardstick itself."""

import streamlit as st

from core.language import mark, tr
from core.metrics.search_error import Judgement, Tag, more_probable, preference
from core.runs.comparison import Compared, Outcome, Yardstick
from dashboard.components.literal import literal

_LOOKS = {
    Tag.BEST: ("green", ":material/verified:"),
    Tag.SEARCH_ERROR: ("orange", ":material/search_off:"),
    Tag.RUNNER_UP: ("gray", ":material/low_priority:"),
    Tag.MODEL_ERROR: ("violet", ":material/psychology_alt:"),
}
MEANINGS = {
    Tag.BEST: mark("exact search proved that the model gives no output more probability than this one"),
    Tag.SEARCH_ERROR: mark("exact search found an output that the model gives more probability; this search missed it"),
    Tag.RUNNER_UP: mark("exact search found a more probable output, and so did this search: here it stands behind it"),
    Tag.MODEL_ERROR: mark(
        "it is wrong, and the model gives it more probability than the reference: no search can mend that"
    ),
}

CUT = mark(
    "the length limit cut it before it ended: the beginning of an output, which no whole output can be compared with"
)


def badges(outcome: Outcome, judgement: Judgement, by: Yardstick, compared: Compared) -> None:
    """The tags of one output; a pointer over one tells why."""
    with st.container(horizontal=True, gap="xsmall"):
        if by.optimum is not None and not outcome.sentence.ended:
            st.badge(tr("not judged"), color="gray", icon=":material/content_cut:", help=tr(CUT))
        for tag in judgement.tags:
            color, icon = _LOOKS[tag]
            st.badge(tr(tag.value), color=color, icon=icon, help=_because(tag, outcome, judgement, by, compared))


def legend() -> None:
    """Every tag, with its meaning on hover."""
    with st.container(horizontal=True, gap="xsmall"):
        for tag, (color, icon) in _LOOKS.items():
            st.badge(tr(tag.value), color=color, icon=icon, help=tr(MEANINGS[tag]))


def _because(tag: Tag, outcome: Outcome, judgement: Judgement, by: Yardstick, compared: Compared) -> str:
    gap = judgement.gap or 0.0
    if tag is Tag.MODEL_ERROR:
        return tr(
            "It is wrong, and the model gives it {preferred:.4g} nats more than the reference: no search can mend that.",
            preferred=judgement.preferred,
        )
    if tag is Tag.BEST:
        return tr(
            "Exact search proved it: no output has a higher Σ log p ({expanded:,} nodes expanded).",
            expanded=by.expanded,
        )
    if tag is Tag.RUNNER_UP:
        return tr(
            "“{output}” is {gap:.4g} nats more probable, and this search found it too: no search error.",
            output=by.output,
            gap=gap,
        )
    why = (
        ""
        if compared.search.norm.kind == "none"
        else tr(" It ranks by another score, so it may not have looked for it.")
    )
    return tr("Exact search found “{output}”, {gap:.4g} nats more probable.{why}", output=by.output, gap=gap, why=why)


def yardstick(by: Yardstick, found: list[Compared], reference: str | None, *, within: str = "") -> None:
    """What everything is measured by: the model's best output and the reference."""
    if by.optimum is None:
        st.caption(
            tr(
                ":material/hourglass_disabled: The model's best output{within} is not proved within "
                "{expanded:,} nodes: nothing is tagged.",
                within=within,
                expanded=by.expanded,
            )
        )
    else:
        st.markdown(
            tr(
                ":material/verified: Best of the model{within}: **{output}** · "
                "Σ log p **{logp:.4g}** · proved by exact search, {expanded:,} nodes expanded",
                within=within,
                output=literal(by.output) or tr("(empty)"),
                logp=by.optimum.logp,
                expanded=by.expanded,
            )
        )
    if reference is not None:
        st.markdown(
            tr(
                ":material/flag: Reference: **{reference}** · {standing}",
                reference=literal(reference),
                standing=_standing(by, found),
            )
        )


def _standing(by: Yardstick, found: list[Compared]) -> str:
    if by.reference is None:
        return tr("the model cannot write it")
    said = tr("Σ log p under the model **{logp:.4g}**", logp=by.reference.logp)
    if by.optimum is None:
        return said
    if by.optimum.right:
        return tr("{said} · the model's best output is right", said=said)
    ahead = max(1, more_probable(by.reference, [by.optimum, *(o.sentence for one in found for o in one.outcomes)]))
    lost = preference(by.optimum, by.reference)
    if lost is None:
        return said
    return tr(
        "{said} · **model error**: {lost:.4g} nats less than its best output · place {ahead} or later",
        said=said,
        lost=lost,
        ahead=ahead + 1,
    )
