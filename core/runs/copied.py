"""What a decoder writes of one source, and for every token how much of it was made and how much was copied from where."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.data.batch import Example, collate
from core.data.vocabulary import Vocabulary
from core.models.seq2seq import Seq2Seq
from core.recording.recorder import Recorder, attention_paths
from core.recording.tap import watching
from core.training.evaluation import free_run, rules_for

_SITE = "decoder.cross_copying"


@dataclass(frozen=True, eq=False)
class Copied:
    """An output, running free.

    Attributes:
        source: its tokens; output: those written, <end> cut off; ended: whether it wrote <end>.
        unseen: tokens of the source that neither vocabulary holds.
        p_gen: of every output token, <end> among them: how much of the probability goes to making one; None for a decoder
            that cannot copy.
        rows: of every output token where it looked in the source, <end> last: the copy distribution where there is one, its
            rows summing to one; else the attention, or the mean of the heads of the last layer.
        copied: of every output token, which part of its own probability comes from copying it, in 0…1.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    ended: bool
    unseen: tuple[str, ...]
    p_gen: Float[np.ndarray, " step"] | None = field(repr=False)
    rows: Float[np.ndarray, "step source"] = field(repr=False)
    copied: Float[np.ndarray, " step"] = field(repr=False)

    @property
    def written(self) -> tuple[str, ...]:
        """What stands at the rows; what was stopped has … at its end."""
        return (*self.output, "<end>" if self.ended else "…")

    @property
    def repeated(self) -> tuple[str, ...]:
        """Tokens of the source that are written more often than they stand there, each once."""
        return tuple(
            token
            for token in dict.fromkeys(self.output)
            if token in self.unseen and self.output.count(token) > self.source.count(token)
        )


@torch.no_grad()
def write(model: Seq2Seq, vocabularies: tuple[Vocabulary, Vocabulary], source: Sequence[str]) -> Copied:
    """Let a model write, and look at what it copied; the model is left as it was."""
    training = model.training
    (output,) = free_run(model, [source], vocabularies)
    batch = collate([Example(tuple(source), tuple(output))], *vocabularies)
    copies, gates = _SITE in attention_paths(model), list[Tensor]()
    tap = getattr(model.decoder, "tap_p_gen", None)
    watch = watching(lambda one, value: gates.append(value) if one is tap else None)
    with watch, Recorder(model, _SITE if copies else "*cross*") as recorder:
        law = model(batch).softmax(dim=-1)[0]
    model.train(training)
    p_gen = torch.cat(gates, dim=1)[0, :, 0].numpy() if gates else None
    rows = recorder.tensor(recorder.paths[-1])[0].mean(dim=0).numpy()
    most = rules_for(model, vocabularies[0].encode_source(source)).max_new_tokens  # <end> counted
    unseen = tuple(vocabularies[1].unknown(vocabularies[0].unknown(source)))
    shares = rows / rows.sum(axis=1, keepdims=True).clip(1e-30) if copies else rows
    own = law[range(len(law)), batch.target_out[0]].numpy()
    copying = np.zeros(len(rows)) if not copies else np.ones(len(rows)) if p_gen is None else 1.0 - p_gen
    stands = np.array([[token == other for other in (*source, "<end>")] for token in (*output, "<end>")])
    return Copied(
        tuple(source), tuple(output), len(output) < most, unseen, p_gen, shares,
        (copying * (shares * stands).sum(axis=1) / own.clip(1e-30)).clip(0.0, 1.0),
    )  # fmt: skip
