"""Exact search on every shipped model: how long a proof takes, over held-out sentences."""

from math import ceil, inf
from time import perf_counter

import torch

from core.decoding.exact import ExactSearch
from core.runs.opening import at_once
from core.runs.store import list_runs
from core.runs.trained import TrainedModel, load
from core.tasks.task import held_out
from tests.benchmarks.row import Measured, Row, times

SENTENCES, VOCABULARY, LONGEST = 100, 40, 12  # a model of more tokens, a longer source: not promised, but told
SHARE = 0.95
SEARCH = ExactSearch(max_nodes=200_000)


def proofs(share: float) -> Measured:
    """The time within which 95 of 100 sentences are proved, of the slowest model; unproved is infinitely long."""
    torch.set_num_threads(1)
    slowest, notes = [], []
    for run in (one for one in list_runs() if one.read_only and not at_once(one)):
        trained = load(run.address)
        examples = held_out(trained.config.task, "test", times(SENTENCES, share, 10))
        seconds = sorted(
            _proved(trained, trained.config.task.join(one.source)) for one in examples if len(one.source) <= LONGEST
        )
        at = seconds[ceil(SHARE * len(seconds)) - 1]
        small = len(trained.vocabularies[1]) <= VOCABULARY
        if small:
            slowest.append(at)
        notes.append(f"{run.name} {1000 * at:.0f}{'' if small else ' (larger vocabulary)'}")
    return Measured(max(slowest), min(slowest), max(slowest), "ms: " + ", ".join(notes))


def _proved(trained: TrainedModel, source: str) -> float:
    began = perf_counter()
    found = trained.search(source, SEARCH)
    return perf_counter() - began if found.proved else inf


ROWS = [
    Row("exact", "exact search proves the best output of 95 in 100 held-out sentences, on every shipped model", "s", 10.0,
        proofs),
]  # fmt: skip
