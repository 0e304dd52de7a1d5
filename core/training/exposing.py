"""What becomes of a model that reads its own tokens, and of one that reads a wrong word: exposure bias, measured.

Here a model writes on to the last place of the right target, whatever it says in between: an early <end> is a wrong token
like another. So forced, free and injured runs are compared at the same places. The most probable token is taken, as greedy
search does, and no special is ever written.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from core.data.batch import Batch, Example, collate
from core.data.vocabulary import Vocabulary
from core.metrics.exposure import Exposure, exposure
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.shapes import Tokens
from core.training.likelihood import Likelihood
from core.training.mixing import Mixing, TokenAfterToken, most_probable


@torch.no_grad()
def written(model: Seq2Seq, batch: Batch, own: Bool[Tensor, "batch time"]) -> Tokens:
    """The most probable token at every place of the target; the model is left as it was.

    Args:
        batch: `target_in` is what is fed where the model's own token is not; own: True where it is. What is fed at t was
            written at t − 1.
    """
    training = model.training
    model.eval()
    mixing = Mixing(own, torch.zeros(own.shape), most_probable, model.never_generated)
    logits = model(batch._replace(target_in=TokenAfterToken()(model, batch, mixing)))
    model.train(training)
    return most_probable(logits.index_fill(-1, torch.tensor(model.never_generated), -torch.inf), mixing.noise)


def exposed(model: Seq2Seq, examples: Sequence[Example], vocabularies: tuple[Vocabulary, Vocabulary]) -> Exposure:
    """The three numbers of exposure bias over held-out examples."""
    batch = collate(examples, *vocabularies)
    forced = written(model, batch, nowhere(batch))
    free = written(model, batch, behind(batch, 0))
    return exposure(_right(forced, batch), _right(free, batch), batch.target_valid.numpy())


def injured(batch: Batch, place: int, wrong: Int[Tensor, " batch"]) -> Batch:
    """The same batch with another token in the prefix: as if `wrong` had been written at this place, counted from 0."""
    fed = batch.target_in.clone()
    fed[:, place + 1] = torch.where(batch.target_valid[:, place + 1], wrong, fed[:, place + 1])
    return batch._replace(target_in=fed)


def behind(batch: Batch, place: int) -> Bool[Tensor, "batch time"]:
    """Where the model's own tokens are fed when the prefix is given up to this position of it; 0 is <begin> alone."""
    return batch.target_valid & (torch.arange(batch.target_in.shape[1]) > place)


def nowhere(batch: Batch) -> Bool[Tensor, "batch time"]:
    """The right prefix everywhere: nothing of the model's own."""
    return torch.zeros_like(batch.target_valid)


def recovery(
    model: Seq2Seq, batch: Batch, place: int, wrong: Int[Tensor, " batch"]
) -> tuple[Bool[np.ndarray, "item place"], Bool[np.ndarray, "item place"], Bool[np.ndarray, "item place"]]:
    """What is right behind a wrong word, and behind the right one: the prefix is the right one up to `place`, the rest free.

    Args:
        place: counted from 0; at least one place must follow. wrong: what is written there, one an item.

    Returns:
        Right behind the wrong word, right without it, and which places are real; from the place behind it on.
    """
    given = behind(batch, place + 1)
    with_it, without = (written(model, one, given) for one in (injured(batch, place, wrong), batch))
    after = slice(place + 1, None)
    valid: Bool[np.ndarray, "item place"] = batch.target_valid.numpy()[:, after]
    return _right(with_it, batch)[:, after], _right(without, batch)[:, after], valid


def another(batch: Batch, place: int, tokens: Sequence[int], seeds: Seeds) -> Int[Tensor, " batch"]:
    """For every item a token that is not the one of its target at this place, drawn evenly from `tokens`."""
    chance, gold = seeds.random("wrong word", place), batch.target_out[:, place].tolist()
    return torch.tensor([chance.choice([one for one in tokens if one != right]) for right in gold])


@torch.no_grad()
def excess_loss(
    model: Seq2Seq, batch: Batch, counts: Sequence[int], tokens: Sequence[int], seeds: Seeds
) -> tuple[float, ...]:
    """How much the loss rises with so many wrong tokens in the prefix, in nats per target token; 0 for none.

    Args:
        counts: of wrong tokens at random places of each item, at most as many as it has; tokens: what may be put there.
    """
    training = model.training
    model.eval()
    losses = [_loss(model, _corrupted(batch, count, tokens, seeds), batch) for count in (0, *counts)]
    model.train(training)
    return tuple(loss - losses[0] for loss in losses[1:])


def _corrupted(batch: Batch, count: int, tokens: Sequence[int], seeds: Seeds) -> Tokens:
    fed = batch.target_in.clone()
    for row, length in enumerate(batch.target_valid.sum(dim=1).tolist()):
        chance = seeds.random("corrupted", row)
        for place in chance.sample(range(1, length), min(count, length - 1)):
            fed[row, place] = chance.choice([one for one in tokens if one != int(fed[row, place])])
    return fed


def _loss(model: Seq2Seq, fed: Tokens, batch: Batch) -> float:
    return float(Likelihood()(model, batch._replace(target_in=fed), 0).terms["likelihood"])


def _right(tokens: Tokens, batch: Batch) -> Bool[np.ndarray, "item place"]:
    right: Bool[np.ndarray, "item place"] = (tokens == batch.target_out).numpy()
    return right
