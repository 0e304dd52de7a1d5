"""The training loop: boring on purpose. It yields events and does nothing else with them.

Chance and data are functions of (seed, step), so the weights, the optimizer and the number of the step are the whole
state: a training resumed from a checkpoint is bit for bit one that never stopped. To cancel is to stop iterating.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import torch

from core.attention.dropout import Rows, give_chance
from core.data.batch import Batch, Example
from core.data.stream import Stream
from core.data.vocabulary import Vocabulary
from core.devices import placed, where
from core.errors import RunError
from core.language import tr
from core.precision import learning
from core.seeds import Seeds
from core.tasks.task import AbstractTask
from core.training.attention_losses import Guidance, Guided
from core.training.coverage import Covering
from core.training.evaluation import Evaluator, evaluate
from core.training.events import Evaluated, Finished, Snapshot, StepDone, TrainEvent
from core.training.objective import Learner, Objective, learned_beside
from core.training.optimizer import OPTIMIZERS, clip
from core.training.probe import Probe
from core.training.schedules import SCHEDULES
from core.training.settings import TrainingSettings
from core.training.sharing import Found, parts, put_together, share
from core.training.team import END, GO, WAIT, AbstractTeam, Alone, Word

_BESIDE_RATE = (
    10.0  # times the model's: what is learned beside it begins at zero, and is to be there before a fine-tuning ends
)


class Trainer:
    """A model, its optimizer and the number of steps done.

    Args:
        model: what learns; stream: where batches come from; objective: what is minimized.
        settings: steps, rates, intervals; seeds: where chance comes from.
        held_out: examples to decode at an evaluation; probe: the sentence to record; evaluator: how they are decoded and scored.

    Attributes:
        step: steps done; rate_factor: a person's factor on the learning rate, 1 when nobody changed it.
        guidance: of cross-attention, as the settings have it or a person changed it.
        team: who trains together; alone unless it is set before the first step.
    """

    def __init__(
        self,
        model: Learner,
        stream: Stream,
        objective: Objective,
        settings: TrainingSettings,
        seeds: Seeds,
        held_out: Sequence[Example],
        probe: Probe,
        evaluator: Evaluator = evaluate,
    ) -> None:
        self.model, self.stream, self.objective, self.settings = model, stream, objective, settings
        self.held_out, self.probe, self.seeds, self.evaluator = held_out, probe, seeds, evaluator
        self.step, self.rate_factor = 0, 1.0
        self.team: AbstractTeam = Alone()
        self.guidance = Guidance(
            settings.guidance, settings.guidance_width, settings.guidance_layers, settings.guidance_heads,
            settings.guidance_fade, settings.guidance_steps, end=settings.steps,
        )  # fmt: skip
        self._device = where(model)
        self._beside = learned_beside(objective).to(self._device)
        self._parameters, self._besides = list(model.parameters()), list(self._beside.parameters())
        self._generator = torch.Generator()
        self._chance = give_chance(model, self._generator)
        # fused: one kernel for all weights instead of a dozen small ones per weight
        self.optimizer = OPTIMIZERS[settings.optimizer](
            [{"params": one} for one in (self._parameters, self._besides) if one], lr=settings.learning_rate,
            betas=(0.9, settings.beta2), weight_decay=settings.weight_decay, fused=True,
        )  # fmt: skip

    def events(self) -> Iterator[TrainEvent]:
        """Train from where it stands to the last step."""
        self.model.train()
        if self.step == 0 and self.settings.record_every:
            yield self._snapshot()
        while self.step < self.settings.steps:
            self.team.say(Word(GO, self.rate_factor, self.guidance.strength, self.guidance.since))
            done = self._advance()
            if self._due(self.settings.record_every):
                yield self._snapshot()
            if self._due(self.settings.evaluate_every):
                yield self._evaluate()
            yield done  # last: whoever stops here has all that belongs to the step
        yield Finished(self.step, "done")

    def follow(self) -> None:
        """Take the steps that the leader of the team says, until it says that there are no more."""
        self.model.train()
        while (word := self.team.say(Word(WAIT))).what != END:
            if word.what == GO:
                self.rate_factor = word.rate_factor
                self.guidance = replace(self.guidance, strength=word.guidance, since=int(word.since))
                self._advance()

    def learning_rate(self, step: int) -> float:
        """The rate at a step."""
        settings = self.settings
        factor = SCHEDULES[settings.schedule](step, settings.warmup, settings.steps)
        return settings.learning_rate * factor * self.rate_factor

    def change_rate(self, rate: float) -> None:
        """Make this the learning rate of the next step; the schedule goes on from there."""
        self.rate_factor *= rate / self.learning_rate(self.step + 1)

    def change_guidance(self, strength: float) -> None:
        """Guide with this strength from the next step on, and count the steps of guidance from here; 0 switches it off."""
        self.guidance = replace(self.guidance, strength=strength, since=self.step)

    def state(self) -> tuple[dict[str, torch.Tensor], dict[str, Any], dict[str, Any]]:
        """Weights, the optimizer's state dict, and the rest: all that a resumed training needs."""
        beside = self._beside.state_dict()
        return (
            self.model.state_dict(),
            {**self.optimizer.state_dict(), **({"beside": beside} if beside else {})},
            {"step": self.step, "rate_factor": self.rate_factor,
             "guidance": self.guidance.strength, "guidance_since": self.guidance.since},
        )  # fmt: skip

    def restore(self, model: dict[str, torch.Tensor], optimizer: dict[str, Any], state: dict[str, Any]) -> None:
        """Stand where `state` was taken.

        Raises:
            RunError: the optimizer's state is that of other weights.
        """
        kept, has = (
            sum(len(group["params"]) for group in one["param_groups"])
            for one in (optimizer, self.optimizer.state_dict())
        )
        if kept != has:
            raise RunError(
                tr(
                    "the optimizer was kept for {kept} weights and this model has {has}: the checkpoint is of "
                    "an earlier version, which kept the matrices of attention apart; it can be decoded and looked at, but not "
                    "trained further: train its recipe anew",
                    kept=kept,
                    has=has,
                )
            )
        self.model.load_state_dict(model)
        self._beside.load_state_dict(optimizer.get("beside", {}))
        self.optimizer.load_state_dict({name: one for name, one in optimizer.items() if name != "beside"})
        self.step, self.rate_factor = int(state["step"]), float(state["rate_factor"])
        # checkpoints of before there was guidance say nothing of it
        strength, since = state.get("guidance", self.settings.guidance), state.get("guidance_since", 0)
        self.guidance = replace(self.guidance, strength=float(strength), since=int(since))

    def _advance(self) -> StepDone:
        began = perf_counter()
        step = self.step + 1
        rate = self.learning_rate(step)
        for group, factor in zip(self.optimizer.param_groups, (1.0, _BESIDE_RATE)):
            group["lr"] = rate * factor
        batch: Batch = self.stream.batch(step)
        found = self.weigh(batch, step)
        norm = clip(
            self._parameters, self.settings.clip
        )  # what is learned beside it shortens no gradient of the model's
        self.optimizer.step()
        self.step = step
        return StepDone(
            step=step, loss=found.loss, terms=found.terms, token_accuracy=found.token_accuracy, learning_rate=rate,
            gradient_norm=norm, tokens=batch.target_tokens, seconds=perf_counter() - began, reward=found.reward,
        )  # fmt: skip

    def weigh(self, batch: Batch, step: int) -> Found:
        """Give every weight its gradient on a batch, of which this member of a team takes its rows."""
        own, learned = share(batch, self.team).on(self._device), (*self._parameters, *self._besides)
        rows = Rows(self.team.rank, self.team.size, len(batch.target_valid))
        self._chance.rows = rows if self.team.size > 1 else None
        self._generator.manual_seed(self.seeds.number("dropout", step))
        guided = Guided(self.objective, self.guidance)
        with placed(self._device), learning(self.settings.precision):
            weighed = Covering(guided, self.settings.coverage)(self.model, own, step)
        counted = parts(weighed, own, self.team)
        loss = counted.loss(weighed)
        for parameter in learned:
            parameter.grad = None  # as zero_grad does, at a tenth of what it costs a small model
        loss.backward()
        return put_together(weighed, loss, counted, learned, self.team)

    def _due(self, every: int) -> bool:
        return every > 0 and (self.step % every == 0 or self.step == self.settings.steps)

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.step, tuple(self.probe.record(self.model)))

    def _evaluate(self) -> Evaluated:
        vocabularies: tuple[Vocabulary, Vocabulary] = self.probe.vocabularies
        task, last = self.stream.task, self.step == self.settings.steps
        return self.evaluator(
            self.model,
            self.held_out,
            vocabularies,
            step=self.step,
            split="validation",
            meaning=task.meaning,
            task=task if last and isinstance(task, AbstractTask) else None,
        )
