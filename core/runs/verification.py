"""Verification: do a run's numbers follow from its weights? Anyone can ask.

Three checks on held-out sources: the sum of log-probabilities of every hypothesis a beam finished is re-scored under
teacher forcing; the context of every attention head is derived anew from recorded weights and values; the attention
rows of a decoding equal those of one teacher-forced pass over its output.
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.data.batch import Example, collate
from core.decoding.beam import BeamSearch
from core.decoding.hypothesis import Hypothesis
from core.decoding.tree import DecodingTree, fold
from core.errors import RunError
from core.recording.recorder import Recorder
from core.runs.trained import TrainedModel

TOLERANCE = 1e-4  # float32, sums over tens of tokens
_SEARCH = BeamSearch(width=3)


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        checked: numbers compared; max_error: the largest difference; ok: whether it is within the tolerance.
    """

    checked: int
    max_error: float
    ok: bool


def verify(trained: TrainedModel, sentences: int = 10) -> Verification:
    """Check a model on held-out examples that its run carries, at most as many as there are.

    Raises:
        RunError: it carries none.
    """
    errors: list[float] = []
    for example in trained.examples.test[:sentences]:
        errors += _check(trained, trained.config.task.join(example.source))
    if not errors:
        raise RunError(f"{trained.run.address} carries no test examples, so nothing can be verified; train it anew")
    worst = float(np.max(errors))  # NaN stays NaN, and is not within any tolerance
    return Verification(len(errors), worst, worst <= TOLERANCE)


def _check(trained: TrainedModel, source: str) -> list[float]:
    frontier = trained.search(source, _SEARCH)
    tree = fold([frontier], trained.vocabularies[1].tokens, {})
    errors = []
    for node, end in zip(frontier.finished[:3], tree.finished()):
        errors += _rescore(trained, source, node, tree, end)
    return errors


def _rescore(trained: TrainedModel, source: str, node: Hypothesis, tree: DecodingTree, end: int) -> list[float]:
    tokens = node.tokens()
    written = trained.vocabularies[1].decode(node.written(trained.model.end))
    batch = collate([Example(tuple(trained.read(source)), tuple(written))], *trained.vocabularies)
    with torch.no_grad(), Recorder(trained.model, level="full") as recorder:
        log_probs = torch.log_softmax(trained.model(batch)[0], dim=-1)
    errors = [abs(node.logp - sum(float(log_probs[at, token]) for at, token in enumerate(tokens)))]
    for path in recorder.paths:
        derived = recorder.tensor(path) @ recorder.tensor(path, "tap_value")
        errors.append(float((derived - recorder.tensor(path, "tap_context")).abs().max()))
        if "cross" in path:
            taught = recorder.tensor(path)[0].numpy()
            rows = [(tree.rows(path, at), taught[:, place]) for place, at in enumerate(tree.path(end))]
            errors += [float(np.abs(row - other).max()) for row, other in rows if row is not None]
    return errors
