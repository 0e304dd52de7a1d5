"""Everything is question answering, for one sequence-to-sequence model; a tool made for it is better.

The task's answer is a name or a figure that stands once in the context and in no vocabulary. Three read the same batches
from one seed: a decoder that only generates, one that copies too, and a head that can do nothing but point at a span of the
source. All read with the same kind of GRU, both ways; the pointer has no decoder, and so fewer weights. They are asked about
names nobody has seen, several times while they learn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core.attention.dropout import give_chance
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made, steps
from core.data.batch import Example, pad_sources
from core.data.stream import Stream
from core.language import mark
from core.models.build import build
from core.models.span_pointer import SpanPointer, Spans, best_spans
from core.runs.config import ExperimentConfig
from core.runs.copying_race import Apprentice, CopyingRace, writer_config
from core.shapes import Source, Valid
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.optimizer import clip
from core.training.schedules import constant

_STEPS, _LOOKS, _ASKED = 600, 6, 120
_MARGIN, _LEARNED = 0.05, 0.5
_PLAIN, _COPYING, _POINTER = "plain", "pointer_generator", "span pointer"
_TITLES = {_PLAIN: "seq2seq", _COPYING: "seq2seq that copies", _POINTER: _POINTER}


class PointingApprentice:
    """A span pointer in training, on the batches that a stream of this seed gives."""

    def __init__(self, config: ExperimentConfig) -> None:
        """As a model of these settings is trained, with its encoder."""
        self.task, self.seeds, self.settings, self.step = config.task, config.seeds, config.training, 0
        self.stream = Stream(config.task, config.training.batch_size, config.seeds)
        source, target = config.task.vocabularies
        encoder = build(replace(config.model, copy="none"), source, target, config.seeds).encoder
        self.model = made(lambda: SpanPointer(encoder, config.model.width), config.seeds)
        self._optimizer = torch.optim.Adam(self.model.parameters(), betas=(0.9, self.settings.beta2), fused=True)
        self._chance = torch.Generator()
        give_chance(self.model, self._chance)

    def advance(self) -> None:
        """One step: minus the log-probabilities of both edges, mean over the batch."""
        self.step += 1
        self.model.train()
        self._chance.manual_seed(self.seeds.number("dropout", self.step))
        rate = self.settings.learning_rate * constant(self.step, self.settings.warmup, self.settings.steps)
        self._optimizer.param_groups[0]["lr"] = rate
        examples = self.stream.examples(self.step)
        scores, spans = self.model(*self._read(examples)), spans_of(examples)
        loss: Tensor = -scores.gather(2, spans[:, :, None]).sum(dim=1).mean()
        self._optimizer.zero_grad()
        loss.backward()
        clip(list(self.model.parameters()), self.settings.clip)
        self._optimizer.step()

    @torch.no_grad()
    def outputs(self, examples: Sequence[Example]) -> list[list[str]]:
        """The tokens pointed at."""
        self.model.eval()
        spans = best_spans(self.model(*self._read(examples))).tolist()
        return [list(one.source[first : last + 1]) for one, (first, last) in zip(examples, spans)]

    def _read(self, examples: Sequence[Example]) -> tuple[Source, Valid]:
        return pad_sources([self.task.vocabularies[0].encode_source(one.source) for one in examples])


def spans_of(examples: Sequence[Example]) -> Spans:
    """First and last place of each answer in its source, where it stands first.

    >>> spans_of([Example(("who", "?", "it", "is", "a", "b"), ("a", "b"))]).tolist()
    [[4, 5]]
    """
    found = []
    for one in examples:
        size = len(one.target)
        first = next(at for at in range(len(one.source)) if one.source[at : at + size] == one.target)
        found.append([first, first + size - 1])
    return torch.tensor(found)


class Questions(AbstractClaim):
    """One sequence-to-sequence model, with and without copying, against a head that points at a span."""

    name = "question_answering"
    lecture = (23, 37)
    statement = "One sequence-to-sequence model answers questions too; a head made for pointing answers more after as many steps"
    source = "McCann et al. 2018, arXiv:1806.08730; Vinyals et al. 2015, arXiv:1506.03134"
    effect_is = "questions about unseen names that a span pointer answers exactly, mean over looks while it learns"
    baseline_is = "the same of a sequence-to-sequence model that copies, on the same batches"
    unit = "share of questions"
    rule = mark(
        "shown when with every seed the span pointer answers at least {margin:.0%} more over the looks, and the "
        "model that copies at least {learned:.0%} at its last; contradicted when with every seed the model that "
        "copies answers more over the looks",
        margin=_MARGIN,
        learned=_LEARNED,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train three beside each other, and ask on the way."""
        last, rows = steps(_STEPS, budget), list[Row]()
        race = CopyingRace("qa", seed, last, (_PLAIN, _COPYING))
        examples = held_out(race.task, "test", _ASKED)
        pointer = PointingApprentice(writer_config(_PLAIN, "qa", seed, last))
        looks = {max(1, last * at // _LOOKS) for at in range(1, _LOOKS + 1)}
        while not race.done:
            race.advance()
            pointer.advance()
            if race.step in looks:
                answers = {name: _written(one, examples) for name, one in race.apprentices.items()}
                rows += _judged({**answers, _POINTER: pointer.outputs(examples)}, examples, race.step)
            if race.step % 10 == 0:
                yield Progress(race.step / last, tuple(rows))
        return Measured(_mean(rows, _POINTER), _mean(rows, _COPYING), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        able = [_shares(one.rows, _COPYING)[-1] >= _LEARNED and one.effect - one.baseline >= _MARGIN for one in found]
        return judged(able, [one.baseline > one.effect for one in found])


def _written(one: Apprentice, examples: Sequence[Example]) -> list[list[str]]:
    model = one.trainer.model
    outputs = free_run(model, [example.source for example in examples], one.config.task.vocabularies)
    model.train()
    return outputs


def _judged(answers: Mapping[str, list[list[str]]], examples: Sequence[Example], step: int) -> Iterator[Row]:
    for name, outputs in answers.items():
        right = sum(tuple(output) == example.target for output, example in zip(outputs, examples))
        yield {"network": _TITLES[name], "step": step, "exact": right / len(examples)}


def _shares(rows: Sequence[Row], name: str) -> list[float]:
    return [float(row["exact"] or 0) for row in rows if row["network"] == _TITLES[name]]


def _mean(rows: Sequence[Row], name: str) -> float:
    shares = _shares(rows, name)
    return sum(shares) / len(shares)
