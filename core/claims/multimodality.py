"""A decoder that writes all places at once mixes translations where several are right; one that writes word after word does not.

Each source word has two right German phrases of three words, and the data show either as often. Both models learn the same
distribution of every single word. Who writes a word after the other has chosen a phrase with its first word; who writes
all at once chooses at every place anew. So the wrong phrases must be mixtures, and at the places where one was mixed the
distribution must have two high peaks: both are measured. The control is `synonyms`: several right words, each alone, are
no trouble, since there is nothing to agree on.

Source: Gu et al. 2018, section 2.3, arXiv:1711.02281.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.phrasing import AT_ONCE, LEFT, learning, outputs, scored, unseen, way
from core.data.batch import Example
from core.decoding.all_places import write
from core.decoding.mask_predict import AtOnce
from core.language import mark
from core.tasks.phrases import WORDS_OF_A_PHRASE, Phrases
from core.tasks.task import AbstractTask
from core.training.loop import Trainer

LEAD = 0.3  # share of outputs
MIXED = 0.8  # of the wrong phrases
PEAK = 0.2  # mean probability of the second word where a phrase was mixed
_CONTROL = {"name": "synonyms", "empty": 0.0}
_RUNS = ((LEFT, None), (AT_ONCE, None), (AT_ONCE, _CONTROL))


class Multimodality(AbstractClaim):
    """Two models on phrases, and the one that writes all at once on synonyms."""

    name = "multimodality"
    lecture = (33,)
    statement = "Who writes all words at once mixes translations where several are right; word after word does not"
    source = "Gu et al. 2018, section 2.3, arXiv:1711.02281"
    effect_is = "held-out outputs all of whose phrases are right, all at once"
    baseline_is = "the same, left to right"
    unit = "share of outputs"
    rule = mark(
        "shown when with every seed left to right is ahead by {lead:g}, at least {mixed:g} of the wrong phrases "
        "are mixtures of the two right ones, the second word has a mean probability of at least {peak:g} where a "
        "phrase was mixed, and single synonyms come out right in 0.9; contradicted when all at once is ahead with "
        "every seed",
        lead=LEAD,
        mixed=MIXED,
        peak=PEAK,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train the three, one after the other."""
        rows: list[Row] = []
        for at, (name, task) in enumerate(_RUNS):
            config = way(name, seed, budget, task)
            for now in learning(config):
                if isinstance(now, Trainer):
                    rows.append(_row(name, now, config.task, unseen(config.task, budget)))
                yield Progress((at + (now if isinstance(now, float) else 1.0)) / len(_RUNS), tuple(rows))
        effect, baseline = (float(rows[at]["outputs right"] or 0) for at in (1, 0))
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged([_shows(one) for one in found], [one.effect > one.baseline for one in found])


def _row(name: str, trainer: Trainer, task: AbstractTask, examples: Sequence[Example]) -> Row:
    how = None if name == LEFT else AtOnce()
    row = scored(name, task, examples, outputs(trainer, examples, how))
    return row | {"second peak": _second(trainer, task, examples) if how and isinstance(task, Phrases) else None}


def _second(trainer: Trainer, task: Phrases, examples: Sequence[Example]) -> float | None:
    """The mean probability of the second most probable word, at all places of mixed phrases."""
    source, target = trainer.probe.vocabularies
    peaks: list[float] = []
    for example, one in zip(
        examples, write(AtOnce(), trainer.model, [source.encode_source(example.source) for example in examples])
    ):
        words, laws = target.decode(one.output), one.passes[0].laws
        for at, english in enumerate(example.source):
            places = slice(WORDS_OF_A_PHRASE * at, WORDS_OF_A_PHRASE * (at + 1))
            if task.mixture(english, words[places]):
                peaks += [float(sorted(law)[-2]) for law in laws[places]]
    return sum(peaks) / len(peaks) if peaks else None


def _shows(one: Measured) -> bool:
    at_once, control = one.rows[1], one.rows[2]
    return (
        one.baseline - one.effect >= LEAD
        and float(at_once["wrong ones mixed"] or 0) >= MIXED
        and float(at_once["second peak"] or 0) >= PEAK
        and float(control["outputs right"] or 0) >= 0.9
    )
