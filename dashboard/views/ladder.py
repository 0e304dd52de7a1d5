"""The 发财 ladder: a word said once to four times, by speakers that find their place in the text in different ways."""

from functools import partial

import streamlit as st

from core.language import mark, tr
from core.training.spoken_ladder import WORDS
from dashboard import state
from dashboard.components import ladder_work, turns
from dashboard.components.heading import heading
from dashboard.components.locks import unless_locked
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import say_trained
from dashboard.components.voice_view import voice_view

_TICK = 0.4  # seconds between redraws while something runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long
_SHOWN = (mark("The ladder"), mark("A voice from disk"))
_RUNNING, _BEGUN = "ladder running", "ladder begun"


def page() -> None:
    """Choose, train, listen."""
    heading(
        "The 发财 ladder",
        tr("Who learned from long utterances: is 发财 said once as well as four times?"),
    )
    what = st.segmented_control(
        tr("Show"), _SHOWN, format_func=tr, default=_SHOWN[0], key="ladder show", bind="query-params", required=True
    )
    if what == _SHOWN[0]:
        guarded(tr("The speakers"))(_speakers)()
    else:
        panel(tr("The voice"))(voice_view)()


def _speakers() -> None:
    kinds = st.pills(
        tr("Attention"), list(ladder_work.KINDS), selection_mode="multi", default=("content", "location"), key="ladder kinds", bind="query-params",
        format_func=lambda kind: tr(ladder_work.KINDS[kind]),
    )  # fmt: skip
    places = st.columns([2, 2, 1, 1, 1], vertical_alignment="bottom")
    with places[0]:
        guided = st.toggle(
            tr("Guided attention"), key="ladder guided", bind="query-params",
            help=tr("a pull to the diagonal while they learn"),
        )  # fmt: skip
    with places[1]:
        short = st.toggle(
            tr("Short utterances too"), key="ladder short", bind="query-params",
            help=tr("the cure: training has one to six words instead of four to six"),
        )  # fmt: skip
    with places[2]:
        word = st.selectbox(tr("Word"), WORDS, key="ladder word", bind="query-params")
    with places[3]:
        draw = st.number_input(
            tr("Chance"), 0, 99, 0, key="ladder draw", bind="query-params",
            help=tr("0: none; else the prenet drops while they speak, by this seed"),
        )  # fmt: skip
    if not kinds:
        st.info(tr("There is no speaker to train; choose an attention at least."), icon=":material/info:")
        return
    names = {kind: (kind, guided, short, 0) for kind in ladder_work.KINDS if kind in kinds}
    key = repr(names)
    running = state.running(_RUNNING, key)
    if running:
        state.put(_BEGUN, key)
    with places[4]:
        _button(running)
    panel(tr("The ladder"), every=_TICK if running else None)(_ladder)(names, word, int(draw), running)


def _ladder(names: dict[str, tuple[str, bool, bool, int]], word: str, draw: int, running: bool) -> None:
    if not running and state.get(_BEGUN) != repr(names):
        st.caption(
            tr(
                "Press Train: espeak-ng says {utterances} utterances, and each speaker learns from them for "
                "{steps} steps, a minute or two of a quiet core. Stop at any time to hear how far they are.",
                utterances=ladder_work.UTTERANCES,
                steps=ladder_work.STEPS,
            )
        )
        return
    ladders = {kind: ladder_work.ladder(*name) for kind, name in names.items()}
    turns.work("ladder", running, partial(ladder_work.go_on, ladders, _SLICE))
    say_trained(min(len(one.losses) for one in ladders.values()))
    ladder_work.progress(ladders, running=running)
    done = all(one.done for one in ladders.values())
    if running and done:
        state.put(_RUNNING, None)
        st.rerun()  # one full redraw: from here on nothing redraws itself
    if not running and all(one.losses for one in ladders.values()):
        ladder_work.rungs(ladders, names, word, draw)
        st.caption(
            tr(
                "What is heard says a recognizer that knows espeak-ng's recordings of every word, one to eight times, and "
                "takes the nearest; it hears the sound alone. The maps of espeak-ng are true: it tells when each character begins."
            )
        )


def _button(running: bool) -> None:
    if running:
        st.button(
            tr("Stop"), icon=":material/stop:", key="ladder stop", width="stretch", on_click=state.put, args=(_RUNNING, None),
            help=tr("listen to what they have learned; Train goes on from there"),
        )  # fmt: skip
    else:
        st.button(
            tr("Train"), type="primary", icon=":material/play_arrow:", key="ladder train", width="stretch",
            on_click=state.press, args=(_RUNNING,), **unless_locked("practice"),
        )  # fmt: skip


page()
