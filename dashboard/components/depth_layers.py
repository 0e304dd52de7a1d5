"""Through the layers: rollout and attention flow of an encoder, and cross-attention carried on to the source."""

import numpy as np
import streamlit as st

from core.errors import InputError
from core.figures.attention import Reading
from core.figures.provenance import Origin
from core.language import mark, tr
from core.recording.matrix import AttentionMatrix, Site
from core.runs.rolled import Rolled, carried, last_cross, recorded, rolled, wiring
from dashboard import links, state
from dashboard.components.downloads import chosen_download, derived, take_away
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal
from dashboard.components.model_bar import Chosen
from dashboard.components.panel import panel
from dashboard.components.wiring_view import wiring_view

Maps = dict[str, AttentionMatrix]  # what was drawn, each as of one head, by its title
ROLLOUT, FLOW = mark("rollout"), mark("attention flow")
_WHAT = {
    ROLLOUT: mark(
        "**Rollout**: Ã = ½A + ½I (half of a state is passed on as it is), rows divided by their sums, the layers "
        "multiplied."
    ),
    FLOW: mark(
        "**Attention flow**: the same Ã as the widths of pipes; the most that can flow from the one token to the other, "
        "each pair for itself, so rows need not sum to one."
    ),
}
_LEAVES_OUT = mark(
    "Heads are averaged at every layer; values, norms and feed-forward parts are left out: a picture of the wiring, not of "
    "what was computed (Abnar & Zuidema 2020, arXiv:2005.00928)."
)


@panel(mark("The way through the layers"))
def layers(chosen: Chosen) -> None:
    """Maps of one layer beside those of all layers below it."""
    model, query = chosen.model, {links.RUN: chosen.model.run.address, links.SOURCE: chosen.source}
    maps, place = _drawn(chosen)
    origin = Origin(model.run.address, model.model_hash, model.step, model.config.seed)
    reading = Reading(origin, chosen.source, None, "depth", {**query, **place})
    take_away(lambda: chosen_download(derived(maps, reading), key="depth take"), key="depth")


def _drawn(chosen: Chosen) -> tuple[Maps, dict[str, str]]:
    """What is on the page, and how it was chosen."""
    matrices = recorded(chosen.model, chosen.source)
    cross = last_cross(matrices)
    try:
        through = rolled(chosen.model, matrices)
    except InputError as error:
        st.info(tr("Nothing is rolled: {error}.", error=literal(str(error))), icon=":material/layers_clear:")
        return _cross_alone(cross), {}
    how, layer = way(through)
    maps, place = below(through, how, layer), way_query(how, layer)
    try:
        carried(chosen.model, matrices)
    except InputError as error:
        st.info(
            tr("The cross-attention is not carried on: {error}.", error=literal(str(error))),
            icon=":material/layers_clear:",
        )
        if (connected := wiring(chosen.model)) is not None:
            wiring_view(connected, key="depth wiring")
        return maps | _cross_alone(cross), place
    return maps | onward(cross, through, how), place


def way(through: Rolled, stack: str = "encoder") -> tuple[str, int]:
    """Choose how to carry and up to which layer."""
    count = len(through.layers)
    for name, known in ((links.CARRY, (ROLLOUT, FLOW)), (links.LAYER, range(1, count + 1))):
        if state.get(name) not in known:  # of another model, or of a figure that was edited
            state.forget(name)
    left, right = st.columns([1, 2])
    with left:
        how = st.segmented_control(
            tr("Carry by"),
            (ROLLOUT, FLOW),
            format_func=tr,
            default=ROLLOUT,
            key=links.CARRY,
            bind="query-params",
            required=True,
        )
    with right:
        layer = st.segmented_control(
            tr("{title} layer", title=stack.title()), range(1, count + 1), default=count, key=links.LAYER, bind="query-params", required=True,
            help=tr("left: what this layer alone looks at; right: what of the source stands in a token after it"),
        )  # fmt: skip
    bare = "" if through.residual else tr(" The blocks of this model pass nothing on as it is, so here Ã = A.")
    st.caption(f"{tr(_WHAT[how])}{bare} {tr(_LEAVES_OUT)}")
    return how, layer


def way_query(how: str, layer: int) -> dict[str, str]:
    """The same as a figure keeps it."""
    return {links.CARRY: how, links.LAYER: str(layer)}


def below(through: Rolled, how: str, layer: int, stack: str = "encoder") -> Maps:
    """One layer alone beside all layers up to it."""
    alone = through.layers[layer - 1]
    below = through.up_to[layer - 1] if how == ROLLOUT else through.flow(layer - 1)
    first = float(np.diag(through.up_to[0]).mean())
    now = float(np.diag(through.up_to[layer - 1]).mean())
    st.markdown(
        tr(
            "After {layer} of {count} {stack} layers a state holds, by rollout, **{now:.0%}** of its own token on "
            "average (after the first: {first:.0%}).",
            layer=layer,
            count=len(through.layers),
            stack=stack,
            now=now,
            first=first,
        )
    )
    left, right = st.columns(2)
    with left:
        site = Site(stack, layer - 1, "self", f"{stack} layer {layer} alone")
        first_map = _map(
            site,
            alone,
            through.tokens,
            through.tokens,
            tr("layer {layer} alone · mean over heads", layer=layer),
            "depth alone",
        )
    with right:
        site = Site(stack, layer - 1, "self", f"{how} of {stack} layers 1…{layer}")
        return first_map | _map(
            site,
            below,
            through.tokens,
            through.tokens,
            tr("{how} · layers 1 to {layer}", how=how, layer=layer),
            "depth below",
        )


def onward(cross: AttentionMatrix, through: Rolled, how: str) -> Maps:
    """Cross-attention beside what it is of the source tokens."""
    mean = cross.mean()
    carried_on = through.through(mean)
    same = int((mean.argmax(axis=1) == carried_on.argmax(axis=1)).sum())
    st.markdown(
        tr(
            "The decoder looks at encoder states, not at tokens. Carried on to the source, the largest weight of a row is "
            "**{mean:.2f}** on average instead of {mean2:.2f}, and it stands on the "
            "same token for {same} of {count} output tokens.",
            mean=carried_on.max(axis=1).mean(),
            mean2=mean.max(axis=1).mean(),
            same=same,
            count=len(mean),
        )
    )
    shown = carried_on if how == ROLLOUT else through.flow_through(mean)
    left, right = st.columns(2)
    with left:
        alone = _cross_alone(cross)
    with right:
        name = f"{how} of {cross.site.name} through encoder layers 1…{len(through.layers)}"
        site = Site("decoder", cross.site.layer, "cross", name)
        return alone | _map(
            site, shown, cross.queries, cross.keys, tr("carried to the source · {how}", how=how), "depth carried"
        )


def _cross_alone(cross: AttentionMatrix) -> Maps:
    title = tr("{label} · mean over heads", label=cross.site.said)
    return _map(cross.site, cross.mean(), cross.queries, cross.keys, title, "depth cross")


def _map(
    site: Site, weights: np.ndarray, queries: tuple[str, ...], keys: tuple[str, ...], title: str, key: str
) -> Maps:
    """Draw one map; it is given back under its title."""
    heatmap(weights, queries, keys, key=key, title=title)
    return {title: AttentionMatrix(site, weights[None], queries, keys)}
