"""Knowledge distillation: the targets are what a trained model writes for the training sources, not what the data say.

Where several targets are right the data mix them; a teacher writes one of them, and always the same one. That is what a
model that writes all places at once can learn. What the teacher writes is a function of its weights, its search and the
source, so it is kept once it was written, and a resumed training sees what an uninterrupted one would have seen.

Sources: Kim & Rush 2016, section 3.2, arXiv:1606.07947 (of whole sequences); Gu et al. 2018, section 4.3, arXiv:1711.02281.
"""

from collections.abc import Sequence

from core.data.batch import Batch, pad
from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.search import AbstractSearch
from core.devices import CPU, placed
from core.language import tr
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.training.evaluation import rules_for
from core.training.objective import Learner, Objective, Objectives

_KEPT = 200_000  # outputs; past them it begins anew, which changes nothing but time


class Distilled:
    """Another objective, on the teacher's targets.

    Args:
        objective: what is minimized; teacher: in evaluation, with the same vocabularies; search: how it writes.
    """

    def __init__(self, objective: Objective, teacher: Seq2Seq, search: AbstractSearch) -> None:
        self.objective, self.teacher, self.search = objective, teacher, search
        self._stepped = fast(teacher, only="")
        self._kept: dict[tuple[int, ...], list[int]] = {}

    def __call__(self, model: Learner, batch: Batch, step: int) -> Objectives:
        """Weigh the batch with the teacher's targets in place of its own."""
        taught = self.taught(batch)
        weighed = self.objective(model, taught, step)
        return weighed._replace(
            over={**dict.fromkeys([*weighed.terms, "token_accuracy"], taught.target_tokens), **weighed.over}
        )

    def taught(self, batch: Batch) -> Batch:
        """The batch with the teacher's targets."""
        if len(self._kept) > _KEPT:
            self._kept.clear()
        lengths = batch.source_valid.sum(1).tolist()
        sources = [tuple(row[:length]) for row, length in zip(batch.source.tolist(), lengths)]
        with placed(CPU):  # where the teacher is, and where whoever searches counts
            self._write([source for source in dict.fromkeys(sources) if source not in self._kept])
            targets = [self._kept[source] for source in sources]
            target_in, valid = pad([[self.teacher.begin, *target] for target in targets])
            target_out, _ = pad([[*target, self.teacher.end] for target in targets])
        return Batch(batch.source, batch.source_valid, target_in, target_out, valid).on(batch.source.device)

    def _write(self, sources: Sequence[tuple[int, ...]]) -> None:
        if not sources:
            return
        encoded = [list(source) for source in sources]
        rules = [rules_for(self.teacher, source, keep_pruned=0) for source in encoded]
        for source, frontier in zip(sources, decode(self.search, self._stepped, encoded, rules)):
            self._kept[source] = frontier.best.written(self.teacher.end)


def differing(own: tuple[Vocabulary, Vocabulary], other: tuple[Vocabulary, Vocabulary]) -> str | None:
    """Which side's words differ, and by which; None where they are the same.

    >>> differing((Vocabulary.of("ab"), Vocabulary.of("ab")), (Vocabulary.of("ab"), Vocabulary.of("ac")))
    'the target words differ (b; c)'
    """
    for side, mine, theirs in zip(("source", "target"), own, other):
        if mine.tokens != theirs.tokens:
            only = [
                " ".join([word for word in one.tokens if word not in another.numbers][:5]) or "–"
                for one, another in ((mine, theirs), (theirs, mine))
            ]
            return tr("the {side} words differ ({only})", side=side, only="; ".join(only))
    return None
