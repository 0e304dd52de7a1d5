"""Attention types: six ways to find one's place, trained beside each other, on one utterance and on the ladder of repeats."""

import streamlit as st

from core.language import mark, tr
from core.runs.aligners import ALIGNERS, STEPS, TASK, AlignerRace, offered, syllables
from dashboard import state
from dashboard.components.aligner_view import ladder, race, utterance
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_bar, race_button, race_ended

_TICK = 0.5  # seconds between redraws while something runs
_SLICE = 0.8  # seconds of work in each, some four times what a redraw takes; a press on Stop never waits longer
_RUNNING, _TEXT, _EXAMPLE = "aligners running", "aligners utterance", "aligners example"
ONE, LADDER = mark("One utterance"), mark("The repeat ladder")


def page() -> None:
    """Choose, press, watch."""
    heading(
        "Attention types",
        tr("The same syllables to say, six ways to know one's place in them: who walks, who is lost?"),
    )
    guarded(tr("The trainings"))(_trainings)()


def _trainings() -> None:
    chosen = st.pills(
        tr("Attention"), list(ALIGNERS), selection_mode="multi", default=list(ALIGNERS), key="aligners", bind="query-params",
        format_func=lambda name: tr(ALIGNERS[name].title),
    )  # fmt: skip
    left, middle, right = st.columns([8, 2, 2], vertical_alignment="bottom")
    with left:
        part = st.segmented_control(
            tr("Part"), [ONE, LADDER], format_func=tr, default=ONE, key="aligners part", required=True, bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    with middle:
        seed = int(
            st.number_input(
                tr("Seed"),
                0,
                999,
                0,
                key="aligners seed",
                bind="query-params",
                help=tr("of weights, batches and dropout, of all"),
            )
        )
    if not chosen:
        st.info(tr("Choose one kind of attention at least."), icon=":material/info:")
        return
    names = tuple(name for name in ALIGNERS if name in chosen)
    one = race(names, seed)
    running = state.running(_RUNNING, repr((names, seed))) and not one.done
    with right:
        race_button("aligners", _RUNNING, running=running, done=one.done, help=tr("done; another seed trains anew"))
    if part == LADDER:
        pair = _pair()
        panel(tr("The ladder"), every=_TICK if running else None)(_climb)(one, pair, running)
    else:
        text = _utterance()
        panel(tr("The utterance"), every=_TICK if running else None)(_say)(one, text, running)


def _utterance() -> str:
    state.first(_TEXT, TASK.join(next(iter(offered().values())).source))
    left, right = st.columns([8, 3], vertical_alignment="bottom")
    text = left.text_input(
        tr("Utterance"),
        key=_TEXT,
        bind="query-params",
        max_chars=400,
        help=tr("syllables: {known}", known=" ".join(TASK.known)),
    )
    right.selectbox(
        tr("Example"),
        list(offered()),
        format_func=tr,
        index=None,
        key=_EXAMPLE,
        on_change=_take,
        placeholder=tr("Held out, long, short …"),
    )
    return text


def _take() -> None:
    name = state.get(_EXAMPLE)
    if name is not None:
        state.put(_TEXT, TASK.join(offered()[name].source))


def _pair() -> tuple[str, str]:
    places = st.columns([1, 1, 4])
    first = places[0].selectbox(tr("Pair"), TASK.known, index=0, key="aligners first", bind="query-params")
    second = places[1].selectbox(tr("and"), TASK.known, index=1, key="aligners second", bind="query-params")
    return first, second


def _say(one: AlignerRace, text: str, running: bool) -> None:
    source = syllables(text)
    _go_on(one, running)
    if one.step:
        utterance(one, source)
    race_ended(_RUNNING, running=running, done=one.done)


def _climb(one: AlignerRace, pair: tuple[str, str], running: bool) -> None:
    _go_on(one, running)
    if one.step:
        ladder(one, pair, running=running)
    race_ended(_RUNNING, running=running, done=one.done)


def _go_on(one: AlignerRace, running: bool) -> None:
    race_bar(one, running=running, seconds=_SLICE)
    if not one.step:
        st.caption(
            tr(
                "Press Train: all learn for {steps} steps in turn, from one seed and on the same batches, to turn five to ten "
                "syllables into frames; one to one and a half minutes of a quiet core for all six. GRU decoders but for the "
                "Transformer, whose step takes some two fifths of theirs.",
                steps=STEPS,
            )
        )


page()
