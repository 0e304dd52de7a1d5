"""One wrong word: two models, of which one has read its own errors while it learned; what an error does to each."""

from functools import partial

import streamlit as st

from core.errors import RunError
from core.language import mark, tr
from core.metrics.exposure import Exposure
from core.runs.alike import alike_first
from core.runs.exposed_pair import FORCED, HALF, PAIR_MODELS, SAMPLED, STEPS, ExposedPair
from core.runs.trained import TrainedModel
from core.runs.wrong_word import comparable
from core.tasks.task import held_out
from core.training.events import Evaluated
from core.training.exposing import exposed
from core.training.gold_schedules import GOLD_SCHEDULES
from dashboard import kept, resources, state
from dashboard.components import turns
from dashboard.components.exposure_race import exposure_race, exposures, pair
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_button, race_ended, say_trained
from dashboard.components.wrong_word_view import wrong_word

_TICK = 0.4  # seconds between redraws while something runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long
_RUNNING, _AGAIN = "wrong running", "wrong again"
_HERE, _RUNS = mark("Trained here"), mark("Two of the runs")
_STEPS = (150, STEPS, 600, 1200)
_HALVES = (25, HALF, 100, 200, 400)
_MODELS = {"recurrent": mark("GRU"), "transformer": mark("Transformer")}
_MEASURED = 64  # held-out examples


def page() -> None:
    """Train two or choose two, then put a wrong word into their mouths."""
    heading("One wrong word", tr("Trained on right prefixes alone, a decoder has never seen an error of its own."))
    which = st.segmented_control(
        tr("Models"),
        (_HERE, _RUNS),
        format_func=tr,
        default=_HERE,
        key="wrong models",
        bind="query-params",
        required=True,
    )
    if which == _RUNS:
        guarded(tr("The two runs"))(_chosen)()
    else:
        guarded(tr("The two trainings"))(_trainings)()
    st.caption(
        tr(
            "Scheduled sampling (Bengio et al. 2015) feeds some of the model's own tokens while it learns. A known objection "
            "(Huszár 2015): what it minimizes is not the likelihood, and its best model need not be the true distribution. Under "
            "the right prefix it may well be the worse of two."
        )
    )


def _trainings() -> None:
    places = st.columns([3, 3, 2, 2, 2, 2, 3], vertical_alignment="bottom")
    with places[0]:
        model = st.selectbox(
            tr("Model"), list(PAIR_MODELS), format_func=lambda name: tr(_MODELS[name]), key="wrong model", bind="query-params",
            help=tr("a GRU that is fed token after token, or a Transformer whose prefix is written in two passes"),
        )  # fmt: skip
    with places[1]:
        schedule = st.selectbox(
            tr("Schedule"), [name for name in GOLD_SCHEDULES if name != "constant"], key="wrong schedule", bind="query-params",
            format_func=lambda name: name.replace("_", " "), help=tr("how the share of right tokens falls"),
        )  # fmt: skip
    with places[2]:
        half = int(st.selectbox(
            tr("Half at step"), _HALVES, _HALVES.index(HALF), key="wrong half", bind="query-params",
            help=tr("every other token is right")))  # fmt: skip
    with places[3]:
        steps = int(st.selectbox(
            tr("Steps"), _STEPS, _STEPS.index(STEPS), key="wrong steps", bind="query-params", help=tr("of each")
        ))  # fmt: skip
    with places[4]:
        seed = int(st.number_input(
            tr("Seed"), 0, 999, 0, key="wrong seed", bind="query-params",
            help=tr("of weights, batches and chance, of both"),
        ))  # fmt: skip
    what = (model, schedule, half, seed, steps, state.get(_AGAIN, 0))
    key, one = repr(what), pair(*what)
    running = state.running(_RUNNING, key) and not one.done
    with places[5]:
        race_button("wrong", _RUNNING, running=running, done=one.done)
    with places[6]:
        st.button(
            tr("Start over"), icon=":material/restart_alt:", key="wrong over", width="stretch", on_click=_start_over,
            help=tr("the same two trainings, from the first step"),
        )  # fmt: skip
    panel(tr("The two trainings"), every=_TICK if running else None)(_watch)(one, running)
    if one.step and not running:
        models = {name: side.model for name, side in one.sides.items()}
        panel(tr("One wrong word"))(wrong_word)(
            models, one.config.task, one.sides[FORCED].measured, key=f"{key} {one.step}"
        )


def _watch(one: ExposedPair, running: bool) -> None:
    turns.work("wrong", running, partial(one.go_on, _SLICE))
    say_trained(one.step)
    exposure_race(one, running=running)
    race_ended(_RUNNING, running=running, done=one.done)


def _start_over() -> None:
    state.put(_RUNNING, None)
    state.put(_AGAIN, state.get(_AGAIN, 0) + 1)


def _chosen() -> None:
    """Two runs of the same task; any two, so that what was trained at the command line can be looked at."""
    known = resources.model_addresses()
    if len(known) < 2:
        raise RunError(tr("there are fewer than two trained runs: train two on the page Train, with and without the objective "
                       "{replace}", replace=SAMPLED.replace(' ', '_')))  # fmt: skip
    left, right = st.columns(2)
    with left:
        first = st.selectbox(
            tr("One run"), known, key="wrong first", bind="query-params", help=tr("yours first, then the shipped ones")
        )
    of_task = resources.task_addresses(resources.task_of(first))
    others = alike_first(first, [address for address in of_task if address != first])
    if not others:
        raise RunError(
            tr("{first} is the only run of its task: train another one of the same task on the page Train", first=first)
        )
    with right:
        second = st.selectbox(tr("Another of the same task"), others, key=f"wrong second {first}", bind="query-params")
    models = {address: resources.model(address) for address in (first, second)}
    comparable(*models.values())
    task = models[first].config.task
    examples = held_out(task, "test", _MEASURED)
    found = {address: _exposed(address, one.step, one) for address, one in models.items()}
    exposures({address: _learned(address) for address in models}, found, task)
    panel(tr("One wrong word"))(wrong_word)(
        {address: one.model for address, one in models.items()}, task, examples, key=f"{first} {second}"
    )


@kept.of_run(show_spinner="Measuring …", max_entries=16)
def _exposed(address: str, step: int, _trained: TrainedModel) -> Exposure:
    task = _trained.config.task
    return exposed(_trained.model, held_out(task, "test", _MEASURED), task.vocabularies)


def _learned(address: str) -> tuple[list[int], list[float], list[float]]:
    told = [event for event in resources.tail(address).look() if isinstance(event, Evaluated)]
    return [one.step for one in told], [one.forced_accuracy for one in told], [one.token_accuracy for one in told]


page()
