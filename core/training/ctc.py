"""Connectionist temporal classification (CTC): the likelihood of a target, summed over all ways to spread it over more places.

Each place says a token or stays blank; equal neighbours are one token (core/decoding/collapsed.py). PyTorch's `ctc_loss`
sums over all fillings that collapse to the target in one pass along the places. <end> is no part of it.

Sources: Graves et al. 2006; Libovický & Helcl 2018, arXiv:1811.04719.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.data.batch import Batch
from core.decoding.collapsed import collapse
from core.errors import DataError
from core.language import tr
from core.metrics.sequence import token_accuracy
from core.models.parallel_decoder import ParallelTransformer
from core.shapes import Logits, Valid
from core.training.objective import Objectives


class Ctc:
    """−log of the probability of the target, in nats per target token, <end> counted as everywhere."""

    def __call__(self, model: ParallelTransformer, batch: Batch, step: int) -> Objectives:
        """Weigh one batch.

        Raises:
            DataError: a target does not fit into the places of its source.
        """
        valid, read = model.spread(batch).valid, model.encode(batch.source, batch.source_valid)
        logits = model.decoder(model.empty(valid), valid, read)
        lengths = batch.target_valid.sum(1) - 1  # without <end>
        loss = marginal(logits, valid, batch.target_out, lengths, model.blank).sum() / batch.target_valid.sum()
        right, places = _right(logits, valid, batch, lengths, model.blank)
        return Objectives({"likelihood": loss}, right, over={"token_accuracy": places})


def marginal(
    logits: Logits, valid: Valid, targets: Int[Tensor, "batch target"], lengths: Int[Tensor, " batch"], blank: int
) -> Float[Tensor, " batch"]:
    """−log p of every target, in nats: the sum over all fillings of its item's places that collapse to it.

    Args:
        valid: which places an item has; targets: tokens, pads at the right; lengths: how many are real.

    Raises:
        DataError: a target is longer than its places: equal neighbours need a blank between.
    """
    places = valid.sum(1)
    real = torch.arange(targets.shape[1])[None, :] < lengths[:, None]
    twice = ((targets[:, 1:] == targets[:, :-1]) & real[:, 1:]).sum(1)
    if bool((short := lengths + twice > places).any()):
        at = int(short.int().argmax())
        raise DataError(
            tr(
                "a target of {lengths} tokens, {twice} of them equal to the one before, needs "
                "{lengths2} places and has {places}: raise model.upsampling (and model.longest)",
                lengths=int(lengths[at]),
                twice=int(twice[at]),
                lengths2=int(lengths[at] + twice[at]),
                places=int(places[at]),
            )
        )
    log_probs = torch.log_softmax(logits, dim=-1).transpose(0, 1)  # place batch vocab
    return torch.nn.functional.ctc_loss(log_probs, targets, places, lengths, blank=blank, reduction="none")


def _right(logits: Logits, valid: Valid, batch: Batch, lengths: Int[Tensor, " batch"], blank: int) -> tuple[float, int]:
    """Share of positions that the collapsed most probable filling gets right, of the longer of it and the target; and of
    how many."""
    best = logits.detach().argmax(dim=-1).masked_fill(~valid, blank).tolist()
    targets = [row[:length] for row, length in zip(batch.target_out.tolist(), lengths.tolist())]
    written = [[str(token) for token in collapse(row, blank)] for row in best]
    places = sum(max(len(row), len(target)) for row, target in zip(written, targets))
    return token_accuracy(written, [[str(token) for token in row] for row in targets]), places
