"""The form for a new training: task, model, preset, every setting; Train asks for a turn."""

from typing import Any

import streamlit as st

from core.errors import DataError
from core.language import mark, tr
from core.runs import status, store
from core.runs.catalog import MODELS, OBJECTIVES, TASKS
from core.runs.config import PARTS, ExperimentConfig
from core.runs.experiment import create
from core.runs.folder import RunFolder
from core.runs.presets import PRESETS, preset_of
from core.runs.uploads import in_their_words, keep
from core.settings import Settings
from core.training.settings import TrainingSettings
from dashboard import links, state
from dashboard.components import queueing
from dashboard.components.literal import literal
from dashboard.components.locks import file_box, unless_locked
from dashboard.components.panel import guarded
from dashboard.components.press import pressed
from dashboard.components.settings_form import groups, settings_form
from dashboard.components.uploaded import content
from dashboard.components.wiring_view import planned_wiring

WATCH = "watch"
_MEGABYTES = 20  # of a file here; larger ones by their path
_NOTICED = mark("noticed in the files")  # of the training that was begun last
_FEW = ("steps", "batch_size", "learning_rate")


def training_form() -> None:
    """Choose and train; what cannot be is said under the button."""
    task = st.selectbox(
        tr("Task"), list(TASKS), key="task", bind="query-params",
        format_func=lambda name: f"{name} · {tr(TASKS[name].summary)}",
    )  # fmt: skip
    left, right = st.columns(2)
    model = left.selectbox(
        tr("Model"), list(MODELS), key="model", bind="query-params",
        help="  \n".join(f"{n}: {tr(m.summary)}" for n, m in MODELS.items()),
    )  # fmt: skip
    preset = right.selectbox(
        tr("Preset"),
        PRESETS,
        key="preset",
        bind="query-params",
        help=tr("fast: learns while a class watches; full: nearly all held-out examples right"),
    )
    objective = _objective(model)
    start = preset_of(task, model, preset).to_dict()
    start["objective"] = {"name": objective, **OBJECTIVES[objective]().to_dict()}
    key = f"{task} {model} {objective} {preset}"
    start["training"] |= settings_form(TrainingSettings, start["training"], key=f"{key} training", columns=3, only=_FEW)
    above = st.container()  # files, a name and the button, in sight before all that may be set below them
    chosen = _settings(start, key)
    with above:
        guarded(tr("The form"))(_begin)(task, model, chosen)


def _begin(task: str, model: str, chosen: dict[str, Any]) -> None:
    uploaded = _upload(task, chosen)
    name = st.text_input(
        tr("Name of the run"),
        placeholder=store.free_name(f"{task}-{model}"),
        key="name",
        help=tr("letters, digits, - _ and . ; a free name is chosen where you leave it empty"),
    )
    free = unless_locked("train")
    if pressed(tr("Train"), type="primary", icon=":material/play_arrow:", width="stretch", key="train", **free):
        with state.undisturbed():
            state.forget(_NOTICED)
        run, notes = _start(name.strip() or store.free_name(f"{task}-{model}"), chosen, uploaded)
        with state.undisturbed():
            _follow(run)
            state.put(_NOTICED, notes)
        _say(run)
        st.rerun()
    for note in state.get(_NOTICED) or ():
        st.caption(f":material/rule: {literal(note)}")


def _follow(run: RunFolder) -> None:
    """Let this page watch a run, and the others open on it."""
    state.put(f"kept {links.RUN}", run.address)
    state.put(f"kept {links.SOURCE}", None)
    state.put("next watch", run.address)  # the widget that shows it is drawn already: it takes this on the next run


def _say(run: RunFolder) -> None:
    if status.read(run).state == "waiting":
        st.toast(tr("{address} waits for its turn", address=run.address), icon=":material/hourglass_top:")
    else:
        st.toast(tr("Training {address} in a process of its own", address=run.address), icon=":material/rocket_launch:")


def _objective(model: str) -> str:
    """Of those that train such a model; each kind of model remembers its own."""
    parallel = hasattr(MODELS[model](), "counting")
    chosen: str = st.selectbox(
        tr("Objective"),
        [name for name, kind in OBJECTIVES.items() if bool(kind().countings) == parallel],
        key="objective of places" if parallel else "objective",
        bind="query-params",
        format_func=lambda name: f"{name} · {tr(OBJECTIVES[name].summary)}",
        help=tr("what the training minimizes"),
    )
    return chosen


_PARTS = {"task": mark("Task settings"), "model": mark("Model settings"), "objective": mark("Objective settings")}


def _settings(start: dict[str, Any], key: str) -> dict[str, Any]:
    chosen = {part: dict(start[part]) for part in PARTS}
    tables = {"task": TASKS, "model": MODELS, "objective": OBJECTIVES}
    kinds: dict[str, type[Settings]] = {part: table[start[part]["name"]] for part, table in tables.items()}
    inside = groups(kinds["model"])[1]
    for part, kind in kinds.items():
        left_out = inside if part == "model" else getattr(kind, "typed", ())
        names = [name for name in start[part] if name != "name" and name not in left_out]
        if not names:
            continue
        with st.expander(tr(_PARTS[part])):
            chosen[part] |= settings_form(kind, start[part], key=f"{key} {part}", only=names)
    if inside:
        box = st.expander(tr("Inside the model: scores, masks, norms, wiring"), key=f"{key} inside", on_change="rerun")
        with box:
            more = settings_form(kinds["model"], start["model"], key=f"{key} model", only=inside)
            chosen["model"] |= {name: more[name] for name in inside}
            if box.open:  # few look inside, and a picture asks for its library as soon as it is there
                planned_wiring(chosen["model"], key=f"{key} wiring")
    with st.expander(tr("Training settings")):
        rest = [name for name in start["training"] if name not in _FEW]
        more = settings_form(TrainingSettings, start["training"], key=f"{key} training", only=rest)
        chosen["training"] |= {name: more[name] for name in rest}
        seed = st.number_input(
            tr("seed"),
            value=int(start["seed"]),
            step=1,
            key=f"{key} seed",
            help=tr("the same seed repeats the whole training"),
        )
    return {**chosen, "seed": int(seed)}


def _upload(task: str, chosen: dict[str, Any]) -> dict[str, str]:
    """Take files, where a task reads some; under which name of ours each of theirs is kept."""
    kind = TASKS[task]
    if not kind.files:
        return {}
    files = file_box(
        kind.brings,
        accept_multiple_files=True,
        type=["tsv", "txt", "csv", "json", "jsonl", "yml", "yaml"],
        key=f"upload {task}",
        max_upload_size=_MEGABYTES,
        help=tr("UTF-8 is best; at most 20 MB here, larger files by their path"),
    )
    if len(files) > len(kind.files):
        st.warning(
            tr(
                "{count} files were brought, and {task} reads {count2}: take the others away, or join them",
                count=len(files),
                task=task,
                count2=len(kind.files),
            )
        )
    paths = [keep(content(file, _MEGABYTES)) for file in files[: len(kind.files)]]
    for setting, path in zip(kind.files, paths):
        chosen["task"][setting] = str(path)
    return {path.name: file.name for path, file in zip(paths, files)}


def _start(name: str, chosen: dict[str, Any], uploaded: dict[str, str]) -> tuple[RunFolder, list[str]]:
    """A training that has begun, and what whoever brought its files should know."""
    try:
        config = ExperimentConfig.from_dict(chosen)
        run = create(name, config)
    except DataError as error:  # it speaks of our name for the file: the person knows their own
        raise DataError(in_their_words(str(error), uploaded)) from error
    queueing.train(run)
    return run, [in_their_words(note, uploaded) for note in config.task.notes]
