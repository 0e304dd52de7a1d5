"""A speaker's training as a run folder wants it: events, evaluations, a probe, and a state to go on from.

As in loop.py, chance and data are functions of (seed, step): a training resumed is bit for bit one that never stopped.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch

from core.attention.dropout import give_chance
from core.data.audio import FRAMES_A_SECOND
from core.data.spoken_text import SpokenBatch, SpokenText
from core.metrics.alignment_scores import alignment_scores
from core.models.speaker import Speaker
from core.recording.matrix import AttentionMatrix, Site
from core.seeds import Seeds
from core.settings import Settings, setting
from core.training.events import Evaluated, Finished, Snapshot, StepDone, TrainEvent
from core.training.optimizer import clip
from core.training.schedules import linear
from core.training.speaking import SpectrumLoss, drawn

SITE = Site("decoder", 0, "cross", "decoder.cross_attention.tap_weights")
_CLIP = 1.0  # largest norm of the gradient
_PATIENCE = 2.0  # times as long as the recording, and an evaluation cuts the speaker off
_NONE = math.nan  # a speaker writes no tokens, so nothing is known of any


@dataclass(frozen=True)
class SpeakingSettings(Settings):
    """Steps, batches, guidance, and how often to look."""

    steps: int = setting(1500, low=1, high=1_000_000, step=100, help="optimizer steps")
    batch_size: int = setting(16, low=1, high=512, step=8, help="utterances in a step")
    learning_rate: float = setting(2e-3, above=0.0, high=1.0, step=1e-4, help="the highest rate, of Adam")
    warmup: int = setting(50, low=0, high=100_000, step=10, help="steps in which the rate rises from 0 to its highest")
    guidance: float = setting(5.0, low=0.0, high=1000.0, step=1.0, help="pull of attention to the diagonal; 0 = none")
    stop_weight: float = setting(5.0, above=0.0, high=100.0, help="weight of the one step that is to stop")
    evaluate_every: int = setting(250, low=1, high=1_000_000, step=50, help="steps between held-out evaluations")
    evaluate_on: int = setting(8, low=1, high=1000, help="held-out utterances to say at an evaluation")
    record_every: int = setting(
        50, low=0, high=1_000_000, step=10, help="steps between recordings of the probe; 0 = never"
    )
    checkpoint_every: int = setting(250, low=1, high=1_000_000, step=50, help="steps between checkpoints")


class SpeakerTrainer:
    """A speaker, its optimizer and the number of steps done; see `core.training.loop.Trainer`, whose methods it has.

    Args:
        speaker: what learns; it takes over the corpus's scale.
        corpus: what it learns from; held_out: what it is asked to say; the first of it is the probe.
        settings: steps, rates, intervals; seeds: where chance comes from.
    """

    def __init__(
        self, speaker: Speaker, corpus: SpokenText, held_out: SpokenText, settings: SpeakingSettings, seeds: Seeds
    ) -> None:
        self.speaker, self.corpus, self.held_out, self.settings, self.seeds = speaker, corpus, held_out, settings, seeds
        self.step, self.rate_factor, self.guidance = 0, 1.0, settings.guidance
        speaker.scale(*corpus.scale)
        self._parameters = list(speaker.parameters())
        self._chance = torch.Generator()
        give_chance(speaker, self._chance)
        self.optimizer = torch.optim.Adam(self._parameters, lr=settings.learning_rate)

    def events(self) -> Iterator[TrainEvent]:
        """Train from where it stands to the last step."""
        if self.step == 0 and self.settings.record_every:
            yield self._snapshot()
        while self.step < self.settings.steps:
            done = self._advance()
            if self._due(self.settings.record_every):
                yield self._snapshot()
            if self._due(self.settings.evaluate_every):
                yield self._evaluate()
            yield done  # last: whoever stops here has all that belongs to the step
        yield Finished(self.step, "done")

    def learning_rate(self, step: int) -> float:
        """The rate at a step."""
        settings = self.settings
        return settings.learning_rate * linear(step, settings.warmup, settings.steps) * self.rate_factor

    def change_rate(self, rate: float) -> None:
        """Make this the learning rate of the next step; the schedule goes on from there."""
        self.rate_factor *= rate / self.learning_rate(self.step + 1)

    def change_guidance(self, strength: float) -> None:
        """Guide with this strength from the next step on; 0 switches it off."""
        self.guidance = strength

    def state(self) -> tuple[dict[str, torch.Tensor], dict[str, Any], dict[str, Any]]:
        """Weights, the optimizer's state dict, and the rest: all that a resumed training needs."""
        rest = {"step": self.step, "rate_factor": self.rate_factor, "guidance": self.guidance}
        return self.speaker.state_dict(), self.optimizer.state_dict(), rest

    def restore(self, model: dict[str, torch.Tensor], optimizer: dict[str, Any], state: dict[str, Any]) -> None:
        """Stand where `state` was taken."""
        self.speaker.load_state_dict(model)
        self.optimizer.load_state_dict(optimizer)
        self.step, self.rate_factor = int(state["step"]), float(state["rate_factor"])
        self.guidance = float(state["guidance"])

    def _advance(self) -> StepDone:
        began, step = perf_counter(), self.step + 1
        rate = self.learning_rate(step)
        self.optimizer.param_groups[0]["lr"] = rate
        self.speaker.train()
        give_chance(self.speaker, self._chance)
        self._chance.manual_seed(self.seeds.number("dropout", step))
        batch = self._batch(self.corpus, drawn(self.corpus, self.seeds, step, self.settings.batch_size))
        terms = self._loss(self.guidance)(self.speaker(batch.tokens, batch.valid, batch.frames), batch)
        loss = torch.stack(list(terms.values())).sum()
        self.optimizer.zero_grad()
        loss.backward()
        norm = clip(self._parameters, _CLIP)
        self.optimizer.step()
        self.step = step
        return StepDone(
            step, float(loss.detach()), {name: float(term.detach()) for name, term in terms.items()}, _NONE, rate, norm,
            int(batch.steps.sum()) * self.speaker.decoder.reduction, perf_counter() - began,
        )  # fmt: skip

    def _due(self, every: int) -> bool:
        return every > 0 and (self.step % every == 0 or self.step == self.settings.steps)

    def _batch(self, corpus: SpokenText, chosen: list[int]) -> SpokenBatch:
        return corpus.batch(chosen, self.speaker.decoder.reduction)

    def _loss(self, guidance: float) -> SpectrumLoss:
        return SpectrumLoss(self.settings.stop_weight, guidance)

    @torch.no_grad()
    def _snapshot(self) -> Snapshot:
        """Where it looks under the probe's own frames."""
        self.speaker.eval()
        batch = self._batch(self.held_out, [0])
        written = self.speaker(batch.tokens, batch.valid, batch.frames)
        tokens = self.held_out.cut(self.held_out.utterances[0].text)
        return Snapshot(self.step, (matrix_of(written.weights[0], tokens, self.speaker.decoder.reduction),))

    @torch.no_grad()
    def _evaluate(self) -> Evaluated:
        """The loss under gold frames; then it speaks by itself: does it stop, and how good are its alignments?"""
        began = perf_counter()
        self.speaker.eval()
        chosen = list(range(len(self.held_out.utterances)))[: self.settings.evaluate_on]
        batch = self._batch(self.held_out, chosen)
        terms = self._loss(0.0)(self.speaker(batch.tokens, batch.valid, batch.frames), batch)
        said = self.speaker.speak(batch.tokens, batch.valid, math.ceil(batch.steps.shape[1] * _PATIENCE))
        lengths = batch.valid.sum(1).tolist()
        maps = [weights[0, : int(n), :m].numpy() for weights, n, m in zip(said.weights, said.steps, lengths)]
        measures = {
            "stopped": float(said.stopped.float().mean()),
            "alignment quality": sum(alignment_scores(one).quality if one.any() else 0.0 for one in maps) / len(maps),
        }
        loss = float(torch.stack(list(terms.values())).sum())
        return Evaluated(
            self.step, "validation", _NONE, _NONE, loss, _NONE, len(chosen), perf_counter() - began, measures
        )


def matrix_of(weights: torch.Tensor, tokens: list[str], reduction: int) -> AttentionMatrix:
    """Weights [1, step, source] as a record: rows are named by the second at which they begin, columns by their tokens."""
    moments = tuple(f"{step * reduction / FRAMES_A_SECOND:.2f} s" for step in range(weights.shape[1]))
    return AttentionMatrix(SITE, weights.numpy(), moments, (*tokens, "<end>"))
