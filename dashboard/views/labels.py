"""Labels: a set written one label after the other, beside sigmoids that judge each by itself, while both learn."""

import streamlit as st

from core.language import mark, tr
from core.runs.expectations import expected, told
from core.runs.label_race import STEPS, WRITERS, LabelRace
from dashboard import state
from dashboard.components.heading import heading
from dashboard.components.labels_view import both, race
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_bar, race_button, race_ended

_TICK = 0.6  # seconds between redraws while something runs
_SLICE = 0.8  # seconds of work in each: a press on Stop never waits long
_RUNNING, _SOURCE, _EXAMPLE = "labels running", "labels text", "labels example"
_OFFERED = 8  # held-out texts to take
_START = "Today we had bread rice our song snow wind"
_ANNOTATORS = {
    2: mark("two, with names of their own"),
    1: mark("one"),
}


def page() -> None:
    """Choose, press, type a text."""
    heading("Labels", tr("A decoder writes the labels of a text one after the other, and decides how many there are."))
    guarded(tr("The trainings"))(_trainings)()


def _trainings() -> None:
    places = st.columns([4, 4, 2, 2], vertical_alignment="bottom")
    with places[0]:
        writer = st.selectbox(
            tr("Decoder"),
            list(WRITERS),
            key="labels decoder",
            bind="query-params",
            format_func=lambda name: tr(WRITERS[name][0]),
        )
    with places[1]:
        annotators = st.selectbox(
            tr("Annotators"), list(_ANNOTATORS), key="labels annotators", bind="query-params",
            format_func=lambda number: tr(_ANNOTATORS[number]),
            help=tr("two call the same themes by different names, and no word of a text tells who it was"),
        )  # fmt: skip
    with places[2]:
        seed = int(
            st.number_input(
                tr("Seed"),
                0,
                999,
                0,
                key="labels seed",
                bind="query-params",
                help=tr("of weights, texts and dropout, of both"),
            )
        )
    one = race(writer, annotators, seed)
    running = state.running(_RUNNING, repr((writer, annotators, seed))) and not one.done
    with places[3]:
        race_button("labels", _RUNNING, running=running, done=one.done, help=tr("done; another seed trains anew"))
    text = _source(one)
    panel(tr("The labels"), every=_TICK if running else None)(_watch)(one, text, running)


def _source(one: LabelRace) -> str:
    state.first(_SOURCE, _START)
    left, right = st.columns([8, 3], vertical_alignment="bottom")
    text = left.text_input(
        tr("Text"),
        key=_SOURCE,
        bind="query-params",
        max_chars=800,
        help=tr("words that belong to no theme are passed over"),
    )
    examples = [one.task.join(example.source) for example in one.held_out[:_OFFERED]]
    right.selectbox(tr("Example"), examples, index=None, key=_EXAMPLE, on_change=_take, placeholder=tr("Held out …"))
    return text


def _take() -> None:
    chosen = state.get(_EXAMPLE)
    if chosen is not None:
        state.put(_SOURCE, chosen)


def _watch(one: LabelRace, text: str, running: bool) -> None:
    source = one.read(text)
    race_bar(one, running=running, seconds=_SLICE)
    if not one.step:
        st.caption(
            tr(
                "Press Train: a small Transformer and sigmoids on the same kind of encoder learn for {steps} steps in turn, from one "
                "seed and on the same texts; about ten seconds. Texts are made up of a few themes, and each was labelled by one "
                "of the annotators; nothing in a text tells by whom. Texts of your own are the task labels on the page Train. "
                "{told}",
                steps=STEPS,
                told=told(expected("labels", *one.writers)) if one.task.annotators > 1 else "",
            )
        )
    else:
        both(one, source, running=running)
    race_ended(_RUNNING, running=running, done=one.done)


page()
