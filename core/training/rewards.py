"""Rewards: how good an output is, as a number; more is better, and nothing about it need be differentiable.

Those of the table lie in 0…1 and compare an output with its reference. A sentence's BLEU is sacreBLEU's over the model's own
tokens, with exponential smoothing and effective order. A person's own Python function is read from a file
(reward_file.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.data.batch import Batch
from core.data.vocabulary import PAD, SPECIALS, UNK, Vocabulary
from core.metrics.error_rate import edit_distance
from core.metrics.overlap import sentence_bleu, sentence_chrf
from core.tasks.task import AbstractTask

Pair = tuple[tuple[str, ...], tuple[str, ...]]  # the tokens of an output and of its reference
Reward = Callable[[AbstractTask, Sequence[str], Sequence[str]], float]
Rewarding = Callable[[Sequence[Pair]], Sequence[float]]
_NO_MATCH = "<unknown>"


def bleu(task: AbstractTask, output: Sequence[str], reference: Sequence[str]) -> float:
    """Sentence BLEU over tokens, as a share."""
    return sentence_bleu(output, reference) / 100.0


def chrf(task: AbstractTask, output: Sequence[str], reference: Sequence[str]) -> float:
    """Sentence chrF of the texts, as a share."""
    return sentence_chrf(task.join_target(output), task.join_target(reference)) / 100.0


def exact(task: AbstractTask, output: Sequence[str], reference: Sequence[str]) -> float:
    """1 where the output says what the reference says, else 0."""
    return float(task.meaning(output) == task.meaning(reference))


def edits(task: AbstractTask, output: Sequence[str], reference: Sequence[str]) -> float:
    """1 less the edit distance over tokens, per token of the longer of the two."""
    longer = max(len(output), len(reference))
    return 1.0 - edit_distance(output, reference) / longer if longer else 1.0


REWARDS: dict[str, Reward] = {"bleu": bleu, "chrf": chrf, "exact": exact, "edits": edits}


@dataclass(frozen=True)
class TaskReward:
    """A reward of the table for outputs of a task."""

    reward: Reward
    task: AbstractTask

    def __call__(self, pairs: Sequence[Pair]) -> list[float]:
        """Of every pair."""
        return [self.reward(self.task, output, reference) for output, reference in pairs]


@dataclass(frozen=True)
class Judge:
    """From numbers of tokens to rewards.

    Attributes:
        rewarding: what is asked, each different pair of a batch once; vocabulary: the target's.
    """

    rewarding: Rewarding
    vocabulary: Vocabulary

    def __call__(self, written: Int[Tensor, "item slot time"], batch: Batch) -> Float[Tensor, "item slot"]:
        """The reward of every output; what stands behind <end>, and pads, count nothing."""
        added = batch.added or ((),) * len(written)
        pairs = [
            (
                self._words(output, names),
                tuple(_NO_MATCH if one == SPECIALS[UNK] else one for one in self._words(gold, names)),
            )
            for outputs, gold, names in zip(written.tolist(), batch.target_out.tolist(), added)
            for output in outputs
        ]
        asked = list(dict.fromkeys(pairs))
        found = dict(zip(asked, self.rewarding(asked)))
        return torch.tensor([found[pair] for pair in pairs], dtype=torch.float32).reshape(written.shape[:2])

    def _words(self, numbers: Sequence[int], added: Sequence[str]) -> tuple[str, ...]:
        """Tokens, also of numbers past the vocabulary."""
        end = self.vocabulary.end
        real = numbers[: numbers.index(end)] if end in numbers else [one for one in numbers if one != PAD]
        known = len(self.vocabulary)
        return tuple(added[one - known] if one >= known else self.vocabulary.tokens[one] for one in real)
