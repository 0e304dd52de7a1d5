"""The process that trains one run: `python -m core.runs.worker PATH`, or `--spare` to be told the path later."""

import sys
from collections import deque

from core.runs.experiment import run_experiment
from core.runs.folder import RunFolder
from core.runs.job_queue import work


def train(run: RunFolder) -> None:
    """Train to the end; everything worth knowing is in the run folder."""
    deque(run_experiment(run), maxlen=0)


if __name__ == "__main__":
    sys.exit(work(sys.argv[1:], train))
