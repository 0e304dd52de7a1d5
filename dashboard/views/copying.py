"""Copy or generate: four decoders on one source with names nobody has seen; what each makes, and what it copies from where."""

import streamlit as st

from core.language import tr
from core.runs.copying_race import COPY_TASKS, STEPS, CopyingRace
from core.tasks.table import TASKS
from dashboard import state
from dashboard.components.copying_view import outputs, race
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_bar, race_button, race_ended

_TICK = 0.6  # seconds between redraws while something runs
_SLICE = 0.8  # seconds of work in each: a press on Stop never waits long
_RUNNING, _EXAMPLE = "copying running", "copying example"
_OFFERED = 6  # held-out sources to take
_STARTS = {"chat": "Hello, my name is Zorblax Quirin."}  # a name that stands in no list of the task


def page() -> None:
    """Choose, press, type a name."""
    heading(
        "Copy or generate", tr("A name nobody has heard before: who can say it, and where does each word come from?")
    )
    guarded(tr("The trainings"))(_trainings)()


def _trainings() -> None:
    places = st.columns([5, 2, 2], vertical_alignment="bottom")
    with places[0]:
        task = st.selectbox(
            tr("Task"), COPY_TASKS, key="copying task", bind="query-params",
            format_func=lambda name: f"{name} · {tr(TASKS[name].summary)}",
        )  # fmt: skip
    with places[1]:
        seed = int(
            st.number_input(
                tr("Seed"),
                0,
                999,
                0,
                key="copying seed",
                bind="query-params",
                help=tr("of weights, batches and dropout, of all"),
            )
        )
    one = race(task, seed)
    running = state.running(_RUNNING, repr((task, seed))) and not one.done
    with places[2]:
        race_button("copying", _RUNNING, running=running, done=one.done, help=tr("done; another seed trains anew"))
    text = _source(one, task)
    panel(tr("The outputs"), every=_TICK if running else None)(_watch)(one, text, running)


def _source(one: CopyingRace, task: str) -> str:
    name = f"copying source {task}"
    state.first(name, _STARTS.get(task, one.task.join(one.held_out[0].source)))
    left, right = st.columns([8, 3], vertical_alignment="bottom")
    text = left.text_input(
        tr("Source"),
        key=name,
        bind="query-params",
        max_chars=800,
        help=tr("put names or figures of your own into a sentence of the task"),
    )
    examples = {one.task.join(example.source): example for example in one.held_out[:_OFFERED]}
    right.selectbox(
        tr("Example"), list(examples), index=None, key=f"{_EXAMPLE} {task}", on_change=_take, args=(name, task),
        placeholder=tr("Held out …"),
    )  # fmt: skip
    return text


def _take(name: str, task: str) -> None:
    chosen = state.get(f"{_EXAMPLE} {task}")
    if chosen is not None:
        state.put(name, chosen)


def _watch(one: CopyingRace, text: str, running: bool) -> None:
    source = one.read(text)
    race_bar(one, running=running, seconds=_SLICE)
    if not one.step:
        st.caption(
            tr(
                "Press Train: four GRU decoders learn for {steps} steps in turn, from one seed and on the same batches; well "
                "under a minute. Of the names in training the vocabulary holds a few; those of the test stand in no training "
                "example.",
                steps=STEPS,
            )
        )
    else:
        outputs(one, source, running=running)
    race_ended(_RUNNING, running=running, done=one.done)


page()
