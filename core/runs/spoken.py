"""What a model makes of one utterance: the frames it writes by itself, whether they are right, and where it looked meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from core.data.batch import Example
from core.data.vocabulary import END
from core.language import tr
from core.metrics.alignment_scores import diagonality
from core.metrics.doctor import SOURCE, TARGET, Finding, examine
from core.models.seq2seq import Seq2Seq
from core.tasks.speech_like import SpeechLike
from core.training.aligning import HeadAlignment
from core.training.evaluation import free_run, rules_for
from core.training.probe import Probe
from core.training.repeat_ladder import Rung

_NAMED = 4  # labels that are told one by one
MARGIN = 0.25  # of all pairs: what fewer of them say is noise of a small training


@dataclass(frozen=True, eq=False)
class Spoken:
    """An utterance as one model said it, running free.

    Attributes:
        source: syllables; target: the right frames; output: those it wrote, <end> cut off.
        ended: it wrote <end>; else it was stopped, after twice its source and some more.
        weights: of one head, a row per frame and one for what ended it, a column per syllable and one for <end>.
        head: which, for people; diagonality: share of its weight near the diagonal, in 0…1.
        findings: of the alignment doctor, on frames and syllables alone: <end> need not be looked at.
        onsets: syllables that the output begins.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    output: tuple[str, ...]
    ended: bool
    weights: Float[np.ndarray, "frame symbol"] = field(repr=False)
    head: str
    diagonality: float
    findings: tuple[Finding, ...]
    onsets: int

    @property
    def right(self) -> bool:
        """From the first frame to the last."""
        return self.ended and self.output == self.target

    @property
    def symbols(self) -> tuple[str, ...]:
        """What stands at the columns."""
        return (*self.source, "<end>")

    @property
    def frames(self) -> tuple[str, ...]:
        """What stands at the rows: the frame that was written while looking so."""
        return (*self.output, "<end>" if self.ended else "…")

    @property
    def told(self) -> tuple[str, ...]:
        """The findings in words, with their places."""
        return tuple(self._told(one) for one in self.findings)

    def _told(self, one: Finding) -> str:
        what, labels = ("frame", self.output) if one.axis == TARGET else ("syllable", self.source)
        places = (
            f"{what} {one.first + 1}"
            if one.first == one.last
            else tr("{what}s {first} to {last}", what=what, first=one.first + 1, last=one.last + 1)
        )
        found = labels[one.first : one.last + 1]
        return f"{tr(one.kind)}, {places} ({' '.join(found if len(found) <= _NAMED else (found[0], '…', found[-1]))})"

    @property
    def sums(self) -> tuple[float, float]:
        """The least and the most that a frame's weights sum to."""
        sums = self.weights.sum(axis=1)
        return float(sums.min()), float(sums.max())


def speak(model: Seq2Seq, task: SpeechLike, source: Sequence[str], best: HeadAlignment) -> Spoken:
    """Let a model speak, and look where it looked; the model is left as it was.

    Args:
        source: syllables that the task knows; best: the head that is drawn.
    """
    training = model.training
    (output,) = free_run(model, [source], task.vocabularies)
    probe = Probe(Example(tuple(source), tuple(output)), task.vocabularies)
    (matrix,) = probe.record(model, only=best.path)
    model.train(training)
    weights = matrix.weights[best.head]
    most = rules_for(model, [*task.vocabularies[0].encode(source), END]).max_new_tokens  # <end> counted
    return Spoken(
        tuple(source), task.spoken(source).target, tuple(output), len(output) < most, weights, best.label,
        diagonality(weights), _examined(weights[:-1, :-1]), task.onsets(output),
    )  # fmt: skip


def _examined(weights: Float[np.ndarray, "frame syllable"]) -> tuple[Finding, ...]:
    """What the doctor finds; where no frame looks at any syllable there is no map to read, and none is reached."""
    if weights.any():
        seen = np.flatnonzero(weights.any(axis=1))  # the doctor counts the frames that look somewhere
        return tuple(
            replace(one, first=int(seen[one.first]), last=int(seen[one.last])) if one.axis == TARGET else one
            for one in examine(weights)
        )
    return (Finding("premature end", SOURCE, 0, weights.shape[1] - 1, tr("no frame looks at any of these")),)


def anecdote(rungs: Sequence[Rung]) -> str:
    """What a ladder shows of the lecture's anecdote: said once badly, said four times well.

    Returns:
        "shown" where many more pairs are right at the last rung than at the first, "reversed" where many fewer are, else
        "not shown".

    >>> anecdote([Rung(1, 10, 0.1, 2.0), Rung(4, 10, 0.8, 1.0)]), anecdote([Rung(1, 10, 0.1, 2.0), Rung(4, 10, 0.3, 1.0)])
    ('shown', 'not shown')
    """
    gain = rungs[-1].exact - rungs[0].exact
    return "shown" if gain >= MARGIN else "reversed" if gain <= -MARGIN else "not shown"
