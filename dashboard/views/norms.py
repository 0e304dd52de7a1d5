"""Norms: where they stand, what they are, and what becomes of gradients, of training and of batches."""

from functools import partial

import streamlit as st

from core.language import mark, tr
from core.models.norms import NORMS
from dashboard import state
from dashboard.components import norm_work, turns
from dashboard.components.heading import heading
from dashboard.components.locks import unless_locked
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import say_trained

PARTS = (mark("At the start"), mark("Training"), mark("Across batches"))
STEPS = 300
_TICK = 0.4  # seconds between redraws while something runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long
_KINDS = {
    "layer": mark("layer norm"),
    "rms": mark("RMS norm"),
    "batch": mark("batch norm"),
    "power": mark("PowerNorm"),
}


def page() -> None:
    """Choose a part."""
    heading("Norms", tr("Where a norm stands decides whether a deep stack trains without warm-up."))
    part = st.segmented_control(
        tr("Part"),
        PARTS,
        format_func=tr,
        default=PARTS[0],
        key="norms part",
        bind="query-params",
        label_visibility="collapsed",
    )
    draw = {PARTS[1]: _training, PARTS[2]: _batches}.get(part or "", _start)
    guarded(tr("The norms"))(draw)()


def _start() -> None:
    panel(tr("The gradients"))(_gradients)()


def _gradients() -> None:
    left, middle, right = st.columns(3)
    with left:
        kind = _kind("start")
    with middle:
        layers = st.slider(
            tr("Layers"),
            2,
            24,
            12,
            key="norms layers",
            bind="query-params",
            help=tr("of the stack in the left picture"),
        )
    with right:
        seed = st.number_input(
            tr("Seed"), 0, 999, 0, key="norms seed", bind="query-params", help=tr("other weights, other tokens")
        )
    norm_work.gradient_picture(kind, int(layers), int(seed))


def _kind(where: str) -> str:
    return st.selectbox(
        tr("Norm"),
        list(NORMS),
        format_func=lambda name: tr(_KINDS[name]) if name in _KINDS else name,
        key=f"norms kind {where}",
        bind="query-params",
    )


def _training() -> None:
    places = st.columns([2, 2, 2, 2, 1], vertical_alignment="bottom")
    with places[0]:
        kind = _kind("training")
    with places[1]:
        layers = int(st.slider(
            tr("Layers"), 2, 16, 12, key="norms depth", bind="query-params",
            help=tr("fewer train anywhere; more show the difference"),
        ))  # fmt: skip
    with places[2]:
        rate = st.select_slider(
            tr("Learning rate"), [1e-4, 3e-4, 1e-3, 3e-3], 1e-3, key="norms rate", bind="query-params",
            help=tr("Adam, the highest"),
        )  # fmt: skip
    with places[3]:
        warmup = int(st.slider(
            tr("Warm-up"), 25, 200, 100, 25, key="norms warmup", bind="query-params",
            help=tr("steps over which the rate rises, in the run with it"),
        ))  # fmt: skip
    plan = _plan(warmup)
    if not plan:
        st.info(tr("There is no run to train; choose one at least."), icon=":material/info:")
        return
    one = norm_work.race(plan, kind, layers, float(rate), STEPS)
    key = repr(("training", plan, kind, layers, rate))
    running = state.running("norms running", key)
    with places[4]:
        _button(mark("Train"), running)
    panel(tr("The curves"), every=_TICK if running else None)(_race)(one, running)


def _plan(warmup: int) -> tuple[tuple[str, int], ...]:
    offered = (("pre", 0), ("post", 0), ("post", warmup), ("bare", 0))
    names = (mark("pre-norm"), mark("post-norm"), mark("post-norm with warm-up"), mark("no residual"))
    chosen = st.pills(
        tr("Runs"), range(len(offered)), selection_mode="multi", default=(0, 1, 2), key="norms runs", bind="query-params",
        format_func=lambda at: tr(names[at]), label_visibility="collapsed",
    )  # fmt: skip
    return tuple(offered[at] for at in sorted(chosen))


def _race(one: norm_work.Race, running: bool) -> None:
    turns.work("race", running, partial(one.go_on, _SLICE))
    say_trained(min(map(len, one.losses.values())))
    if any(one.losses.values()):
        norm_work.race_picture(one, STEPS, running=running)
    else:
        st.caption(
            tr(
                "Press Train: stacks of the same depth learn beside each other for {steps} steps to give back the token before "
                "each one, on the same batches.",
                steps=STEPS,
            )
        )
    _ended(running and one.done)


def _batches() -> None:
    one = norm_work.batches(0)
    running = state.running("norms running", "batches")
    left, right = st.columns([6, 1], vertical_alignment="center")
    left.markdown(
        tr(
            "Batch norm divides by what a batch happens to hold. Texts repeat their own words, so a batch of them holds fewer "
            "independent draws than tokens. How much do its statistics vary?"
        )
    )
    with right:
        _button(mark("Measure"), running)
    panel(tr("The batches"), every=_TICK if running else None)(_measure)(one, running)


def _measure(one: norm_work.Experiment, running: bool) -> None:
    turns.work("batches", running, partial(one.go_on, _SLICE))
    if one.share:
        norm_work.batches_picture(one, running=running)
    else:
        st.caption(tr("Press Measure: models are trained for some 20 seconds and then read 200 batches each."))
    _ended(running and one.done)


def _ended(now: bool) -> None:
    if now:
        state.put("norms running", None)
        st.rerun()  # one full redraw: from here on nothing redraws itself


def _button(name: str, running: bool) -> None:
    if running:
        st.button(
            tr("Stop"), icon=":material/stop:", key="norms stop", width="stretch", on_click=state.put,
            args=("norms running", None), help=tr("what was found is kept, and {name} goes on from there", name=tr(name)),
        )  # fmt: skip
    else:
        st.button(
            tr(name), type="primary", icon=":material/play_arrow:", key=f"norms {name}", width="stretch", on_click=state.press,
            args=("norms running",), **unless_locked("practice"),
        )  # fmt: skip


page()
