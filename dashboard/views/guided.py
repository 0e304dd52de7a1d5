"""Guided or not: two trainings from one seed side by side, and a switch for guided attention in the middle."""

from functools import partial

import streamlit as st

from core.language import mark, tr
from core.runs.guided_pair import PAIR_MODELS, PAIR_TASKS, STEPS, STRENGTH, GuidedPair
from dashboard import links, state
from dashboard.components import turns
from dashboard.components.guided_race import guided_race, pair
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_button, race_ended, say_trained

_TICK = 0.4  # seconds between redraws while something runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long
_RUNNING, _AGAIN, _BEGUN = "guided running", "guided again", "guided begun"
_STEPS = (200, STEPS, 800, 1600)
_STRENGTHS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_MODELS = {"recurrent": mark("GRU"), "transformer": mark("Transformer")}


def page() -> None:
    """Choose, press, watch, switch."""
    heading("Guided or not", tr("A pull to the diagonal while a model learns: when does attention find its way?"))
    guarded(tr("The two trainings"))(_trainings)()


def _trainings() -> None:
    places = st.columns([3, 3, 2, 2, 2, 3], vertical_alignment="bottom")
    with places[0]:
        task = st.selectbox(
            tr("Task"), PAIR_TASKS, key="guided task", bind="query-params",
            help=tr("speech_like: syllables to frames, in order. reverse runs the other way: there guidance must hurt"),
        )  # fmt: skip
    with places[1]:
        model = st.selectbox(
            tr("Model"), list(PAIR_MODELS), format_func=lambda name: tr(_MODELS[name]), key="guided model", bind="query-params",
            help=tr("a GRU with additive attention, or a Transformer of one layer with two heads"),
        )  # fmt: skip
    with places[2]:
        seed = int(st.number_input(
            tr("Seed"), 0, 999, 0, key="guided seed", bind="query-params",
            help=tr("of weights, batches and dropout, of both"),
        ))  # fmt: skip
    with places[3]:
        steps = int(st.selectbox(
            tr("Steps"), _STEPS, index=_STEPS.index(STEPS), key="guided steps", bind="query-params", help=tr("of each"),
        ))  # fmt: skip
    what = (task, model, seed, steps, state.get(_AGAIN, 0))
    key, one = repr(what), pair(*what)
    running = state.running(_RUNNING, key) and not one.done
    with places[4]:
        race_button("guided", _RUNNING, running=running, done=one.done)
    with places[5]:
        st.button(
            tr("Start over"), key="guided over", width="stretch", on_click=_start_over,
            help=tr("the same two trainings, from the first step"),
        )  # fmt: skip
    _guide(one)
    panel(tr("The two trainings"), every=_TICK if running else None)(_watch)(one, running, key)


def _guide(one: GuidedPair) -> None:
    """The switch; what it says holds from the next step on."""
    left, middle, right = st.columns([2, 3, 7], vertical_alignment="center")
    with left:
        on = st.toggle(
            tr("Guidance"),
            value=True,
            key="guided on",
            bind="query-params",
            help=tr("may be switched in the middle, again and again"),
        )
    with middle:
        strength = float(
            st.select_slider(
                tr("Strength"),
                _STRENGTHS,
                STRENGTH,
                format_func=lambda one: f"{one:g}",
                key="guided strength",
                bind="query-params",
            )
        )
    right.caption(
        tr(
            "Both begin with the same weights and see the same batches in the same order. Guidance adds to the loss of one of "
            "them: strength × mean of weight × distance from the diagonal."
        )
    )
    wanted = strength if on else 0.0
    if one.strength != wanted and not one.done:
        one.switch(wanted)
    if not one.step:
        state.put(_BEGUN, wanted)
    changed = [(0, state.get(_BEGUN, wanted)), *one.switched]
    links.say(
        **{"guided switched": ",".join(f"{step}:{strength:g}" for step, strength in changed) if one.switched else None}
    )


def _watch(one: GuidedPair, running: bool, key: str) -> None:
    turns.work("guided", running, partial(one.go_on, _SLICE))
    say_trained(one.step)
    guided_race(one, running=running, key=key)
    race_ended(_RUNNING, running=running, done=one.done)


def _start_over() -> None:
    state.put(_RUNNING, None)
    state.put(_AGAIN, state.get(_AGAIN, 0) + 1)


page()
