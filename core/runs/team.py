"""The members of a team, as processes: `run_member` is one of them, whoever started it.

The leader (rank 0) trains the run as a training alone would: it holds the lock, records, evaluates, keeps checkpoints and obeys
requests. The others read the run's configuration, words and examples from its folder, write nothing, and end when it ends.
"""

from core.runs.folder import RunFolder
from core.training.team import Meeting


def run_member(run: RunFolder, rank: int, meeting: Meeting, *, own_code: bool = False) -> None:
    """Train a run as one of its members, to the end.

    Args:
        rank: 0 leads; meeting: where all find each other; own_code: as `core.runs.experiment.trainer_of` takes it.

    Raises:
        RunError: another member ended, or what `core.runs.experiment.run_experiment` raises; the last checkpoint stays.
    """
    raise NotImplementedError
