"""What every model that writes a token after the other can do with text, wherever it comes from."""

from abc import abstractmethod
from datetime import UTC, datetime
from typing import Any

from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.decoding.stepper import Stepper
from core.decoding.trees.tree import DecodingTree, fold
from core.decoding.view import Frontier
from core.recording.matrix import AttentionMatrix
from core.runs.reader import AbstractTrained, digest
from core.step_model import StepModel
from core.tasks.task import Split
from core.training.events import Evaluated

GREEDY = GreedySearch()


class AbstractStepwise(AbstractTrained):
    """A model that writes a token after the other, with its vocabularies, and where it came from."""

    @property
    @abstractmethod
    def stepped(self) -> StepModel:
        """The model as a search steps it, every step's cross-attention recorded."""

    @abstractmethod
    def item(self, source: str, keep_pruned: int = 5) -> tuple[list[int], Rules]:
        """A source as a search wants it: its numbers, and its limits.

        Raises:
            InputError: the source cannot be read.
        """

    @abstractmethod
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

    @abstractmethod
    def evaluate(self, split: Split = "test", search: AbstractSearch = GREEDY, *, n: int = 500) -> Evaluated:
        """Decode held-out examples that are drawn anew from the task.

        Raises:
            MissingExtra, DataError: the task's data are not here, or it has none.
        """

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
        return fold([frontier], self.writing(source).tokens, self.header(source, search, frontier))

    def output(self, source: str, search: AbstractSearch = GREEDY) -> str:
        """The best output as text."""
        return self.text(self.search(source, search, keep_pruned=0).best.tokens(), source)

    def header(self, source: str, search: AbstractSearch, frontier: Frontier) -> dict[str, Any]:
        """What a tree says about how it was made."""
        best = frontier.best
        return {
            "item_id": 0, "strategy": search.name, "settings": search.to_dict(), "seed": search.to_dict().get("seed"),
            "model": self.run.address, "model_hash": self.model_hash, "checkpoint_step": self.step,
            "vocab_hash": digest("\n".join(self.vocabularies[1].tokens).encode()),
            "inference": getattr(self.config.model, "inference", "free"), "source": source, "source_tokens": list(self.columns(source)),
            "max_new_tokens": frontier.rules.max_new_tokens, "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "output": self.text(best.tokens(), source), "logp": best.logp, "rank_score": best.rank_score, "proved": frontier.proved,
            "stop_reason": frontier.stop_reason, "model_calls": 1 + sum(one.now is not None for one in frontier.history[1:]),
            "nodes_expanded": sum(f.record.live_in for f in frontier.history if f.record),
        }  # fmt: skip
