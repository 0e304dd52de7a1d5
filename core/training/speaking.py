"""A speaker learns: frames under gold frames, and when to stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.attention.dropout import give_chance
from core.data.spoken_text import SpokenBatch, SpokenText
from core.models.frame_decoder import Written
from core.models.speaker import Speaker
from core.seeds import Seeds
from core.training.attention_losses import TERM, guided_attention
from core.training.schedules import linear

_CLIP = 1.0  # largest norm of the gradient


@dataclass(frozen=True)
class SpectrumLoss:
    """How far what is written is from what was said.

    Half the mean absolute and half the mean squared error of a value of a frame, and the cross-entropy of the stop in nats
    a step. Only real steps count.

    Attributes:
        stop: weight of the one step that is to stop, against each that is not; there are many of those.
        guidance: weight of guided attention (attention_losses.py); 0 for none.
    """

    stop: float = 5.0
    guidance: float = 0.0

    def __call__(self, written: Written, batch: SpokenBatch) -> dict[str, Tensor]:
        """Terms of the loss; it is their sum."""
        error = (written.frames - batch.frames).unflatten(1, (batch.steps.shape[1], -1))[batch.steps]
        last = batch.steps & ~nn.functional.pad(batch.steps[:, 1:], (0, 1))
        stops = nn.functional.binary_cross_entropy_with_logits(
            written.stops[batch.steps], last[batch.steps].to(error.dtype), pos_weight=error.new_tensor(self.stop)
        )
        terms = {"absolute": error.abs().mean() / 2, "squared": error.square().mean() / 2, "stop": stops}
        if self.guidance:
            terms[TERM] = self.guidance * guided_attention([written.weights], batch.steps, batch.valid)
        return terms


class SpeakingStep(NamedTuple):
    """One step of a training: the terms of its batch's loss before the step."""

    step: int
    terms: dict[str, float]


def learn_to_speak(
    speaker: Speaker,
    corpus: SpokenText,
    seeds: Seeds,
    steps: int,
    *,
    loss: SpectrumLoss = SpectrumLoss(),
    batch: int = 16,
    rate: float = 2e-3,
) -> Iterator[SpeakingStep]:
    """Train with Adam (Kingma & Ba 2015), one yield a step; to stop is to ask no further.

    Args:
        speaker: takes over the corpus's scale; it is in training mode at every step, whatever happens in between.
        loss: what is minimized; steps: how many; batch: utterances in each; rate: the highest, reached after a twentieth of the steps.
    """
    speaker.scale(*corpus.scale)
    optimizer = torch.optim.Adam(speaker.parameters(), lr=rate)
    chance = torch.Generator()
    for step in range(1, steps + 1):
        speaker.train()
        give_chance(speaker, chance)
        chance.manual_seed(seeds.number("dropout", step))
        optimizer.param_groups[0]["lr"] = rate * linear(step, steps // 20, steps)
        given = corpus.batch(drawn(corpus, seeds, step, batch), speaker.decoder.reduction)
        terms = loss(speaker(given.tokens, given.valid, given.frames), given)
        optimizer.zero_grad()
        sum(terms.values()).backward()
        nn.utils.clip_grad_norm_(speaker.parameters(), _CLIP)
        optimizer.step()
        yield SpeakingStep(step, {name: float(term.detach()) for name, term in terms.items()})


def drawn(corpus: SpokenText, seeds: Seeds, step: int, batch: int) -> list[int]:
    """The utterances of a step, a function of its number: neighbours in length, so that few pads are computed."""
    by_length = sorted(range(len(corpus.utterances)), key=lambda at: len(corpus.spectra[at]))
    if len(by_length) <= batch:
        return by_length
    start = seeds.random("data", step).randrange(len(by_length) - batch + 1)
    return by_length[start : start + batch]
