"""Decoders that write a set of labels beside sigmoids that judge each label by itself: from one seed, on the same texts.

The sigmoids read with the same encoder, from the same first weights; what differs is only how a set comes out of what was
read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor, nn

from core.attention.dropout import give_chance
from core.data.batch import Batch, Example, collate
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import InputError
from core.language import mark, tr
from core.metrics.label_sets import label_set_scores
from core.models.build import build
from core.models.relevance import Relevance
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.labelled import Labelled, write
from core.runs.presets import preset_of
from core.tasks.annotated_themes import consistent
from core.tasks.multi_label import MultiLabel
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.events import StepDone, TrainEvent
from core.training.loop import Trainer
from core.training.schedules import SCHEDULES

STEPS = 200
MOST = 60  # tokens of a text that a person may type
CUT = 0.5  # from which probability on a sigmoid says yes
SIGMOIDS = "sigmoids"
WRITERS: dict[str, tuple[str, str, str]] = {  # title, order of the labels in the target, objective
    "fixed": (mark("seq2seq, labels in a fixed order"), "fixed", "likelihood"),
    "random": (mark("seq2seq, labels in an order drawn anew each time"), "random", "likelihood"),
    "order_free": (mark("seq2seq, every missing label right (order-free)"), "fixed", "order_free"),
}
_MEASURED = 300  # held-out texts


@dataclass
class Writer:
    """One decoder that learns; `losses` are in nats per target token."""

    config: ExperimentConfig
    trainer: Trainer
    losses: list[float] = field(default_factory=list)
    _events: Iterator[TrainEvent] | None = field(default=None, repr=False)

    def advance(self) -> None:
        """One step."""
        self._events = self._events or self.trainer.events()
        for event in self._events:
            if isinstance(event, StepDone):
                self.losses.append(event.loss)
                return


class Judge:
    """A network that scores all labels of a text at once, and its training.

    Args:
        config: of a decoder, whose encoder, first weights, batches, rates and chance it has too.
        single: whether it chooses one label (softmax) in place of judging each (sigmoids).
    """

    def __init__(self, config: ExperimentConfig, *, single: bool = False) -> None:
        self.vocabularies, self.single = config.task.vocabularies, single
        self.training, self.seeds = config.training, config.seeds
        encoder = build(config.model, *self.vocabularies, config.seeds).encoder
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seeds.number("init", 1))
            self.network = Relevance(encoder, config.model.to_dict()["width"], len(self.labels))
        self._chance = torch.Generator()
        give_chance(self.network, self._chance)
        self._optimizer = torch.optim.Adam(self.network.parameters(), betas=(0.9, self.training.beta2), fused=True)
        self.losses: list[float] = []

    @property
    def labels(self) -> tuple[str, ...]:
        """What the scores belong to."""
        return self.vocabularies[1].tokens[len(SPECIALS) :]

    def advance(self, batch: Batch) -> None:
        """One step."""
        step, settings = len(self.losses) + 1, self.training
        self.network.train()
        self._chance.manual_seed(self.seeds.number("dropout", step))
        factor = SCHEDULES[settings.schedule](step, settings.warmup, settings.steps)
        self._optimizer.param_groups[0]["lr"] = settings.learning_rate * factor
        scores, wanted = self.network(batch.source, batch.source_valid), self._wanted(batch)
        if self.single:
            loss = nn.functional.cross_entropy(scores, wanted / wanted.sum(dim=1, keepdim=True).clamp_min(1))
        else:
            loss = nn.functional.binary_cross_entropy_with_logits(scores, wanted)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self.losses.append(float(loss.detach()))

    @torch.no_grad()
    def probabilities(self, sources: Sequence[Sequence[str]]) -> Tensor:
        """Of every text and label."""
        self.network.eval()
        batch = collate([Example(tuple(one), ()) for one in sources], *self.vocabularies)
        scores = self.network(batch.source, batch.source_valid)
        return scores.softmax(dim=-1) if self.single else scores.sigmoid()

    def chosen(self, sources: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The labels of each text: those that are likelier than not, or the likeliest."""
        found = self.probabilities(sources)
        yes = nn.functional.one_hot(found.argmax(-1), len(self.labels)).bool() if self.single else found > CUT
        return [tuple(label for label, one in zip(self.labels, row) if one) for row in yes.tolist()]

    def _wanted(self, batch: Batch) -> Tensor:
        """1 where a label is in the set."""
        found = torch.zeros(len(batch.target_out), len(self.vocabularies[1]))
        return found.scatter_(1, batch.target_out, 1.0)[:, len(SPECIALS) :]


def writer_config(task: MultiLabel, name: str, seed: int, steps: int = STEPS) -> ExperimentConfig:
    """What a decoder is trained with.

    Args:
        name: of WRITERS.
    """
    _, order, objective = WRITERS[name]
    return preset_of("labels").changed({
        **{f"task.{key}": value for key, value in replace(task, order=order).to_dict().items()},
        "objective.name": objective, "training.steps": steps, "training.evaluate_every": steps, "training.evaluate_on": 1,
        "training.record_every": 0, "training.schedule": "linear", "seed": seed,
    })  # fmt: skip


class LabelRace:
    """Trainings beside each other. Threads may share one: each takes a slice in turn.

    Args:
        task: what is labelled; seed: of all; steps: that each shall have; names: of WRITERS.
    """

    def __init__(self, task: MultiLabel, seed: int, steps: int = STEPS, names: Sequence[str] = ("fixed",)) -> None:
        configs = {name: writer_config(task, name, seed, steps) for name in names}
        first = next(iter(configs.values()))
        self.task, self.steps = first.task, steps
        examples = Examples.of(self.task)
        self.held_out = held_out(self.task, "test", _MEASURED)
        self.writers = {name: Writer(one, trainer_of(one, examples)) for name, one in configs.items()}
        self.judge = Judge(first)
        self._stream = next(iter(self.writers.values())).trainer.stream
        self._lock = Lock()

    @property
    def step(self) -> int:
        """Steps that each has done."""
        return len(self.judge.losses)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.step >= self.steps

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Of all of them."""
        return self.task.vocabularies

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until every training has had its step."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end:
            self.advance()

    def advance(self) -> None:
        """A step of each."""
        with self._lock:
            if self.done:
                return
            for one in self.writers.values():
                one.advance()
            self.judge.advance(self._stream.batch(self.step + 1))

    def read(self, text: str) -> tuple[str, ...]:
        """What a person typed, as the task reads it.

        Raises:
            InputError: nothing, too much, or not one word that the task has.
        """
        tokens = self.task.tokenize(text)
        example = self.task.join(self.held_out[0].source)
        if not tokens:
            raise InputError(
                tr("there is nothing to label: the text is empty; type one, for example: {example}", example=example)
            )
        if len(tokens) > MOST:
            raise InputError(
                tr(
                    "the text has {count:,} tokens; at most {most} can be drawn: shorten it",
                    count=len(tokens),
                    most=MOST,
                )
            )
        if len(self.vocabularies[0].unknown(tokens)) == len(set(tokens)):
            raise InputError(
                tr(
                    "every word of this text is unknown to the models; use words of the task, as: {example}",
                    example=example,
                )
            )
        return tuple(tokens)

    def write(self, source: Sequence[str]) -> dict[str, Labelled]:
        """What each decoder writes, as it stands."""
        with self._lock:
            return {name: write(one.trainer.model, self.vocabularies, source) for name, one in self.writers.items()}

    def judged(self, source: Sequence[str]) -> dict[str, float]:
        """Probability of every label by itself."""
        with self._lock:
            return dict(zip(self.judge.labels, self.judge.probabilities([source])[0].tolist()))

    def sets(self) -> dict[str, list[tuple[str, ...]]]:
        """What each makes of the held-out texts, the sigmoids last."""
        sources = [one.source for one in self.held_out]
        with self._lock:
            found = {
                name: [tuple(one) for one in free_run(writer.trainer.model, sources, self.vocabularies)]
                for name, writer in self.writers.items()
            }
            return {**found, SIGMOIDS: self.judge.chosen(sources)}

    def scores(self) -> dict[str, dict[str, float]]:
        """Micro-F1, macro-F1 and subset accuracy of each on held-out texts.

        Of made-up texts also `consistent`, the share of sets that are not empty and that one annotator could have given.
        """
        right, found = [one.target for one in self.held_out], {}
        for name, sets in self.sets().items():
            found[name] = label_set_scores(sets, right, self.judge.labels)
            if not self.task.path:
                found[name]["consistent"] = sum(bool(one) and consistent(one) for one in sets) / len(sets)
        return found
