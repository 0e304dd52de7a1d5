"""Train on BLEU: fine-tune a run with a reward, beside as many more steps of cross-entropy."""

from functools import partial

import streamlit as st

from core.language import mark, tr
from core.runs.reward_pair import OBJECTIVES_SHOWN, RATE, STEPS, RewardPair
from core.training.objectives import OBJECTIVES
from core.training.rewards import REWARDS
from dashboard import state
from dashboard.components import turns
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_button, race_ended, say_trained
from dashboard.components.reward_race import pair, reward_race
from dashboard.resources import model_addresses

_TICK = 0.5  # seconds between redraws while something runs
_SLICE = 0.4  # seconds of work in each: a press on Stop never waits long
_RUNNING, _AGAIN = "reward running", "reward again"
_FIRST = "demo/pinyin-transformer"  # of the shipped runs the one whose draws have most to gain
_STEPS = (50, STEPS, 200, 400)
_RATES = (1e-4, 2e-4, RATE, 1e-3, 2e-3)
_NOISES = {0.0: mark("right"), 0.1: mark("10 % of tokens wrong"), 0.25: mark("25 % of tokens wrong")}
_REWARDS = {
    "bleu": mark("sentence BLEU"),
    "chrf": mark("sentence chrF"),
    "exact": mark("exact match"),
    "edits": mark("1 − edits per token"),
}


def page() -> None:
    """Choose, press, watch."""
    heading(
        "Train on BLEU",
        tr("BLEU has no gradient. When you do not know how to optimize something, use reinforcement learning?"),
    )
    guarded(tr("The two trainings"))(_trainings)()


def _trainings() -> None:
    run, objective, reward, noise = _what()
    rate, seed, steps, buttons = _how()
    what = (run, objective, reward, noise, rate, seed, steps, state.get(_AGAIN, 0))
    key, one = repr(what), pair(*what)
    running = state.running(_RUNNING, key) and not one.done
    with buttons[0]:
        race_button("reward", _RUNNING, running=running, done=one.done)
    with buttons[1]:
        st.button(
            tr("Start over"), icon=":material/restart_alt:", key="reward over", width="stretch", on_click=_start_over,
            help=tr("the same two trainings, from the run's weights"),
        )  # fmt: skip
    panel(tr("The two trainings"), every=_TICK if running else None)(_watch)(one, running, key)


def _what() -> tuple[str, str, str, float]:
    places, known = st.columns([3, 3, 2, 3], vertical_alignment="bottom"), model_addresses()
    with places[0]:
        state.first("reward run", _FIRST if _FIRST in known else known[0])
        run = st.selectbox(
            tr("Run"), known, key="reward run", bind="query-params", help=tr("whose weights both begin with")
        )
    with places[1]:
        objective = st.selectbox(
            tr("Objective"), list(OBJECTIVES_SHOWN), key="reward objective", bind="query-params",
            format_func=lambda name: name.replace("_", "-"),
            help="  \n".join(f"{name}: {tr(OBJECTIVES[name].summary)}" for name in OBJECTIVES_SHOWN),
        )  # fmt: skip
    with places[2]:
        reward = st.selectbox(
            tr("Reward"), list(REWARDS), key="reward kind", bind="query-params", format_func=lambda name: tr(_REWARDS[name]),
            help=tr("of a drawn output against its reference; a function of your own: attnlab train, objective.reward_file"),
        )  # fmt: skip
    with places[3]:
        noise = st.selectbox(
            tr("References while it trains"), list(_NOISES), key="reward noise", bind="query-params", format_func=lambda share: tr(_NOISES[share]),
            help=tr("of both trainings. From wrong references cross-entropy learns the errors too, as often as they are"),
        )  # fmt: skip
    return str(run), str(objective), str(reward), float(noise)


def _how() -> tuple[float, int, int, list[st.delta_generator.DeltaGenerator]]:
    places = st.columns([3, 2, 2, 2, 2], vertical_alignment="bottom")
    with places[0]:
        rate = st.select_slider(
            tr("Learning rate"), _RATES, RATE, format_func=lambda one: f"{one:g}", key="reward rate", bind="query-params",
            help=tr("of both, constant; too high a rate hurts a policy gradient first"),
        )  # fmt: skip
    with places[1]:
        steps = st.selectbox(
            tr("Steps"), _STEPS, index=_STEPS.index(STEPS), key="reward steps", bind="query-params", help=tr("of each")
        )
    with places[2]:
        seed = st.number_input(
            tr("Seed"), 0, 999, 1, key="reward seed", bind="query-params", help=tr("of batches, dropout and draws")
        )
    return float(rate), int(seed), int(steps), places[3:]


def _watch(one: RewardPair, running: bool, key: str) -> None:
    if running and not state.running(_RUNNING, key):  # a press may arrive with a redraw of this panel alone
        st.rerun()
    turns.work("reward", running, partial(one.go_on, _SLICE))
    say_trained(one.step)
    reward_race(one, running=running)
    race_ended(_RUNNING, running=running, done=one.done)


def _start_over() -> None:
    state.put(_RUNNING, None)
    state.put(_AGAIN, state.get(_AGAIN, 0) + 1)


page()
