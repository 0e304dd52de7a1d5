"""What a model that writes all places at once may minimize: how badly it fills places, and how badly it counts them.

`AllPlaces`: every place is empty, and all are weighed. `MaskedFilling`: a random number of places, from one to all, is
empty at random; the others show the right token, and the empty ones alone are weighed. So the model learns what passes
of mask-predict need: to write some places in the light of others. Where the number of places is predicted, its
cross-entropy is a term of its own.

Sources: Gu et al. 2018, section 3, arXiv:1711.02281; Ghazvininejad et al. 2019, section 3, arXiv:1904.09324.
"""

from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from core.data.batch import Batch
from core.models.parallel_decoder import ParallelTransformer, Read, Spread
from core.parallel_model import PREDICTED
from core.seeds import Seeds
from core.shapes import Tokens, Valid
from core.training.likelihood import Likelihood
from core.training.objective import Objectives

LENGTH = "length"  # the name of the term
LIKELIHOOD = Likelihood()


@dataclass(frozen=True)
class AllPlaces:
    """Cross-entropy of the token at every place, nothing of the target shown; in nats per target token.

    Attributes:
        weighing: against which target distribution (label smoothing).
    """

    weighing: Likelihood = LIKELIHOOD

    def __call__(self, model: ParallelTransformer, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; places behind <end> count nothing."""
        spread, read = model.spread(batch), model.encode(batch.source, batch.source_valid)
        return _weighed(self.weighing, model, read, spread, model.empty(spread.valid), spread.counted)


@dataclass(frozen=True)
class MaskedFilling:
    """Cross-entropy of the token at places that were emptied at random; in nats per empty place.

    Attributes:
        seeds: which places are empty is a function of (seed, step, example); weighing: against which target distribution.
    """

    seeds: Seeds
    weighing: Likelihood = LIKELIHOOD

    def __call__(self, model: ParallelTransformer, batch: Batch, step: int) -> Objectives:
        """Weigh one batch."""
        spread, read = model.spread(batch), model.encode(batch.source, batch.source_valid)
        hidden = self.hidden(batch, spread.counted, step)
        # behind <end> nothing is wanted and nothing can be shown: those places stay empty
        shown = torch.where(hidden | ~spread.counted, model.empty(spread.valid), spread.gold)
        return _weighed(self.weighing, model, read, spread, shown, hidden)

    def hidden(self, batch: Batch, counted: Valid, step: int) -> Valid:
        """Which places are empty, for every item apart: who stands beside it, and its pads, change nothing."""
        hidden = torch.zeros_like(counted)
        for item, count in enumerate(counted.sum(1).tolist()):
            example = ",".join(map(str, batch.target_out[item, :count].tolist()))
            rng = self.seeds.random(f"masked filling {example}", step)
            hidden[item, hidden_places(count, rng)] = True
        return hidden


def hidden_places(count: int, rng: Random) -> list[int]:
    """Of so many places n, drawn evenly from 1 to all of them, and n drawn evenly.

    >>> hidden_places(5, Random(1))
    [4, 0]
    """
    return rng.sample(range(count), rng.randint(1, count))


def length_term(model: ParallelTransformer, read: Read, counted: Valid) -> dict[str, Tensor]:
    """Cross-entropy of the right number of places, in nats per example; empty where the model predicts none."""
    if model.counting not in PREDICTED:
        return {}
    return {LENGTH: torch.nn.functional.nll_loss(model.length_law(read), counted.sum(1))}


def _weighed(
    weighing: Likelihood, model: ParallelTransformer, read: Read, spread: Spread, shown: Tokens, wanted: Valid
) -> Objectives:
    logits = model.decoder(shown, spread.valid, read)
    loss, right = weighing.weigh(logits.flatten(0, 1), spread.gold.flatten(), wanted.flatten())
    count = int(wanted.sum())
    terms = {"likelihood": loss} | length_term(model, read, spread.counted)
    return Objectives(terms, float(right), over={"likelihood": count, "token_accuracy": count, LENGTH: len(wanted)})
