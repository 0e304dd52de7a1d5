"""From the model's distribution to the candidates a step weighs: the most probable tokens of every live hypothesis.

Which candidates are kept differs from search to search; that pads are never generated, and that equal candidates are
ordered by token number, does not.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from core.decoding.weighing import FREE, Weighing
from core.errors import NumberError
from core.language import tr
from core.step_model import SMALL_VOCABULARY

_BARRED = 5  # barred tokens to remember per slot


class Candidates(NamedTuple):
    """The best continuations of every slot, best first; equal ones by token number.

    Attributes:
        values: the model's own log-probabilities; tokens: their numbers.
        scores: what they count; −∞ where there is no further candidate.
    """

    values: Float[np.ndarray, "item slot n"]
    tokens: Int[np.ndarray, "item slot n"]
    scores: Float[np.ndarray, "item slot n"]


class Barred(NamedTuple):
    """The most probable tokens that a limit bars, best first.

    Attributes:
        values: log-probabilities; −∞ where there is no further one; tokens: their numbers; why: as in `Weighing`.
    """

    values: Float[np.ndarray, "item slot n"]
    tokens: Int[np.ndarray, "item slot n"]
    why: Int[np.ndarray, "item slot n"]


class Outlook:
    """What may come next, for every slot: its candidates and its entropy.

    Of a small vocabulary the distribution is kept, and both are made when they are looked at; of a large one they are
    made at once, and the distribution is let go.

    Args:
        log_probs: the model's; count: how many candidates of each slot; never: −∞ where a token is never generated.
        weighing: what limits and penalties say; None where there are none.
        gold: per item a token that is a candidate however poor it is, −1 for none; None where no item has one.
    """

    def __init__(
        self,
        log_probs: Float[Tensor, "item slot vocab"],
        count: int,
        never: Float[Tensor, " vocab"],
        weighing: Weighing | None = None,
        gold: Int[np.ndarray, " item"] | None = None,
    ) -> None:
        self._log_probs, self._count, self._never, self._gold = log_probs, count, never, gold
        self.weighing = weighing
        self.vocabulary = log_probs.shape[-1]
        self.kept = self.vocabulary <= SMALL_VOCABULARY
        if not self.kept:
            _ = self.candidates, self.entropy, self.barred
            del self._log_probs

    @cached_property
    def candidates(self) -> Candidates:
        """The best continuations of every slot."""
        scores = self._log_probs if self.weighing is None else self.weighing.scores(self._log_probs)
        found = most_probable(scores, self._count, self._never)
        if self._gold is not None:
            found = _with_gold(found, self.counts, self._gold)
        if self.weighing is None:
            return found
        own = np.take_along_axis(self._log_probs.numpy(), found.tokens, -1).astype(np.float64)
        return Candidates(own, found.tokens, found.scores)

    @property
    def counts(self) -> Float[np.ndarray, "item slot vocab"]:
        """What every continuation counts, −∞ where it cannot be chosen; only where the distribution is `kept`."""
        scores = self._log_probs if self.weighing is None else self.weighing.scores(self._log_probs)
        return (scores + self._never).numpy()

    @cached_property
    def barred(self) -> Barred | None:
        """The most probable tokens that limits take out; None where nothing is barred."""
        if self.weighing is None or not self.weighing.barred.any():
            return None
        allowed = self._log_probs + self._never
        outside = np.where(self.weighing.barred != FREE, allowed.numpy(), -np.inf)
        tokens = np.argsort(-outside, axis=-1, kind="stable")[..., :_BARRED]
        values = np.take_along_axis(outside, tokens, -1).astype(np.float64)
        return Barred(values, tokens, np.take_along_axis(self.weighing.barred, tokens, -1))

    @cached_property
    def entropy(self) -> Float[np.ndarray, "item slot"]:
        """Of each slot's next token, in nats."""
        surprise = self._log_probs.exp().mul_(self._log_probs)
        if self.kept:
            surprise.nan_to_num_(nan=0.0)  # 0·−∞, in a table: what is impossible adds nothing
        return -surprise.sum(dim=-1).numpy()


def most_probable(
    log_probs: Float[Tensor, "item slot vocab"], count: int, never: Float[Tensor, " vocab"]
) -> Candidates:
    """The most probable tokens that may be generated, `count` of them or one more.

    Args:
        never: −∞ where a token is never generated, 0 elsewhere.

    >>> import torch
    >>> found = most_probable(torch.tensor([[[-1.0, -2.0, -1.0, -0.1]]]), 1, torch.tensor([0, 0, 0, -torch.inf]))
    >>> found.tokens.tolist(), found.values.tolist()
    ([[[0, 2]]], [[[-1.0, -1.0]]])

    Raises:
        NumberError: the model gave NaN; that must be seen, not hidden.
    """
    allowed = log_probs + never
    best = allowed.topk(min(count + 1, allowed.shape[-1]), dim=-1)  # one more, to see whether equal ones were left out
    values, tokens = best.values.numpy(), best.indices.numpy()
    refuse_nan(values[..., 0])  # NaN ranks above every number
    if np.count_nonzero(values[..., 1:] == values[..., :-1]):
        values, tokens = _ties_by_number(allowed.numpy(), values, tokens)
    values = values.astype(np.float64)
    return Candidates(values, tokens, values)


def refuse_nan(values: Float[np.ndarray, "..."]) -> None:
    """Stop at what is no number.

    Raises:
        NumberError: the model gave NaN; that must be seen, not hidden.
    """
    if np.count_nonzero(values != values):
        raise NumberError(
            tr(
                "the model gives NaN as a probability: its weights have diverged or are damaged; "
                "use an earlier checkpoint, or train with a lower learning rate"
            )
        )


def _with_gold(
    found: Candidates, counts: Float[np.ndarray, "item slot vocab"], gold: Int[np.ndarray, " item"]
) -> Candidates:
    """One more candidate per slot, where the gold token is none yet."""
    token = np.broadcast_to(gold[:, None, None], (*found.tokens.shape[:2], 1))
    value = np.take_along_axis(counts, np.maximum(token, 0), -1).astype(np.float64)
    token = np.maximum(token, 0)
    value[(found.tokens == token).any(axis=-1, keepdims=True) | (gold[:, None, None] < 0)] = -np.inf
    values = np.concatenate([found.values, value], axis=-1)
    return Candidates(values, np.concatenate([found.tokens, token], axis=-1), values)


def _ties_by_number(
    log_probs: Float[np.ndarray, "item slot vocab"], values: Float[np.ndarray, "item slot n"], tokens: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same candidates with equal ones in the order of their numbers, also where the last place is shared."""
    tied = (values[..., 1:] == values[..., :-1]) & (values[..., 1:] > -np.inf)  # −∞ is nobody's
    for place in zip(*np.nonzero(tied.any(axis=-1))):
        worst = values[place][-1]
        shared = np.flatnonzero(log_probs[place] >= worst) if worst > -np.inf else tokens[place]
        everyone = log_probs[place][shared]
        order = np.lexsort((shared, -everyone))[: values.shape[-1]]
        values[place], tokens[place] = everyone[order], shared[order]
    return values, tokens
