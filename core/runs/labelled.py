"""A set of labels as a decoder writes it: one after the other, how likely each was and how likely it was to end there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float

from core.data.batch import Example, collate
from core.data.vocabulary import Vocabulary
from core.models.seq2seq import Seq2Seq
from core.recording.recorder import Recorder
from core.training.evaluation import free_run, rules_for


@dataclass(frozen=True, eq=False)
class Labelled:
    """What was written, running free.

    Attributes:
        source: tokens of the text; output: the labels; ended: whether <end> was written.
        probabilities: of every label, and of <end> last where it ended, at its own step.
        ends: of <end> at each of these steps: where it is more likely than any label that is left, writing stops.
        rows: where each step looked in the text and its <end>: mean over the heads of the last layer, summing to one.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    ended: bool
    probabilities: Float[np.ndarray, " step"] = field(repr=False)
    ends: Float[np.ndarray, " step"] = field(repr=False)
    rows: Float[np.ndarray, "step source"] = field(repr=False)

    @property
    def written(self) -> tuple[str, ...]:
        """What stands at the rows."""
        return (*self.output, "<end>") if self.ended else self.output


@torch.no_grad()
def write(model: Seq2Seq, vocabularies: tuple[Vocabulary, Vocabulary], source: Sequence[str]) -> Labelled:
    """Let a model write the labels of a text; the model is left as it was."""
    training = model.training
    (output,) = free_run(model, [source], vocabularies)
    batch = collate([Example(tuple(source), tuple(output))], *vocabularies)
    with Recorder(model, "*cross*") as recorder:
        law = model(batch).softmax(dim=-1)[0]
    model.train(training)
    ended = len(output) < rules_for(model, vocabularies[0].encode_source(source)).max_new_tokens  # <end> counted
    steps = len(output) + ended
    own = law[range(len(law)), batch.target_out[0]][:steps].numpy()
    rows = recorder.tensor(recorder.paths[-1])[0].mean(dim=0)[:steps].numpy()
    return Labelled(tuple(source), tuple(output), ended, own, law[:steps, model.end].numpy(), rows)
