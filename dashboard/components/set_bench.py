"""A bench for systems on sets of vectors: choose a task, a model and settings, train it in a job, or take a run that is there."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import DataError
from core.figures.curves import Curve, curves
from core.language import mark, tr
from core.models.set_models import SET_MODELS
from core.runs import controls, status, store
from core.runs.expectations import expected, told
from core.runs.experiment import create_any
from core.runs.folder import RunFolder
from core.runs.history import History, history
from core.runs.set_config import SetConfig
from core.runs.status import Status
from core.runs.store import find_run
from core.runs.trained_set import TrainedSet
from core.runs.uploads import in_their_words, keep
from core.tasks.set_table import SET_TASKS
from core.tasks.set_task import AbstractSetTask
from core.training.set_trainer import SetTraining
from dashboard import resources, state
from dashboard.components import queueing
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.locks import file_box, unless_locked
from dashboard.components.mode import mode
from dashboard.components.panel import guarded, panel
from dashboard.components.press import pressed
from dashboard.components.settings_form import settings_form
from dashboard.components.uploaded import content

_MEGABYTES = 20  # of a file here; larger ones by their path
_TICK = 0.5  # seconds between looks at a run that trains
_PARTS = {"task": mark("Task"), "model": mark("Model"), "training": mark("Training")}


def bench(tasks: Sequence[str], *, key: str) -> TrainedSet | None:
    """Draw the bench; what was trained last and is chosen, None while nothing has a checkpoint.

    Args:
        tasks: of SET_TASKS, the first one first; key: prefix of the widgets' keys, the page's own.
    """
    places = st.columns([3, 3, 3, 1.4], vertical_alignment="bottom")
    with places[0]:
        task = st.selectbox(
            tr("Task"),
            tasks,
            key=f"{key} task",
            bind="query-params",
            format_func=lambda name: f"{name} · {tr(SET_TASKS[name].summary)}",
        )
    kind = SET_TASKS[task]
    with places[1]:
        model = st.selectbox(
            tr("Model"),
            kind.models,
            key=f"{key} model {task}",
            format_func=lambda name: f"{name} · {tr(SET_MODELS[name].summary)}",
        )
    said = st.container()  # above the settings: what is refused is said beside the button that was pressed
    chosen, brought = _settings(kind, model, f"{key} {task} {model}")
    if pressed(
        tr("Train"), draw=places[3].button, type="primary", icon=":material/play_arrow:", width="stretch", key=f"{key} train", **unless_locked("train"),
    ):  # fmt: skip
        with said:
            guarded(tr("The training"))(_start)(task, model, chosen, brought, key)
    runs = resources.set_addresses(task)
    with places[2]:
        address = _run(runs, f"{key} run {task}")
    st.caption(" ".join(filter(None, (told(expected(task, *kind.models)), tr(kind.expected)))))
    with said:
        for note in state.get(f"{key} noticed {address}") or ():
            st.caption(f":material/rule: {literal(note)}")
    if address is None:
        st.info(tr("Nothing is trained on this task yet: press Train."), icon=":material/model_training:")
        return None
    alive = status.read(find_run(address)).active
    panel(tr("This training"), every=_TICK if alive else None)(_watch)(address, alive, key)
    return resources.set_model(address) if resources.has_weights(address) else None


def _run(runs: Sequence[str], key: str) -> str | None:
    if not runs:
        return None
    if state.get(key) not in runs:
        state.put(key, runs[0])
    return st.selectbox(
        tr("Run"),
        runs,
        key=key,
        bind="query-params",
        help=tr("yours first, the newest before the others; then the shipped ones"),
    )


def _settings(kind: type[AbstractSetTask], model: str, key: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What was chosen, and under which name of ours each file of theirs is kept."""
    start = SetConfig.preset(kind.name, model).to_dict()
    classes = {"task": kind, "model": SET_MODELS[model], "training": SetTraining}
    with st.expander(tr("Settings: data, model, training"), icon=":material/tune:"):
        brought, theirs = dict[str, str](), dict[str, str]()
        for setting in kind.files:
            file = file_box(
                tr("Your own file for {replace}", replace=setting.replace('_', ' ')), key=f"{key} file {setting}", max_upload_size=_MEGABYTES,
                help=tr("at most 20 MB here; larger ones by their path"),
            )  # fmt: skip
            if file is not None:
                suffix = "." + file.name.rpartition(".")[2].lower() if "." in file.name else ".txt"
                path = keep(content(file, _MEGABYTES), suffix)
                brought[setting], theirs[path.name] = str(path), file.name
        for part in _PARTS:
            names = [name for name in start[part] if name != "name"]
            if names:
                st.caption(f"**{tr(_PARTS[part])}**")
                start[part] |= settings_form(classes[part], start[part], key=f"{key} {part}", only=names, columns=4)
        start["task"] |= brought  # last: the form beside it remembers that its field is empty
        start["seed"] = int(st.number_input(tr("seed"), 0, 2**31 - 1, 1, key=f"{key} seed", help=tr("of all chance")))
    return start, theirs


def _start(task: str, model: str, chosen: dict[str, Any], brought: dict[str, str], key: str) -> None:
    """Begin a training and choose it."""
    try:
        config = SetConfig.from_dict(chosen)
        run = create_any(store.free_name(f"{task}-{model}"), config)
    except DataError as error:  # it speaks of our name for the file: the person knows their own
        raise DataError(in_their_words(str(error), brought)) from error
    queueing.train(run)
    with state.undisturbed():
        state.put(f"{key} run {task}", run.address)
        state.put(f"{key} noticed {run.address}", [in_their_words(note, brought) for note in config.task.notes])


def _watch(address: str, alive: bool, key: str) -> None:
    run = find_run(address)
    now = status.read(run)
    past = history(resources.tail(address).look(), now.steps)
    judged = past.last_evaluation
    right = (
        tr(" · {token_accuracy:.1%} of held-out labels right", token_accuracy=judged.token_accuracy) if judged else ""
    )
    told = tr(
        "**{address}** · {standing} · step {step:,} of {steps:,}{right}",
        address=address,
        standing=queueing.standing(run, now),
        step=now.step,
        steps=now.steps,
        right=right,
    )
    bar, more, button = st.columns([6, 1.4, 1.4], vertical_alignment="center")
    with button:
        _control(run, now, key)
    queueing.complaint()
    if now.active:
        bar.progress(min(1.0, now.step / max(1, now.steps)), text=told)
        _curves(past, key)
    else:
        bar.markdown(told)
        with more.popover(tr("Curves"), icon=":material/show_chart:", width="stretch"):
            _curves(past, key)
    if now.state in ("failed", "crashed"):
        st.error(
            literal(now.reason) or tr("it ended without a word; see log.txt in the run folder"), icon=":material/error:"
        )
    elif now.state == "stopped" and now.reason:
        st.info(literal(now.reason), icon=":material/info:")
    if alive != now.active:
        st.rerun()  # one full redraw: what was learned is drawn below, and nothing redraws itself any more


def _curves(past: History, key: str) -> None:
    loss = [
        Curve(tr("training"), past.loss.steps, past.loss.values),
        Curve(tr("held out"), past.held_out_loss.steps, past.held_out_loss.values, 0, 1, points=True),
    ]
    share = [
        Curve(tr("training"), past.accuracy.steps, past.accuracy.values, 0, 2),
        Curve(tr("held out"), past.free_accuracy.steps, past.free_accuracy.values, points=True),
    ]
    left, side = st.columns(2)
    with left:
        figure = curves(loss, title=tr("Loss"), unit=tr("nats per label"), mode=mode(), log=True)
        live_figure(figure, key=f"{key} loss", height=240, alt=tr("loss by step"))
    with side:
        figure = curves(share, title=tr("Labels right"), unit=tr("share"), mode=mode(), share=True)
        live_figure(figure, key=f"{key} right", height=240, alt=tr("share of labels right by step"))


def _control(run: RunFolder, now: Status, key: str) -> None:
    if now.state in ("stopped", "crashed", "failed", "new") or queueing.lost(run, now):
        queueing.resume_button(run, key=f"{key} resume")
    elif now.state in ("waiting", "starting"):
        queueing.cancel_button(run, key=f"{key} cancel")
    elif now.alive:
        st.button(
            tr("Stop"), icon=":material/stop:", width="stretch", on_click=queueing.told,
            args=(controls.send, run, "stop"), key=f"{key} stop",
            help=tr("it keeps what it has learned, and can go on later"),
        )  # fmt: skip
