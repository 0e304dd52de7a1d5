"""Whether a run that came from elsewhere may be one of the runs here: all that is read of it later is read once before.

Its configuration must be one of this program's, its settings in their ranges; its words, examples, events and snapshots must be
readable; the weights of its newest checkpoint must fit the model of its configuration, which is built no larger than they are
(core/runs/weights.py). So a page that opens it meets no surprise.
"""

from core.errors import AttentionLabError, RunError
from core.language import tr
from core.runs import checkpoint, journal, snapshots, status
from core.runs.config import ExperimentConfig
from core.runs.folder import RunFolder
from core.runs.opening import opened
from core.runs.recipes import AnyConfig, config_of
from core.runs.trained_set import opened_set
from core.runs.voice_config import VoiceConfig
from core.runs.voices import opened_voice


def admit(run: RunFolder) -> None:
    """Look at everything in the folder of a run.

    Raises:
        RunError: something is not what a run has; what.
    """
    try:
        config = config_of(run)
        status.written(run)
        journal.read(run)
        for step in snapshots.steps(run):
            snapshots.read(run, step)
        if checkpoint.steps(run):
            _open(run, config)
    except RunError:
        raise
    except AttentionLabError as error:
        raise RunError(tr("{address} cannot be used here: {error}", address=run.address, error=error)) from error


def _open(run: RunFolder, config: AnyConfig) -> None:
    found = checkpoint.load(run)
    if found is not None and found.warnings:
        raise RunError(
            tr(
                "a checkpoint of {address} cannot be read: {warnings}; export the run again",
                address=run.address,
                warnings=found.warnings[0],
            )
        )
    if isinstance(config, VoiceConfig):
        opened_voice(run)
    elif isinstance(config, ExperimentConfig):
        opened(run)
    else:
        opened_set(run)
