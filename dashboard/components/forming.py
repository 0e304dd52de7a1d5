"""How attention formed in a training: the probe sentence at a recorded step, all heads and one large."""

import streamlit as st

from core.language import tr
from core.replay.training import usual_site
from core.runs import snapshots
from core.runs.folder import RunFolder
from dashboard import links, state
from dashboard.components.head_address import put_head, wanted_head
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap

PLAY = 0.6  # seconds a recording stays on screen while it plays


def forming(run: RunFolder, alive: bool) -> None:
    """Draw what is recorded; the latest while the run trains, any step afterwards."""
    steps = snapshots.steps(run)
    if not steps:
        links.say(**{links.SITE: "", links.HEAD: 1})
        st.caption(tr("No attention is recorded yet."))
        return
    st.markdown(tr("##### How attention forms: one held-out sentence, all heads"))
    step = steps[-1] if alive or len(steps) == 1 else _scrubber(run, steps)
    links.say(**{_scrub(run): step})
    matrices = snapshots.read(run, step)
    if alive:
        st.caption(tr("step {step}; after training you can go back to any of the recorded steps", step=step))
    left, right = st.columns([3, 2])
    with left:
        first = (usual_site(matrices), 0)
        asked, times = wanted_head(matrices, first)
        site, head = heads(matrices, selected=asked, key=f"forming {run.address} {times}") or asked
        links.say(**{links.SITE: site, links.HEAD: head + 1})
        if not alive:  # the address is written at rest only: whoever fills the form meanwhile is not disturbed
            put_head(site, head, first)
    with right:
        matrix = next(one for one in matrices if one.site.name == site)
        heatmap(
            matrix.weights[head],
            matrix.queries,
            matrix.keys,
            key=f"formed {run.address}",
            high=1.0,
            title=tr("step {step} · {label} · head {head}", step=step, label=matrix.site.said, head=head + 1),
        )


def _scrubber(run: RunFolder, steps: list[int]) -> int:
    key = _scrub(run)
    if state.get("play"):
        at = state.get(key, steps[-1])
        place = steps.index(at) if at in steps else len(steps) - 1
        state.put(key, steps[(place + 1) % len(steps)])
    state.first(key, steps[-1])
    left, right = st.columns([6, 1], vertical_alignment="bottom")
    with right:
        st.toggle(tr("Play"), key="play", on_change=lambda: None, help=tr("show one recording after another"))
    with left:
        return int(st.select_slider(tr("Recorded step"), steps, key=key))


def _scrub(run: RunFolder) -> str:
    """Of the recorded step, as a widget and in the address."""
    return f"scrub {run.address}"
