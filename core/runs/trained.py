"""A trained model: what pages, notebooks and the command line call.

It is read from a run folder and never written; it holds no tensors of the last call and is safe to share.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from core.data.batch import Example
from core.decoding.frontier import Rules
from core.decoding.search import AbstractSearch
from core.errors import RunError
from core.language import tr
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.recording.matrix import AttentionMatrix
from core.runs.compiled import offered
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.folder import RunFolder
from core.runs.opening import at_once, opened
from core.runs.set_config import is_set_run
from core.runs.stepwise import GREEDY, AbstractStepwise
from core.runs.store import open_run
from core.runs.voice_config import is_voice
from core.step_model import StepModel
from core.tasks.task import Split, held_out
from core.training.evaluation import evaluate, free_run, rules_for
from core.training.events import Evaluated
from core.training.probe import Probe


@dataclass(frozen=True, eq=False)
class TrainedModel(AbstractStepwise):
    """A model that writes a token after the other, with its vocabularies, and where it came from.

    Attributes:
        run: the folder; config: how it was trained; step: of the checkpoint.
        model: in evaluation, without gradients.
        examples: what the run carries to show.
    """

    run: RunFolder
    config: ExperimentConfig
    step: int
    model: Seq2Seq = field(repr=False)
    examples: Examples = field(repr=False)

    def matrices(
        self, source: str, target: str | None = None, only: str = "*", level: str = "weights"
    ) -> list[AttentionMatrix]:
        """Every attention matrix for a source and a target.

        Args:
            target: the text to force; None takes the model's own greedy output.
            only: a shell pattern over attention paths; level: "weights", "scores" or "full".

        Raises:
            InputError: the source or the target cannot be read.
        """
        tokens = self.read(source)
        own = target is None
        written = free_run(self.model, [tokens], self.vocabularies)[0] if own else self.read_target(str(target), source)
        probe = Probe(Example(tuple(tokens), tuple(written)), self.vocabularies)
        return probe.record(self.model, only=only, level=level)

    def evaluate(self, split: Split = "test", search: AbstractSearch = GREEDY, *, n: int = 500) -> Evaluated:
        """Decode held-out examples that are drawn anew from the task.

        Raises:
            MissingExtra, DataError: the task's data are not here.
        """
        task = self.config.task
        return evaluate(
            self.model, held_out(task, split, n), self.vocabularies, step=self.step, split=split, search=search,
            meaning=task.meaning, task=task,
        )  # fmt: skip

    @cached_property
    def stepped(self) -> StepModel:
        """The model as a search steps it, every step's cross-attention recorded."""
        return offered(self.run, self.model, fast(self.model, "*cross*"), "*cross*")

    def item(self, source: str, keep_pruned: int = 5) -> tuple[list[int], Rules]:
        """A source as a search wants it: its numbers, <end> included, and its limits."""
        numbers = self.vocabularies[0].encode_source(self.read(source))
        return numbers, replace(rules_for(self.model, numbers, keep_pruned=keep_pruned), gold=self._gold(source))

    def _gold(self, source: str) -> tuple[int, ...] | None:
        """The reference as the model would write it; None where there is none, or a token of it is unknown."""
        reference = self.reference(source)
        own = self.writing(source)
        if reference is None or own.unknown(reference):
            return None
        return (*own.encode(reference), self.model.end)


def load(address: str | Path, step: int | None = None) -> TrainedModel:
    """The model of a run: a name, `demo/NAME`, or the path of a run folder.

    Args:
        step: which checkpoint; None takes the newest whole one.

    Raises:
        RunError: no such run, damaged, newer than this program, not trained yet, or one that writes all places at once.
    """
    run = open_run(str(address))
    if is_voice(run):
        raise RunError(
            tr(
                "{address} is a voice: it writes sound, no tokens to decode or look at here; use attnlab say",
                address=run.address,
            )
        )
    if is_set_run(run):
        raise RunError(
            tr("{address} labels sets of vectors and decodes nothing: open it with core.load_set", address=run.address)
        )
    if at_once(run):
        raise RunError(
            tr(
                "{address} writes all places at once and knows no prefix that could be stepped from: look at it on the page "
                "All at once, with attnlab decode, or with core.load_parallel",
                address=run.address,
            )
        )
    return TrainedModel(run, *opened(run, step))
