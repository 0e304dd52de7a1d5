"""Scheduled sampling: what a step costs whose prefix is written first, token after token or all at once."""

from statistics import median

import torch

from core.attention.dropout import give_chance
from core.data.batch import Batch
from core.data.vocabulary import Vocabulary
from core.models.build import build
from core.training.likelihood import Likelihood
from core.training.mixing import DRAWS, AllAtOnce, Procedure, TokenAfterToken
from core.training.objective import Objective
from core.training.optimizer import OPTIMIZERS
from core.training.scheduled_sampling import GoldShare, MixedLikelihood
from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.sizes import SIZES
from tests.benchmarks.training import SEEDS, Advance, full_batch, in_turns, measured

SHARE = GoldShare("constant", floor=0.5)


def stepping(objective: Objective, tokens: int) -> Advance:
    """A step of a fresh Transformer as the training loop does it."""
    words = Vocabulary.of([f"w{at}" for at in range(tokens - 6)])
    model, chance, step = build(SIZES["base"][0], words, words, SEEDS).train(), torch.Generator(), 0
    give_chance(model, chance)
    parameters = list(model.parameters())
    optimizer = OPTIMIZERS["adam"](parameters, lr=1e-4, fused=True)

    def advance(batch: Batch) -> None:
        nonlocal step
        step += 1
        chance.manual_seed(SEEDS.number("dropout", step))
        loss = torch.stack(list(objective(model, batch, step).terms.values())).sum()
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        optimizer.step()

    return advance


def sampled(procedure: Procedure) -> MixedLikelihood:
    """Half of the prefix drawn from the model."""
    return MixedLikelihood(Likelihood(), SHARE, DRAWS["sample"], procedure, SEEDS)


def two_pass(length: int, rounds: int) -> Measured:
    """A step with one pass before it over a step of teacher forcing."""
    tokens = SIZES["base"][1]
    sides = [stepping(sampled(AllAtOnce(1)), tokens), stepping(Likelihood(), tokens)]
    return measured(*in_turns(sides, full_batch(tokens, 64, length), rounds))


def parallel(length: int, rounds: int, sequential: Procedure) -> Measured:
    """A step with two passes before it over one whose prefix is written token after token."""
    tokens = SIZES["base"][1]
    sides = [stepping(sampled(one), tokens) for one in (AllAtOnce(2), sequential)]
    mine, other = in_turns(sides, full_batch(tokens, 8, length), rounds)
    return measured(mine, other, f"; {median(other) / median(mine):.1f} times faster")


# as many passes as tokens are the sequential algorithm of a decoder that keeps nothing between its tokens, as a Transformer
# that is trained has none; with kept keys and values the arithmetic is that of one pass, and only waiting is left to save
ROWS = [
    Row("sampled-two-pass", "a step of two-pass scheduled sampling, base, batch 64, S = T = 64, against teacher forcing", "×",
        2.2, lambda share: two_pass(64, times(10, share, least=3))),
    Row("sampled-parallel", "a step of parallel scheduled sampling, K = 2, base, batch 8, S = T = 64, against a pass per token",
        "×", 0.25, lambda share: parallel(64, times(8, share, least=3), AllAtOnce(64))),
    Row("sampled-kept", "the same against token after token with keys and values kept, as ours is", "×",
        None, lambda share: parallel(64, times(20, share, least=3), TokenAfterToken())),
]  # fmt: skip
