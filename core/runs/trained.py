"""A trained model: what pages, notebooks and the command line call.

It is read from a run folder and never written; it holds no tensors of the last call and is safe to share.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.decoding.stepper import Stepper
from core.decoding.trees.tree import DecodingTree, fold
from core.decoding.view import Frontier
from core.errors import InputError, RunError
from core.models.build import build
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.recording.matrix import AttentionMatrix
from core.runs import checkpoint
from core.runs.compiled import offered
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples, read_examples
from core.runs.folder import RunFolder
from core.runs.store import open_run
from core.runs.voice_config import is_voice
from core.runs.words import read_words
from core.step_model import StepModel
from core.tasks.task import Split, held_out
from core.training.evaluation import evaluate, free_run, rules_for
from core.training.events import Evaluated
from core.training.probe import Probe

LONGEST_TEXT = 2000  # characters of a source that a person may type; models here are trained on far shorter ones
GREEDY = GreedySearch()


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model with its vocabularies, its task's way of reading text, and where it came from.

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

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Source and target vocabulary."""
        return self.config.task.vocabularies

    def read(self, source: str) -> list[str]:
        """Source text to tokens.

        Raises:
            InputError: empty, far too long, or not one token that the model knows.
        """
        if not source.strip():
            raise InputError("the source is empty; type a text, for example: " + self.example_text())
        if len(source) > LONGEST_TEXT:
            raise InputError(
                f"the source has {len(source):,} characters; at most {LONGEST_TEXT:,} can be read: shorten it"
            )
        tokens = self.config.task.tokenize(source)
        unknown = self.vocabularies[0].unknown(tokens)
        if tokens and len(unknown) == len(set(tokens)):
            raise InputError(
                "the model has never seen any token of this source "
                f"({' '.join(unknown[:8])}); try: {self.example_text()}"
            )
        if not tokens:
            raise InputError("nothing in this source is a token; try: " + self.example_text())
        return tokens

    def unknown(self, source: str) -> list[str]:
        """Tokens of a source that the model has never seen; it reads them as <unk>."""
        return self.vocabularies[0].unknown(self.config.task.tokenize(source))

    def example_text(self) -> str:
        """A source that works."""
        return self.config.task.join(self.examples.probe.source)

    def reference(self, source: str) -> tuple[str, ...] | None:
        """The right output, where the task's rule or the run's examples tell."""
        tokens = tuple(self.config.task.tokenize(source))
        for example in (self.examples.probe, *self.examples.test):
            if example.source == tokens:
                return example.target
        return self.config.task.reference(tokens)

    def token(self, text: str) -> int:
        """The number of one target token a person typed.

        Raises:
            InputError: not exactly one token, or one the model does not know.
        """
        own = self.vocabularies[1].numbers
        tokens = (
            [text] if text in own else [text.strip()] if text.strip() in own else self.config.task.tokenize_target(text)
        )
        if len(tokens) != 1:
            raise InputError(f"{text[:40]!r} is {len(tokens)} tokens of this model; type exactly one")
        if tokens[0] not in own:
            raise InputError(
                f"{tokens[0][:40]!r} is no token of this model; it writes, for example: "
                + " ".join(self.vocabularies[1].tokens[6:30])
            )
        return own[tokens[0]]

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
        written = free_run(self.model, [tokens], self.vocabularies)[0] if own else self._read_target(str(target))
        probe = Probe(Example(tuple(tokens), tuple(written)), self.vocabularies)
        return probe.record(self.model, only=only, level=level)

    def _read_target(self, target: str) -> list[str]:
        if len(target) > LONGEST_TEXT:
            raise InputError(
                f"the target has {len(target):,} characters; at most {LONGEST_TEXT:,} can be read: shorten it"
            )
        tokens = self.config.task.tokenize_target(target)
        unknown = self.vocabularies[1].unknown(tokens)
        if unknown:
            raise InputError(
                f"the model cannot write {' '.join(unknown[:8])}; it writes, for example: "
                + " ".join(self.vocabularies[1].tokens[6:30])
            )
        return tokens

    def stepper(self, source: str, search: AbstractSearch = GREEDY, *, keep_pruned: int = 9) -> Stepper:
        """A decoding to be taken by hand, every step's cross-attention recorded."""
        numbers, rules = self.item(source, keep_pruned)
        return Stepper(self.stepped, search, numbers, rules)

    def search(self, source: str, search: AbstractSearch = GREEDY, *, keep_pruned: int = 5) -> Frontier:
        """The last frontier of a search."""
        numbers, rules = self.item(source, keep_pruned)
        return decode(search, self.stepped, [numbers], [rules])[0]

    def tree(self, source: str, search: AbstractSearch = GREEDY, *, keep_pruned: int = 5) -> DecodingTree:
        """Everything a search weighed for one source."""
        frontier = self.search(source, search, keep_pruned=keep_pruned)
        return fold([frontier], self.vocabularies[1].tokens, self.header(source, search, frontier))

    def output(self, source: str, search: AbstractSearch = GREEDY) -> str:
        """The best output as text."""
        return self.text(self.search(source, search, keep_pruned=0).best.tokens())

    def text(self, numbers: Sequence[int]) -> str:
        """Target numbers to text; <end> is left out."""
        return self.config.task.join_target(self.vocabularies[1].decode(n for n in numbers if n != self.model.end))

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

    def header(self, source: str, search: AbstractSearch, frontier: Frontier) -> dict[str, Any]:
        """What a tree says about how it was made."""
        best = frontier.best
        return {
            "item_id": 0, "strategy": search.name, "settings": search.to_dict(), "seed": search.to_dict().get("seed"),
            "model": self.run.address, "model_hash": self.model_hash, "checkpoint_step": self.step,
            "vocab_hash": _digest("\n".join(self.vocabularies[1].tokens).encode()),
            "inference": getattr(self.config.model, "inference", "free"), "source": source, "source_tokens": [*self.read(source), "<end>"],
            "max_new_tokens": frontier.rules.max_new_tokens, "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "output": self.text(best.tokens()), "logp": best.logp, "rank_score": best.rank_score, "proved": frontier.proved,
            "stop_reason": frontier.stop_reason, "model_calls": 1 + sum(one.now is not None for one in frontier.history[1:]),
            "nodes_expanded": sum(f.record.live_in for f in frontier.history if f.record),
        }  # fmt: skip

    @cached_property
    def stepped(self) -> StepModel:
        """The model as a search steps it, every step's cross-attention recorded."""
        return offered(self.run, self.model, fast(self.model, "*cross*"), "*cross*")

    @cached_property
    def model_hash(self) -> str:
        """Fingerprint of the weights."""
        return _digest(b"".join(tensor.numpy().tobytes() for tensor in self.model.state_dict().values()))

    def item(self, source: str, keep_pruned: int = 5) -> tuple[list[int], Rules]:
        """A source as a search wants it: its numbers, <end> included, and its limits."""
        numbers = self.vocabularies[0].encode_source(self.read(source))
        return numbers, replace(rules_for(self.model, numbers, keep_pruned=keep_pruned), gold=self._gold(source))

    def _gold(self, source: str) -> tuple[int, ...] | None:
        """The reference as the model would write it; None where there is none, or a token of it is unknown."""
        reference = self.reference(source)
        own = self.vocabularies[1]
        if reference is None or own.unknown(reference):
            return None
        return (*own.encode(reference), self.model.end)


def load(address: str | Path, step: int | None = None) -> TrainedModel:
    """The model of a run: a name, `demo/NAME`, or the path of a run folder.

    Args:
        step: which checkpoint; None takes the newest whole one.

    Raises:
        RunError: no such run, damaged, newer than this program, or not trained yet.
    """
    run = open_run(str(address))
    if is_voice(run):
        raise RunError(
            f"{run.address} is a voice: it writes sound, no tokens to decode or look at here; use attnlab say"
        )
    config = ExperimentConfig.from_dict(run.config())
    config = replace(config, task=read_words(run, config.task))
    found = checkpoint.load(run, step)
    if found is None:
        raise RunError(f"{run.address} has no checkpoint yet; wait for its first one, or resume its training")
    model = build(config.model, *config.task.vocabularies, config.seeds)
    try:
        model.load_state_dict(found.model)
    except RuntimeError as error:
        raise RunError(
            f"{run.address}: the weights do not fit config.json; it was edited: restore it from a copy"
        ) from error
    if not all(bool(tensor.isfinite().all()) for tensor in found.model.values()):
        raise RunError(
            f"{run.address}: the weights of step {found.step} are not finite: the training diverged; "
            "use an earlier checkpoint, or train with a lower learning rate"
        )
    model.eval().requires_grad_(False)
    return TrainedModel(run, config, found.step, model, read_examples(run, config.task))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
