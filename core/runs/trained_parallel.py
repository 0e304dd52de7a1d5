"""A trained model that writes all places at once: what pages, notebooks and the command line call.

It has no stepper, no search and no tree: there is no prefix. What it has are passes, each with its tokens, how sure the
model was of them, what was emptied again, and the attention of that pass by the usual taps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from core.data.batch import Example
from core.decoding.all_places import AbstractAllPlaces, write
from core.decoding.mask_predict import MaskPredict
from core.decoding.passes import Pass, Writing
from core.errors import RunError, SettingError
from core.language import tr
from core.models.parallel_decoder import ParallelTransformer
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import Recorder
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.folder import RunFolder
from core.runs.opening import at_once, opened
from core.runs.reader import AbstractTrained
from core.runs.store import open_run
from core.tasks.task import Split, held_out
from core.training.events import Evaluated
from core.training.parallel_evaluation import ParallelEvaluator
from core.training.places_settings import AbstractPlacesSettings
from core.training.probe import labels

SCHEMA = "attnlab/passes/1"


@dataclass(frozen=True, eq=False)
class TrainedParallel(AbstractTrained):
    """A model that writes all places at once, with its vocabularies, and where it came from.

    Attributes:
        run: the folder; config: how it was trained; step: of the checkpoint.
        model: in evaluation, without gradients.
        examples: what the run carries to show.
    """

    run: RunFolder
    config: ExperimentConfig
    step: int
    model: ParallelTransformer = field(repr=False)
    examples: Examples = field(repr=False)

    @property
    def usual(self) -> AbstractAllPlaces:
        """How it is decoded where nobody says otherwise."""
        return self._objective.decoding()

    @property
    def shows(self) -> bool:
        """Whether it was shown words while it learned, as passes after the first need it."""
        return self._objective.shows

    def written(self, source: str, how: AbstractAllPlaces | None = None) -> Writing:
        """Write an output, every pass kept.

        Raises:
            InputError: the source cannot be read; SettingError: the model has not learned what the settings ask for.
        """
        how, tokens = self._fitting(how), self.read(source)
        reference = self.reference(source)
        right = [] if reference is None else [len(reference) + 1]
        return write(how, self.model, [self.vocabularies[0].encode_source(tokens)], right)[0]

    def output(self, source: str, how: AbstractAllPlaces | None = None) -> str:
        """The output as text."""
        return self.text(self.written(source, how).output, source)

    def attention(
        self, source: str, how: AbstractAllPlaces | None = None, only: str = "decoder*", level: str = "weights"
    ) -> list[list[AttentionMatrix]]:
        """Every attention matrix of every pass; the encoder's, which reads once, are those of the first.

        A row is labelled with the token that stands at its place after the pass.

        Args:
            only: a shell pattern over attention paths, of the decoder's where there are several passes.
        """
        how, writing = self._fitting(how), self.written(source, how)
        tokens = self.read(source)
        found: list[list[AttentionMatrix]] = []
        with Recorder(self.model, only, level) as recorder:
            reading = self.model.read([self.vocabularies[0].encode_source(tokens)])
            filling = how.fill(self.model, reading, torch.ones(1, writing.places, dtype=torch.bool))
            found.append(self._matrices(recorder, tokens, next(filling)))
        while len(found) < len(writing.passes):
            with recorder:
                found.append(self._matrices(recorder, tokens, next(filling)))
        return found

    def matrices(
        self, source: str, target: str | None = None, only: str = "*", level: str = "weights"
    ) -> list[AttentionMatrix]:
        """Every attention matrix of the first pass, in which nothing is written yet.

        Raises:
            SettingError: a target is given: no place is told of it, so it cannot be forced.
        """
        if target is not None:
            raise SettingError(
                tr(
                    "{address} writes all places at once, so a target cannot be forced on it: leave --target out",
                    address=self.run.address,
                )
            )
        one = MaskPredict(passes=1) if isinstance(self.usual, MaskPredict) else self.usual
        return self.attention(source, one, only, level)[0]

    def evaluate(self, split: Split = "test", how: AbstractAllPlaces | None = None, *, n: int = 500) -> Evaluated:
        """Decode held-out examples that are drawn anew from the task.

        Raises:
            MissingExtra, DataError: the task's data are not here.
        """
        evaluator = ParallelEvaluator(self._fitting(how), self._objective.judged())
        return evaluator(
            self.model, held_out(self.config.task, split, n), self.vocabularies, step=self.step, split=split,
            meaning=self.config.task.meaning, task=self.config.task,
        )  # fmt: skip

    def record(self, source: str, how: AbstractAllPlaces | None = None) -> dict[str, Any]:
        """Everything that led to an output, ready for JSON."""
        how, writing = self._fitting(how), self.written(source, how)
        return {
            "schema": SCHEMA, "strategy": how.name, "settings": how.to_dict(), "model": self.run.address,
            "model_hash": self.model_hash, "checkpoint_step": self.step, "source": source,
            "source_tokens": [*self.read(source), "<end>"], "output": self.text(writing.output, source),
            **writing.to_dict(self.vocabularies[1].tokens),
        }  # fmt: skip

    @property
    def _objective(self) -> AbstractPlacesSettings:
        assert isinstance(self.config.objective, AbstractPlacesSettings)  # the configuration refuses all others
        return self.config.objective

    def _fitting(self, how: AbstractAllPlaces | None) -> AbstractAllPlaces:
        """What is asked for, if it was learned."""
        if how is None:
            return self.usual
        if isinstance(how, MaskPredict) and how.passes > 1 and not self.shows:
            raise SettingError(
                tr(
                    "passes={passes} writes some places in the light of others, and {address} has never been shown "
                    "one: choose at_once, or train with objective=masked_filling",
                    passes=how.passes,
                    address=self.run.address,
                )
            )
        return how

    def _matrices(self, recorder: Recorder, source: Sequence[str], one: Pass) -> list[AttentionMatrix]:
        written = tuple(self.vocabularies[1].decode(one.tokens[0].tolist()))
        return recorder.matrices(*labels(Example(tuple(source), ()), written))


def load_parallel(address: str | Path, step: int | None = None) -> TrainedParallel:
    """The model of a run that writes all places at once.

    Args:
        address: as of `load`; step: which checkpoint; None takes the newest whole one.

    Raises:
        RunError: no such run, damaged, not trained yet, or one that writes a token after the other.
    """
    run = open_run(str(address))
    if not at_once(run):
        raise RunError(tr("{address} writes a token after the other: open it with core.load", address=run.address))
    return TrainedParallel(run, *opened(run, step))
