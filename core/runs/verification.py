"""Verification: do a run's numbers follow from its weights? Anyone can ask.

Three checks on held-out sources, over the trees of every search there is, their dead ends included: the sum of
log-probabilities at every node is re-scored under teacher forcing; the attention rows of every path equal those of one
full pass over it; the context of every attention head is derived anew from recorded weights and values.
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.data.batch import Example, collate
from core.decoding.trees.tree import DecodingTree
from core.errors import RunError
from core.language import tr
from core.recording.recorder import Recorder
from core.runs.catalog import SEARCHES
from core.runs.stepwise import AbstractStepwise

TOLERANCE = 1e-4  # float32, sums over tens of tokens
_SMALL: dict[str, dict[str, object]] = {
    "beam": {"width": 3}, "stochastic": {"width": 3}, "sampling": {"draws": 3}, "exact": {"max_nodes": 500},
}  # fmt: skip
_TOGETHER = 256  # paths in one pass


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        checked: numbers compared; max_error: the largest difference; ok: whether it is within the tolerance.
    """

    checked: int
    max_error: float
    ok: bool


def verify(trained: AbstractStepwise, sentences: int = 10) -> Verification:
    """Check a model on held-out examples that its run carries, at most as many as there are.

    Raises:
        RunError: it carries none.
    """
    errors: list[float] = []
    for example in trained.examples.test[:sentences]:
        errors += _check(trained, trained.config.task.join(example.source))
    if not errors:
        raise RunError(
            tr(
                "{address} carries no test examples, so nothing can be verified; train it anew",
                address=trained.run.address,
            )
        )
    worst = float(np.max(errors))  # NaN stays NaN, and is not within any tolerance
    return Verification(len(errors), worst, worst <= TOLERANCE)


def _check(trained: AbstractStepwise, source: str) -> list[float]:
    errors = []
    for kind, settings in zip(SEARCHES.values(), _settings()):
        tree = trained.tree(source, kind.from_dict(settings))
        inner = set(tree.nodes["parent"])
        leaves = [node for node in tree.nodes["id"] if node not in inner]
        for first in range(0, len(leaves), _TOGETHER):
            errors += _rescore(trained, source, tree, leaves[first : first + _TOGETHER])
    return errors


def _settings() -> list[dict[str, object]]:
    return [_SMALL.get(name, {}) for name in SEARCHES]


def _rescore(trained: AbstractStepwise, source: str, tree: DecodingTree, leaves: list[int]) -> list[float]:
    """Every node on the way to these leaves, in one teacher-forced pass."""
    paths, read = [tree.path(leaf) for leaf in leaves], tuple(trained.read(source))
    written = [
        trained.writing(source).decode(
            token for token in (tree.nodes["token"][at] for at in path) if token != trained.model.end
        )
        for path in paths
    ]
    batch = collate([Example(read, tuple(body)) for body in written], *trained.vocabularies)
    with torch.no_grad(), Recorder(trained.model, level="full") as recorder:
        log_probs = torch.log_softmax(trained.model(batch), dim=-1).numpy()
    errors = []
    for path in recorder.mixing:
        errors.append(float((recorder.derived(path) - recorder.tensor(path, "tap_context")).abs().max()))
    looks = {site: recorder.tensor(site).numpy() for site in tree.attention}
    for row, path in enumerate(paths):
        sums = np.cumsum([log_probs[row, place, tree.nodes["token"][node]] for place, node in enumerate(path)])
        errors += np.abs(sums - [tree.nodes["logp"][node] for node in path]).tolist()
        for site, taught in looks.items():
            rows = [(tree.rows(site, node), taught[row, :, place]) for place, node in enumerate(path)]
            errors += [float(np.abs(own - other[:, : own.shape[1]]).max()) for own, other in rows if own is not None]
    return errors
