"""The process that trains one run: `python -m core.runs.worker PATH`, or `--spare` to be told the path later."""

import sys
from collections import deque
from contextlib import suppress

from core.errors import AttentionLabError
from core.runs import job_queue
from core.runs.experiment import run_experiment
from core.runs.folder import RunFolder
from core.runs.jobs import worker_main


def train(run: RunFolder) -> None:
    """Train to the end; everything worth knowing is in the run folder."""
    deque(run_experiment(run), maxlen=0)


def main() -> int:
    """Train, and let the next in the line begin: there may be no server any more to do it. The exit code."""
    code = worker_main(sys.argv[1:], train)
    with suppress(AttentionLabError):
        job_queue.turn()
    return code


if __name__ == "__main__":
    sys.exit(main())
