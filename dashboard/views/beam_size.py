"""Beam size: does a better search find better outputs? One press decodes held-out sentences with wider and wider beams."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.beam import BeamSearch
from core.decoding.search import AbstractSearch
from core.language import tr
from core.runs.beam_sizes import WIDTHS, searches
from core.runs.trained import TrainedModel
from dashboard import resources, state
from dashboard.components import beam_sweep, turns
from dashboard.components.heading import heading
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.locks import unless_locked
from dashboard.components.panel import guarded, panel
from dashboard.components.settings_form import settings_form

FIRST = "demo/synonyms-transformer"  # it has the curse
RUN = "swept"
OFFERED = (1, 2, 3, 4, 5, 6, 8, 16, 32, 64, 128)
_TICK = 0.4  # seconds between redraws while it runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long


def page() -> None:
    """Choose, press, watch."""
    heading(
        "Beam size",
        tr("A wider beam finds outputs that the model holds more probable. Are they better?"),
    )
    guarded(tr("The sweep"))(_body)()


def _body() -> None:
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        trained = _model()
    if trained is None:
        return
    with right:
        widths = st.pills(
            tr("Beam widths"), OFFERED, selection_mode="multi", default=WIDTHS, key="widths", bind="query-params",
            help=tr("hypotheses kept after each step; 1 is greedy"),
        )  # fmt: skip
    *places, last = st.columns(5, vertical_alignment="bottom")
    n, over = _settings(places, widths)
    key = repr((trained.run.address, trained.model_hash, n, over))
    running = state.running("sweeping", key)
    with last:
        _button(running)
    panel(tr("The curves"), every=_TICK if running else None)(_curves)(trained, n, over, running)


def _button(running: bool) -> None:
    if running:
        st.button(
            tr("Stop"), icon=":material/stop:", key="sweep stop", width="stretch", on_click=state.put,
            args=("sweeping", None), help=tr("what was found is kept, and Run goes on from there"),
        )  # fmt: skip
    else:
        st.button(
            tr("Run"), type="primary", icon=":material/play_arrow:", key="sweep run", width="stretch",
            on_click=state.press, args=("sweeping",), **unless_locked("practice"),
        )  # fmt: skip


def _model() -> TrainedModel | None:
    known = resources.model_addresses()
    if not known:
        st.info(tr("There is no trained model yet. Train one on the page Train."), icon=":material/model_training:")
        return None
    asked = st.query_params.get(RUN)
    told = None
    if asked is not None and asked not in known:
        told = tr("There is no run “{asked}” with a checkpoint here; another one is shown.", asked=literal(asked[:80]))
        st.query_params.pop(RUN, None)
    link_notice("run", told)
    if state.get(RUN) not in known:
        wishes = (asked, state.get(f"kept {RUN}"), FIRST)
        state.put(RUN, next((one for one in wishes if one in known), known[0]))
    address = st.selectbox(
        tr("Model"), known, key=RUN, bind="query-params",
        help=tr("the shipped synonyms models have the beam-search curse: a fiftieth of their training targets was left empty"),
    )  # fmt: skip
    state.keep(RUN)
    return resources.model(address)


def _settings(places: Sequence[DeltaGenerator], widths: Sequence[int]) -> tuple[int, tuple[AbstractSearch, ...]]:
    with places[0]:
        n = st.number_input(
            tr("sentences"),
            value=40,
            step=10,
            key="sweep n",
            bind="query-params",
            help=tr("held-out test sentences (at least 1 and at most 1,000)"),
        )
    norm: dict[str, object] = {}
    for place, name in zip(places[1:], ("length_norm", "length_penalty")):
        with place:
            norm |= settings_form(BeamSearch, norm, key="sweep", columns=1, only=[name], bind="query-params")
    with places[3]:
        nodes = st.number_input(
            tr("nodes of exact search"), value=2000, step=1000, key="sweep nodes", bind="query-params",
            help=tr("hypotheses to expand at most for a sentence, after that there is no proof; 0 leaves exact search out"),
        )  # fmt: skip
    return int(n), tuple(searches(widths, BeamSearch.from_dict(norm), int(nodes)))


def _curves(trained: TrainedModel, n: int, over: tuple[AbstractSearch, ...], running: bool) -> None:
    one = beam_sweep.found(trained.run.address, trained.model_hash, n, over)
    turns.work("beam sizes", running and not one.done, partial(one.go_on, _SLICE))
    if one.done:
        beam_sweep.said(one.points)
    elif one.now is not None:
        beam_sweep.progress(one.now, held=not running)
    else:
        st.caption(
            tr(
                "Press Run: {n} held-out sentences are decoded with {count} searches, and log-probability, BLEU and the "
                "share of right outputs are drawn over the width.",
                n=n,
                count=len(over),
            )
        )
    if one.points:
        beam_sweep.drawn(one.points, over)
        beam_sweep.table(trained, one.points)
    if running and one.done:
        state.put("sweeping", None)
        st.rerun()  # one full redraw: from here on nothing redraws itself


page()
