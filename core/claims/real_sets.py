"""Sets of vectors on real data, each held against what is known there without learning.

Spoken digits and handwritten ones against the nearest recording or picture, citations against labels that spread along edges. The
data do not come with the program (real_data.py).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.claims.claim import AbstractClaim, Measured, Measuring, Row, Verdict, judged
from core.claims.nearest import nearest_right, spread_right
from core.claims.real_data import real_file, real_folder
from core.claims.set_training import compared
from core.data.audio import MELS
from core.data.vector_sets import SetExample
from core.runs.set_config import SetConfig
from core.tasks.own_graph import OwnGraph
from core.tasks.own_pictures import OwnPictures
from core.tasks.spoken import Spoken

_TAKES = "*_[0-4].wav"  # the official test takes
_COMPARED = (20, 20)  # moments and bands of a recording for its nearest neighbor
_DIGITS = "free spoken digit dataset, github.com/Jakobovski/free-spoken-digit-dataset"
_CORA = "Cora as tables of nodes and edges, from github.com/tkipf/gcn"
_MNIST = "MNIST, LeCun, Cortes & Burges"


class SpokenDigits(AbstractClaim):
    """Self-attention over frames, a window over frames, and the nearest recording."""

    name = "spoken_digits"
    lecture = (3, 14)
    statement = (
        "Self-attention over the frames of a recording knows spoken digits better than the nearest recording does"
    )
    source = "Lee 2021, Self-attention (speech as a set of vectors)"
    effect_is = "recordings of the official test takes right, truncated self-attention"
    baseline_is = "the same, nearest recording"
    unit = "share of recordings"
    rule = "shown when self-attention is right for at least 0.02 more recordings with every seed"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train both on the takes that are not tested."""
        folder = real_folder("fsdd", "*.wav", _DIGITS)
        configs = _configs(
            Spoken.name, {"self-attention": "attention", "window": "window"}, seed, folder=folder, tested=_TAKES
        )
        task = configs["self-attention"].task
        train, test = [*task.some("train"), *task.some("validation")], task.some("test")
        near = nearest_right([_square(one) for one in train], train, [_square(one) for one in test], test)
        rows = yield from compared(configs, budget, [_first("nearest recording", near, len(test))])
        return Measured(float(rows[1]["accuracy"] or 0), near, rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the nearest is better by as much."""
        return _ahead(found, 0.02)


class Handwritten(AbstractClaim):
    """Convolutions, self-attention over patches, and the nearest picture."""

    name = "handwritten"
    lecture = (16, 15)
    statement = (
        "With few pictures convolutions see more than self-attention over patches, which must learn what is near"
    )
    source = "Dosovitskiy et al. 2021, section 4.3, arXiv:2010.11929"
    effect_is = "held-out pictures right, convolutions"
    baseline_is = "the same, self-attention over patches"
    unit = "share of pictures"
    rule = "shown when convolutions are right for at least 0.02 more pictures with every seed, and for more than the nearest picture"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train both on the same pictures."""
        files = {
            f"{part}_file": real_file("mnist-t10k-a", f"{name}-ubyte.gz", _MNIST)
            for part, name in (("pictures", "images-idx3"), ("labels", "labels-idx1"))
        }
        configs = _configs(
            OwnPictures.name, {"convolutions": "convolution", "self-attention": "attention"}, seed, **files
        )
        task = configs["convolutions"].task
        train, test = task.some("train"), task.some("test")
        near = nearest_right([one.content for one in train], train, [one.content for one in test], test)
        rows = yield from compared(configs, budget, [_first("nearest picture", near, len(test))])
        return Measured(float(rows[1]["accuracy"] or 0), float(rows[2]["accuracy"] or 0), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where self-attention is better by as much."""
        beats = all(one.effect > float(one.rows[0]["accuracy"] or 0) for one in found)
        return _ahead(found, 0.02) if beats else judged([False for _ in found], [False for _ in found])


class Citations(AbstractClaim):
    """GAT, dot products along edges, each paper alone, and labels that spread."""

    name = "citations"
    lecture = (18, 4)
    statement = "On real citations attention along edges knows a paper's field better than the labels around it, or its words, alone"
    source = "Veličković et al. 2018, section 3.3, arXiv:1710.10903"
    effect_is = "test papers right, graph attention network"
    baseline_is = "the same, labels spread along citations"
    unit = "share of papers"
    rule = "shown when it is right for at least 0.05 more papers with every seed, and for more than each paper alone"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train three on the 140 labels that are known."""
        files = {part: real_file("graph-cora", f"cora.{part}.tsv", _CORA) for part in ("nodes", "edges")}
        models = {"GAT": "gat", "dot products along edges": "edges", "each paper alone": "window"}
        configs = _configs(OwnGraph.name, models, seed, **files)
        task = configs["GAT"].task
        train, test = task.some("train")[0], task.some("test")[0]
        assert train.edges is not None
        spread = spread_right(train.edges, train.labels, test.labels, len(task.entrance.labels))
        asked = int((test.labels >= 0).sum())
        rows = yield from compared(configs, budget, [_first("labels that spread", spread, asked)])
        return Measured(float(rows[1]["accuracy"] or 0), spread, rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where labels alone are better by as much."""
        beats = all(one.effect > float(one.rows[3]["accuracy"] or 0) for one in found)
        return _ahead(found, 0.05) if beats else judged([False for _ in found], [False for _ in found])


def _configs(task: str, models: dict[str, str], seed: int, **settings: str) -> dict[str, SetConfig]:
    """By what a row calls each model, on one and the same task, which is read once."""
    changes = {**{f"task.{name}": value for name, value in settings.items()}, "seed": seed}
    made = {name: SetConfig.preset(task, model).changed(changes) for name, model in models.items()}
    shared = next(iter(made.values())).task
    return {name: SetConfig(shared, one.model, one.training, seed) for name, one in made.items()}


def _first(name: str, right: float, asked: int) -> Row:
    return {"model": name, "accuracy": right, "asked": asked}


def _square(one: SetExample) -> Tensor:
    """A recording brought to as many moments and bands as every other."""
    bands = one.content.reshape(-1, MELS)[None, None]
    return torch.nn.functional.interpolate(bands, _COMPARED, mode="bilinear", align_corners=False)[0, 0]


def _ahead(found: Sequence[Measured], margin: float) -> Verdict:
    return judged(
        [one.effect >= one.baseline + margin for one in found], [one.effect <= one.baseline - margin for one in found]
    )
