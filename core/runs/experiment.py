"""An experiment: from a configuration to a run folder, and from a run folder to a training that fills it.

`create` writes what is known before the first step (configuration, vocabularies, examples); `run_experiment` trains,
from the newest checkpoint if there is one, obeys the requests in `control/`, and records every event before it yields
it. Whoever iterates only watches.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import torch

from core.data.stream import Stream
from core.devices import CPU, chosen
from core.errors import AttentionLabError, RunError
from core.models.build import build
from core.models.parallel_settings import ParallelSettings
from core.runs import status, store
from core.runs.beginning import begin, weights_before
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples, read_examples, write_examples
from core.runs.folder import RunFolder
from core.runs.journal import Journal
from core.runs.members import gathered, members_of
from core.runs.pointing import refuse_pointing
from core.runs.recipes import AnyConfig, config_of
from core.runs.set_config import SetConfig
from core.runs.status import Heartbeat
from core.runs.trained import load
from core.runs.trained_set import create_set_run, set_trainer
from core.runs.training_recorder import AnyTrainer, TrainingRecorder
from core.runs.voice_config import VoiceConfig
from core.runs.voices import create_voice, voice_trainer
from core.runs.words import read_words, write_words
from core.settings import Settings
from core.tasks.task import held_out
from core.training.events import TrainEvent
from core.training.loop import Trainer
from core.training.objective_settings import Makings, Teacher
from core.training.probe import Probe, Rows, fed, places
from core.training.team import AbstractTeam

_ROWS: dict[type[Settings], Rows] = {ParallelSettings: places}  # where it is not what the decoder is fed


def create(name: str, config: ExperimentConfig, *, own_code: bool = False) -> RunFolder:
    """Make a run that is ready to be trained.

    Args:
        own_code: as `trainer_of` takes it.

    Raises:
        RunError: the name is taken or impossible, or there is no run to begin with; DataError: the task's data cannot be
            read; SettingError: what the objective learns from, or the run to begin with, does not fit.
    """
    store.check_name(name)
    weights_before(config)
    examples = Examples.of(config.task)  # reads the data: what is wrong with it is said before a run exists
    config.objective.make(_makings(config, own_code=own_code))  # so is what is wrong with a teacher
    refuse_pointing(config, examples)
    run = store.create(name, config.to_dict())
    write_words(run, config.task)
    write_examples(run, examples)
    return run


def create_any(name: str, config: AnyConfig, *, own_code: bool = False) -> RunFolder:
    """Make a run of any kind: one that decodes, a voice, or one on sets.

    Raises:
        As `create`, `core.runs.voices.create_voice` and `core.runs.trained_set.create_set_run` say.
    """
    if isinstance(config, VoiceConfig):
        return create_voice(name, config)
    return create_set_run(name, config) if isinstance(config, SetConfig) else create(name, config, own_code=own_code)


def train(config: ExperimentConfig, name: str) -> Iterator[TrainEvent]:
    """Make a run and train it to its end; `core.load(name)` is the trained model then.

    Raises:
        RunError: the name is taken; DataError: the task's data cannot be read.
    """
    yield from run_experiment(create(name, config, own_code=True), own_code=True)


def trainer_of(
    config: ExperimentConfig, examples: Examples, teacher: Callable[[str], Teacher] = load, *, own_code: bool = False
) -> Trainer:
    """A trainer at step 0, on no disk; with the weights of another run where the configuration says so.

    Args:
        teacher: finds who teaches, by the name that the objective has for it; the run of that address.
        own_code: whether a program that the configuration names may be run: only for who names it themselves.
    """
    trainer = _fresh(config, examples, _makings(config, teacher, own_code))
    begin(trainer.model, config)
    return trainer


def _fresh(config: ExperimentConfig, examples: Examples, makings: Makings, device: torch.device = CPU) -> Trainer:
    vocabularies, training, seeds = config.task.vocabularies, config.training, config.seeds
    return Trainer(
        build(config.model, *vocabularies, seeds).to(device),
        Stream(config.task, training.batch_size, seeds),
        config.objective.make(makings),
        training,
        seeds,
        held_out(config.task, "validation", training.evaluate_on),
        Probe(examples.probe, vocabularies, _ROWS.get(type(config.model), fed)),
        config.objective.evaluator(),
    )


def _makings(config: ExperimentConfig, teacher: Callable[[str], Teacher] = load, own_code: bool = False) -> Makings:
    width: int = getattr(config.model, "width", 0)
    return Makings(config.task, config.training, config.seeds, teacher, own_code, width)


def run_experiment(
    run: RunFolder, *, own_code: bool = False, workers: int | None = None, team: AbstractTeam | None = None
) -> Iterator[TrainEvent]:
    """Train a run to its end, recording everything in its folder.

    Args:
        own_code: as `trainer_of` takes it. A folder may come from anywhere: no page says yes.
        workers: how many share the work, and are started here; None: as the configuration says.
        team: in their place, one which this process leads already.

    Raises:
        RunError: somebody else trains it, it is damaged, or the disk is full; what was recorded stays.
    """
    config = config_of(run)
    with run.lock(), Heartbeat(run, config.training.steps) as heartbeat:
        size = members_of(config, workers)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # small models: a second thread costs more than it gives, and rounds otherwise
        before = status.read(run).step
        trainer: AnyTrainer | None = None
        try:
            heartbeat.beat(before, "starting")
            config, trainer = opened(run, own_code=own_code)
            with gathered(run, size, team, own_code=own_code) as whole, Journal(run) as writer:
                yield from TrainingRecorder(run, config, trainer, writer, heartbeat, whole).events()
        except (AttentionLabError, OSError, FloatingPointError, MemoryError) as error:
            with suppress(RunError):  # a disk that takes no status either: what it was asked first is what is said
                heartbeat.beat((trainer and trainer.step) or before, "failed", str(error))
            raise
        finally:
            torch.set_num_threads(threads)


def opened(run: RunFolder, *, own_code: bool = False) -> tuple[AnyConfig, AnyTrainer]:
    """The configuration of a run, with the words that it kept, and a trainer with fresh weights, on the device that is chosen.

    Args:
        own_code: as `trainer_of` takes it.

    Raises:
        RunError: the run is damaged; DataError: the task's data cannot be read.
    """
    config = config_of(run)
    if isinstance(config, VoiceConfig):
        return config, voice_trainer(run, config)
    if isinstance(config, SetConfig):
        return config, set_trainer(run, config)
    config = replace(config, task=read_words(run, config.task))
    return config, _fresh(config, read_examples(run, config.task), _makings(config, own_code=own_code), chosen())
