"""The command that trains."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.devices import Device, choose, refuse_elsewhere
from core.cli.printing import Assignments, Json, show
from core.errors import SettingError
from core.language import tr

_WORKERS = "training.workers"
if TYPE_CHECKING:
    from core.runs.config import ExperimentConfig
    from core.runs.folder import RunFolder
    from core.runs.set_config import SetConfig
    from core.runs.voice_config import VoiceConfig
    from core.training.events import Evaluated


def train(
    task: Annotated[str, typer.Option(help="what to learn; see attnlab tasks")] = "",
    model: Annotated[str, typer.Option(help="what learns: transformer where none is given; tts has its own")] = "",
    objective: Annotated[str, typer.Option(help="what is minimized; see attnlab objectives")] = "",
    preset: Annotated[str, typer.Option(help="settings to begin with: fast or full")] = "fast",
    recipe: Annotated[
        Path | None, typer.Option(help="a .toml file with everything, instead of task, model and preset")
    ] = None,
    begin: Annotated[
        str, typer.Option("--from", metavar="RUN", help="begin with the weights of this run, and with its settings")
    ] = "",
    assignments: Assignments = None,
    steps: Annotated[int | None, typer.Option(help="optimizer steps; training.steps")] = None,
    seed: Annotated[int | None, typer.Option(help="of all chance")] = None,
    name: Annotated[str, typer.Option(help="of the run; a free one is chosen where none is given")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run of this --name")] = False,
    device: Device = "",
    json: Json = False,
) -> None:
    """Train a model, in this process and at once, whatever waits in the app; its run folder can be watched there meanwhile."""
    choose(device)
    from core.runs import controls
    from core.runs.config import ExperimentConfig
    from core.runs.experiment import create_any, run_experiment
    from core.runs.store import find_run, free_name
    from core.runs.voice_config import VoiceConfig
    from core.training.events import Evaluated

    workers = _workers(assignments or []) if resume else None
    if resume:
        if not name:
            raise SettingError(tr("--resume needs the --name of the run to go on with; see attnlab runs list"))
        run = find_run(name)
        with run.lock():  # one that lives keeps what it was asked
            controls.clear(run)  # a request to a dead training is not meant for this one
    else:
        config = _configuration(task, model, preset, recipe, begin, _changes(assignments or [], objective, steps, seed))
        if not isinstance(config, ExperimentConfig):
            refuse_elsewhere(device, tr("task={task} is", task=config.task.name))
        name = name or free_name(f"{config.task.name}-{config.model_name}")
        run = create_any(name, config, own_code=True)
        for note in () if isinstance(config, VoiceConfig) else config.task.notes:
            typer.echo(note, err=True)
    last: Evaluated | None = None
    for event in run_experiment(run, own_code=True, workers=workers):
        if isinstance(event, Evaluated):
            last = event
            if not json:
                print(_told(event), flush=True)
    show(_summary(run, last), json, tr("trained: {run} ({path})", run=run.address, path=run.path))


def _workers(assignments: list[str]) -> int | None:
    """How many share the rest of a training that is resumed; None: as many as before."""
    from core.runs.config import parse_assignments
    from core.training.settings import TrainingSettings

    changes = parse_assignments(assignments)
    given = changes.pop(_WORKERS, None)
    if changes:
        raise SettingError(
            tr(
                "--resume goes on with the settings of the run, so {settings} cannot change; only {workers} may, for how "
                "many share the work changes nothing of what is learned: leave the others out, or train --from the run",
                settings=", ".join(changes),
                workers=_WORKERS,
            )
        )
    return None if given is None else TrainingSettings.from_dict({"workers": given}, "training.").workers


def _configuration(
    task: str, model: str, preset: str, recipe: Path | None, begin: str, changes: dict[str, object]
) -> "ExperimentConfig | VoiceConfig | SetConfig":
    from core.runs.beginning import fine_tuning
    from core.runs.presets import preset_of
    from core.runs.recipes import read_recipe
    from core.runs.set_config import SetConfig
    from core.runs.trained import load
    from core.runs.voice_config import VoiceConfig
    from core.tasks.set_table import SET_TASKS
    from core.tasks.synthesis import Synthesis

    if recipe is None and not task and not begin:
        raise SettingError(
            tr("say what to learn: --task reverse (see attnlab tasks), --from RUN, or --recipe FILE.toml")
        )
    if begin:
        changes = {"training.from_run": begin, **changes}
    if recipe is not None:
        return read_recipe(recipe).changed(changes)
    if task == Synthesis.name:
        return VoiceConfig.preset(preset).changed(_of_a_voice(model, begin, changes))
    if task in SET_TASKS:
        return SetConfig.preset(task, model, preset).changed(_of_sets(changes))
    config = fine_tuning(load(begin)) if begin and not task else preset_of(task, model or "transformer", preset)
    return config.changed(changes)


def _of_a_voice(model: str, begin: str, changes: dict[str, object]) -> dict[str, object]:
    if model not in ("", "speaker"):
        raise SettingError(
            tr("tts is learned by a speaker, not by {model!r}: leave --model out; see model.encoder", model=model)
        )
    if begin or "objective.name" in changes:
        raise SettingError(
            tr("a voice is trained from the beginning, for its one objective: leave --from and --objective out")
        )
    return changes


def _of_sets(changes: dict[str, object]) -> dict[str, object]:
    if "objective.name" in changes:
        raise SettingError(tr("labels of sets are learned by their cross-entropy alone: leave --objective out"))
    return changes


def _changes(assignments: list[str], objective: str, steps: int | None, seed: int | None) -> dict[str, object]:
    from core.runs.config import parse_assignments

    given = {"objective.name": objective or None, "training.steps": steps, "seed": seed}
    return {**parse_assignments(assignments), **{name: value for name, value in given.items() if value is not None}}


def _told(event: "Evaluated") -> str:
    """An evaluation in a line; what a kind of task does not have is left out."""
    values, scored = event.measures or {}, event.signatures or {}
    rates = {name: value for name, value in values.items() if name not in scored}
    shares = {tr("exact match"): event.exact_match, tr("token accuracy"): event.token_accuracy, **rates}
    told = [f"{name} {value:.1%}" for name, value in shares.items() if not math.isnan(value)]
    said = ", ".join([*told, *(f"{name} {values[name]:.1f}" for name in scored)])
    return tr(
        "step {step}: loss {loss:.4f}, {said} of {n} held-out examples",
        step=event.step, loss=event.loss, said=said, n=event.n,
    )  # fmt: skip


def _summary(run: "RunFolder", last: "Evaluated | None") -> dict[str, object]:
    facts = {} if last is None else asdict(last)
    known = {name: None if isinstance(one, float) and math.isnan(one) else one for name, one in facts.items()}
    return {"run": run.address, "path": str(run.path), "evaluation": known or None}
