"""Soft mixes: in place of a token of its own, a decoder is fed a mean of all embeddings, weighed by what it predicts.

    ē_t+1 = Σ_v w_v E_v,      w = softmax(α s_t),  softmax(α (s_t + g))  or  sparsemax(α s_t)

s_t are the scores of a first pass under the right prefix, less what is never generated, E the decoder's embeddings and g a
Gumbel noise for every token, so that the largest w is that of a draw. What is predicted at t is fed at t + 1. The sharper (α)
the nearer to one token: to the most probable, or with g to a drawn one. The loss is that of the second pass, which reads right
embeddings and mixed ones. So there are two passes and a decoder of any kind; the first one is read as the model decodes,
without dropout.

Detached, w is a number like a drawn token, and the gradient goes through E alone. Attached, it goes through the first pass too:
the model is told how its prediction would have had to be to be read well. The loss is the same, to the bit.

Source: Mihaylova & Martins 2019, arXiv:1906.07651, who find it close to teacher forcing, and no better. What a model that copies
predicts outside its vocabulary is read as <unk>, as ever (core/models/extended.py).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from core.attention.sparse import sparsemax
from core.data.batch import Batch
from core.data.vocabulary import UNK
from core.models.seq2seq import Seq2Seq
from core.recording.tap import Tap, editing, unwatched
from core.seeds import Seeds
from core.training.gold_schedules import GoldShare
from core.training.likelihood import Likelihood
from core.training.mixing import MIXED, fingerprints, item_noise, own_places
from core.training.objective import Objectives

_CHANCE = "scheduled sampling"  # the coins of every kind of it
_NOISE = "gumbel"
Rows = Float[Tensor, "batch time vocab"]
Vectors = Float[Tensor, "batch time width"]


class Mix(NamedTuple):
    """From scores to the weights of embeddings.

    Attributes:
        weigh: weights in [0, 1] whose rows sum to 1; noisy: whether Gumbel noise is added to the scores first.
    """

    weigh: Callable[[Rows], Rows]
    noisy: bool = False


def softmax(scores: Rows) -> Rows:
    """Exponentials that sum to one.

    >>> softmax(torch.zeros(1, 1, 4)).tolist()
    [[[0.25, 0.25, 0.25, 0.25]]]
    """
    return scores.softmax(dim=-1)


MIXES: dict[str, Mix] = {"softmax": Mix(softmax), "gumbel": Mix(softmax, noisy=True), "sparsemax": Mix(sparsemax)}


@dataclass(frozen=True)
class SoftlyMixedLikelihood:
    """Cross-entropy under a prefix of which some embeddings are mixed.

    Attributes:
        likelihood: what weighs the predictions; share: of right tokens; mix: of MIXES; seeds: where chance comes from.
        sharpness: α; attached: whether the gradient goes through the first pass.
    """

    likelihood: Likelihood
    share: GoldShare
    mix: Mix
    sharpness: float
    attached: bool
    seeds: Seeds

    def __call__(self, model: Seq2Seq, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; the accuracy is that under the mixed prefix."""
        own = own_places(batch, item_noise(batch, self.seeds, _CHANCE, step)[0], self.share.at(step))
        if bool(own.any()):
            with fed(model, own, self.mixed(model, batch, step)):
                weighed = self.likelihood(model, batch, step)
        else:
            weighed = self.likelihood(model, batch, step)
        return Objectives({MIXED: weighed.terms["likelihood"]}, weighed.token_accuracy)

    def mixed(self, model: Seq2Seq, batch: Batch, step: int) -> Vectors:
        """What would be fed at every place if none were given; zeros at the first, of which nothing is predicted."""
        scores = self.first_pass(model, batch)
        if self.mix.noisy:
            scores = scores + gumbel(batch, scores.shape[-1], self.seeds, step)[:, 1:]
        vectors = self.mix.weigh(self.sharpness * scores) @ model.decoder.embedding.table.weight
        return torch.nn.functional.pad(vectors, (0, 0, 1, 0))

    def first_pass(self, model: Seq2Seq, batch: Batch) -> Rows:
        """Scores under the right prefix of what can be read, at all places but the last; the model is left as it was."""
        training = model.training
        model.eval()
        with torch.set_grad_enabled(self.attached), unwatched():
            logits = readable(model(batch)[:, :-1], model.decoder.embedding.table.num_embeddings)
        model.train(training)
        return logits.index_fill(-1, torch.tensor(model.never_generated), -torch.inf)


@contextmanager
def fed(model: Seq2Seq, own: Bool[Tensor, "batch time"], vectors: Vectors) -> Iterator[None]:
    """Until the block ends, whole prefixes that the model reads have these embeddings where `own` is True."""
    table = model.decoder.embedding.tap_rows

    def change(tap: Tap, rows: Tensor) -> Tensor:
        return torch.where(own[..., None], vectors, rows) if tap is table else rows

    with editing(change):
        yield


def gumbel(batch: Batch, vocabulary: int, seeds: Seeds, step: int) -> Rows:
    """Gumbel noise for every token that may be fed: a function of (seed, name, step), the item's own content, and the place."""
    key, (rows, time) = seeds.number(_NOISE, step), batch.target_in.shape
    found = np.empty((rows, time, vocabulary), dtype=np.float32)
    for at, item in enumerate(fingerprints(batch)):
        chance = np.random.Generator(np.random.Philox(key=[key, item]))
        found[at] = chance.random((time, vocabulary), dtype=np.float32)
    tiny = torch.finfo(torch.float32).tiny
    return -(-torch.from_numpy(found).to(batch.target_in.device).clamp_min(tiny).log()).log()


def readable(logits: Rows, rows: int) -> Float[Tensor, "batch time read"]:
    """Scores of the tokens that have an embedding: those past them count for <unk>.

    >>> found = readable(torch.tensor([[[0.1, 0.2, 0.1, 0.1, 0.3, 0.2]]]).log(), 5).exp()
    >>> [round(one, 2) for one in found.flatten().tolist()]
    [0.1, 0.2, 0.1, 0.3, 0.3]
    """
    if logits.shape[-1] == rows:
        return logits
    unknown = torch.cat([logits[..., UNK : UNK + 1], logits[..., rows:]], dim=-1).logsumexp(dim=-1, keepdim=True)
    return torch.cat([logits[..., :UNK], unknown, logits[..., UNK + 1 : rows]], dim=-1)
