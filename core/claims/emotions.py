"""Sets of labels on real texts: a decoder that writes emotions, held against who names the most frequent one for every text.

Beside it independent sigmoids read with the same encoder, from the same first weights, on the same batches: with a threshold of
a half, which keeps them from saying much where most labels are rare, and with the one that serves them best on validation texts.
"""

from collections import Counter
from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.claims.real_data import real_file
from core.metrics.label_sets import label_set_scores
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.label_race import CUT, Judge, Writer
from core.runs.presets import preset_of
from core.tasks.multi_label import MultiLabel
from core.training.evaluation import free_run

MARGINS = {"micro-F1": 0.1, "macro-F1": 0.1, "subset accuracy": 0.05}
CUTS = tuple(at / 50 for at in range(1, 50))
_STEPS = 500
_CHUNK = 256  # texts that are judged together
_SOURCE = "GoEmotions, Demszky et al. 2020, arXiv:2005.00547, as in github.com/monologg/GoEmotions-pytorch"
_FILES = {"train": "train-first10000.tsv", "validation": "dev.tsv", "test": "test.tsv", "labels": "labels.txt"}
Judgements = Float[Tensor, "text label"]
Rights = Bool[Tensor, "text label"]


class Emotions(AbstractClaim):
    """A decoder, sigmoids with two thresholds, and the most frequent label, on the same texts."""

    name = "emotions"
    lecture = (25,)
    statement = (
        "On real texts a decoder that ends its set itself tells more of the labels than naming the commonest for all"
    )
    source = "Yang et al. 2018, arXiv:1806.04822; texts: Demszky et al. 2020, arXiv:2005.00547"
    effect_is = "micro-F1 of a decoder that writes rare labels first, official test texts"
    baseline_is = "the same, the most frequent label for every text"
    unit = "micro-F1"
    rule = "shown when with every seed the decoder is ahead by " + ", ".join(
        f"{margin} in {kind}" for kind, margin in MARGINS.items()
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train both on the same batches, then ask them for the sets of the same texts."""
        files = {part: real_file("goemotions", name, _SOURCE) for part, name in _FILES.items()}
        config = _config(files, seed, steps(_STEPS, budget))
        writer, judge = Writer(config, trainer_of(config, Examples.of(config.task))), Judge(config)
        for step in range(1, config.training.steps + 1):
            writer.advance()
            judge.advance(writer.trainer.stream.batch(step))
            if step % 10 == 0:
                yield Progress(step / config.training.steps)
        task = config.task
        assert isinstance(task, MultiLabel)
        test, right = _texts(task, files, "test")
        commonest = Counter(label for _, own in task.table.rows for label in own).most_common(1)[0][0]
        cut = _tuned(judge, *_texts(task, files, "validation"))
        found = _judged(judge, test)
        sets = {
            "seq2seq, rare labels first": free_run(writer.trainer.model, test, task.vocabularies),
            f"sigmoids, threshold {CUT:g}": _above(found, CUT, judge.labels),
            "sigmoids, tuned threshold": _above(found, cut, judge.labels),
            f"always {commonest}": [(commonest,)] * len(test),
        }
        rows = tuple(_row(name, outputs, right, judge.labels) for name, outputs in sets.items())
        return Measured(float(rows[0]["micro-F1"] or 0), float(rows[-1]["micro-F1"] or 0), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the most frequent label is ahead by micro-F1."""
        shows = [
            all(
                float(one.rows[0][kind] or 0) >= float(one.rows[-1][kind] or 0) + margin
                for kind, margin in MARGINS.items()
            )
            for one in found
        ]
        return judged(shows, [one.effect < one.baseline for one in found])


def best_cut(probabilities: Judgements, rights: Rights) -> float:
    """The threshold of CUTS whose sets have the highest micro-F1; of equals the lowest.

    >>> best_cut(torch.tensor([[0.4, 0.1], [0.3, 0.2]]), torch.tensor([[True, False], [True, False]]))
    0.2
    """

    def score(cut: float) -> float:
        written = probabilities > cut
        return 2 * float((written & rights).sum()) / max(1, int(written.sum()) + int(rights.sum()))

    return max(CUTS, key=score)


def _config(files: dict[str, str], seed: int, last: int) -> ExperimentConfig:
    return preset_of("labels").changed({
        "task.path": files["train"], "task.labels_path": files["labels"], "task.order": "rare", "model.dropout": 0.2,
        "training.steps": last, "training.batch_size": 64, "training.learning_rate": 2e-3, "training.schedule": "linear",
        "training.evaluate_every": last, "training.evaluate_on": 1, "training.record_every": 0, "seed": seed,
    })  # fmt: skip


def _texts(task: MultiLabel, files: dict[str, str], part: str) -> tuple[list[list[str]], list[tuple[str, ...]]]:
    """The texts of another file as the task cuts them, and their labels."""
    table = MultiLabel(path=files[part], labels_path=files["labels"]).table
    return [task.tokenize(text) for text, _ in table.rows], [own for _, own in table.rows]


def _judged(judge: Judge, texts: Sequence[Sequence[str]]) -> Judgements:
    return torch.cat([judge.probabilities(texts[at : at + _CHUNK]) for at in range(0, len(texts), _CHUNK)])


def _tuned(judge: Judge, texts: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> float:
    rights = torch.tensor([[label in own for label in judge.labels] for own in right])
    return best_cut(_judged(judge, texts), rights)


def _above(found: Judgements, cut: float, labels: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(label for label, one in zip(labels, row) if one) for row in (found > cut).tolist()]


def _row(name: str, outputs: Sequence[Sequence[str]], right: Sequence[Sequence[str]], labels: Sequence[str]) -> Row:
    each = sum(len(set(one)) for one in outputs) / len(outputs)
    return {"model": name, **label_set_scores(outputs, right, labels), "labels a text": each}
