"""The members of a team, as processes: `run_member` is one of them, whoever started it.

The leader (rank 0) trains the run as a training alone would: it holds the lock, records, evaluates, keeps checkpoints and obeys
requests. The others read the run's configuration, words and examples from its folder, write nothing, and end when it ends.
On one machine the leader starts the others (members.py): `python -m core.runs.team PATH RANK SIZE MEETING [--own-code]`.
"""

import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Sequence

import torch

from core.devices import chosen
from core.errors import AttentionLabError
from core.runs import store
from core.runs.experiment import opened, run_experiment
from core.runs.folder import RunFolder
from core.runs.members import OWN_CODE
from core.runs.standing import join
from core.training.loop import Trainer
from core.training.team import AbstractTeam, Meeting, arriving, met


def run_member(run: RunFolder, rank: int, meeting: Meeting, *, own_code: bool = False) -> None:
    """Train a run as one of its members, to the end.

    Args:
        rank: 0 leads; meeting: where all find each other; own_code: as `core.runs.experiment.trainer_of` takes it.

    Raises:
        RunError: another member ended, or what `core.runs.experiment.run_experiment` raises; the last checkpoint stays.
    """
    place = meeting.store(rank, chosen())
    deque(arriving(place, meeting.size), maxlen=0)
    with met(place, rank, meeting.size) as team:
        if team.leads:
            deque(run_experiment(run, own_code=own_code, team=team), maxlen=0)
        else:
            _follow(run, team, own_code=own_code)


def _follow(run: RunFolder, team: AbstractTeam, *, own_code: bool) -> None:
    torch.set_num_threads(1)
    trainer = opened(run, own_code=own_code)[1]
    assert isinstance(trainer, Trainer)  # the others have no workers to be set
    join(trainer, team)
    trainer.follow()


def main(argv: Sequence[str]) -> int:
    """A member that the leader started; it ends when its standard input ends.

    Returns:
        The exit code: 0 done, 1 failed.
    """
    path, rank, size, where = argv[:4]
    threading.Thread(target=_end_with_the_leader, daemon=True).start()
    try:
        run_member(store.open_run(path), int(rank), Meeting(where, int(size)), own_code=OWN_CODE in argv[4:])
    except AttentionLabError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end_with_the_leader() -> None:
    while os.read(0, 1):  # by number: Python's own reader may not be waited for when it ends
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
