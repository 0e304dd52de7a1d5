"""Training a decoder is classification, again and again: which token of the vocabulary comes next?

The loss of a shipped model's training on held-out sentences is compared with the mean of −log p over places, each place a
classification of its own; and its gradient with that of a classification: the probabilities less the one-hot of the right
token, over the number of places.
"""

from collections.abc import Sequence

import torch
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.data.batch import collate
from core.language import mark
from core.runs.trained import TrainedModel, load
from core.training.likelihood import Likelihood

_RUNS = ("demo/synonyms-transformer", "demo/synonyms-gru")  # others are nearly sure, and of them no gradient is left
_SENTENCES = 20
_EQUAL, _OTHER = 1e-6, 1e-4


class CrossEntropy(AbstractClaim):
    """The loss of a training and its gradient, against classifications counted one by one."""

    name = "cross_entropy"
    lecture = (36,)
    statement = "A decoder is trained as a classifier: cross-entropy at every place, its gradient p minus the one-hot"
    source = "Lee 2021, Transformer (training: minimize cross entropy, teacher forcing)"
    effect_is = "largest difference between the gradient of the training's loss and p minus one-hot, per place"
    baseline_is = "largest entry of that gradient, the smaller of two shipped models"
    unit = "nats per logit"
    rule = mark(
        "shown when with every seed no entry differs by {equal:g}, the losses are equal to 0.0001 nats, and the "
        "gradient has entries of {other:g}; contradicted when with every seed the gradients differ by as much as "
        "that",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Differentiate and count; chance draws the sentences, nothing is trained."""
        rows, count = list[Row](), max(1, round(_SENTENCES * min(1.0, budget)))
        for at, run in enumerate(_RUNS, start=1):
            rows.append({"run": run} | _compared(load(run), seed, count))
            yield Progress(at / len(_RUNS), tuple(rows))
        effect = max(float(row["gradient differs by"] or 0) for row in rows)
        return Measured(effect, min(float(row["largest gradient"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        alike = [
            all(abs(float(row["loss"] or 0) - float(row["counted"] or 0)) < 1e-4 for row in one.rows) for one in found
        ]
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER and same for one, same in zip(found, alike)]
        return judged(shows, [one.effect >= _OTHER for one in found])


def _compared(trained: TrainedModel, seed: int, count: int) -> Row:
    batch = collate(drawn(trained, seed, count), *trained.vocabularies)
    with torch.no_grad():
        logits = trained.model(batch).flatten(0, 1)
    gold, valid = batch.target_out.flatten(), batch.target_valid.flatten()
    logits = logits.clone().requires_grad_()
    loss, _ = Likelihood().weigh(logits, gold, valid)
    loss.backward()
    told, shares = logits.grad, logits.detach().softmax(-1)
    assert told is not None  # it was asked for
    right = nn.functional.one_hot(gold, logits.shape[1])
    counted = (shares - right) * valid[:, None] / int(valid.sum())
    return {
        "classifications": int(valid.sum()), "classes": logits.shape[1], "loss": float(loss.detach()),
        "counted": float(-shares.gather(1, gold[:, None])[valid].log().mean()),
        "gradient differs by": float((told - counted).abs().max()), "largest gradient": float(told.abs().max()),
    }  # fmt: skip
