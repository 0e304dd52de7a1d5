"""Our engine in a comparison. `work` is the one place where the benchmark of decoding calls it."""

import torch

from core.data.batch import pad
from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.search import AbstractSearch
from core.decoding.view import Frontier
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from tests.benchmarks.engine import AbstractEngine, Output, Sources, Work, summed


class Ours(AbstractEngine):
    """The lab's decoding: the tree, its figures and the next best candidates always; attention where it is recorded.

    Args:
        model: what decodes.
        only: a pattern over attention paths: what every step keeps of them.
    """

    def __init__(self, model: Seq2Seq, only: str) -> None:
        self.model, self.stepped = model, fast(model, only)

    def work(self, search: AbstractSearch, sources: Sources, steps: int) -> Work:
        """As the command line and the pages decode."""
        model = self.model
        rules = [
            Rules(model.end, model.never_generated, steps, len(source), item=at) for at, source in enumerate(sources)
        ]
        return lambda: decode(search, self.stepped, sources, rules)

    def outputs(self, found: list[Frontier]) -> list[list[Output]]:
        """Truncated ones: none of them wanted to end."""
        return [[Output(node.tokens(), node.logp) for node in frontier.finished] for frontier in found]

    @torch.no_grad()
    def forced(self, sources: Sources, targets: Sources) -> list[float]:
        """All positions at once."""
        fed, _ = pad([[self.model.begin, *target[:-1]] for target in targets])
        return summed(self.model.decoder(fed, self.model.encoder(*pad(sources))), targets)


def recorded(model: Seq2Seq) -> Ours:
    """Our engine with every attention recorded, the encoder's and that of every step."""
    return Ours(model, "*")


def unrecorded(model: Seq2Seq) -> Ours:
    """Our engine as it is where nobody looks."""
    return Ours(model, "")
