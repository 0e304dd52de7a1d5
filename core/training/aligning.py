"""Which head of cross-attention follows the diagonal, and how well: measured on held-out examples while a model learns."""

from dataclasses import dataclass

import numpy as np
import torch

from core.data.batch import Batch
from core.language import tr
from core.metrics.alignment_scores import diagonality
from core.models.seq2seq import Seq2Seq
from core.recording.recorder import Recorder, site_of

ALIGNED = 0.7  # diagonality from which a map is called aligned; evenly spread weights have some 0.28


@dataclass(frozen=True)
class HeadAlignment:
    """One head of cross-attention.

    Attributes:
        path: of its attention; head: counted from 0.
        diagonality: share of its weights within the band around each item's own diagonal, mean over items, in 0…1.
    """

    path: str
    head: int
    diagonality: float

    @property
    def label(self) -> str:
        """For people: layers and heads counted from 1."""
        return tr("{label} · head {head}", label=site_of(self.path).said, head=self.head + 1)


@torch.no_grad()
def most_diagonal(model: Seq2Seq, batch: Batch) -> HeadAlignment:
    """The head whose attention lies nearest to the diagonal under the gold prefix; the model is left as it was.

    The best one and not the mean: a Transformer's heads share the work, and one that walks along the source is enough.
    """
    training = model.training
    model.eval()
    with Recorder(model, "*cross*") as recorder:
        model(batch)
    model.train(training)
    lengths = list(zip(batch.target_valid.sum(1).tolist(), batch.source_valid.sum(1).tolist()))
    found = []
    for path in recorder.paths:
        for head, items in enumerate(recorder.tensor(path).numpy().swapaxes(0, 1)):
            within = [diagonality(one[:rows, :columns]) for one, (rows, columns) in zip(items, lengths)]
            found.append(HeadAlignment(path, head, float(np.mean(within))))
    return max(found, key=lambda one: one.diagonality)
