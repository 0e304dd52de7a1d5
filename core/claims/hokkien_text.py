"""Hokkien that was written down, and its Mandarin: a decoder that copies and generates, against who copies every character.

The two languages share most characters, and a fifth of the lines of news are the same in both: whoever copies scores high. So
the floor is measured on the same held-out lines, and those that differ are counted apart. Lines are cut into characters, and spaces,
which only one side has, are no tokens. BLEU is that of characters, up to four in a row.

`hokkien_text` learns from lines of news, `hokkien_words` from words of a lexicon, written in characters and in Tâi-lô. The data do
not come with the program (real_data.py).
"""

from abc import abstractmethod
from collections.abc import Generator, Mapping, Sequence
from typing import Any, ClassVar

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.claims.real_data import real_file
from core.language import mark
from core.metrics.overlap import corpus_bleu
from core.metrics.sequence import exact_match
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.events import StepDone

_NEWS = "iCorpus, github.com/Taiwanese-Corpus/icorpus_ka1_han3-ji7"
_LEXICON = "iTaigi, github.com/ChhoeTaigi/ChhoeTaigiDatabase"
_WORDS = "ChhoeTaigi_iTaigiHoataiTuichiautian-first10000.csv"
_HELD_OUT = 1000  # lines at most; the files have about half as many
_TOLD = 10  # steps between words on how far it is
_FALL = 2.5  # the rate falls as in a training so many times as long: falling sooner, it leaves the decoder without its place in the source
_JUDGED_BY = "BLEU, differ"
_AHEAD, _NEARER = 3.0, 2.0  # BLEU over copying: of lines, of words
_COPIED = "copying the source"
_MODEL = {
    "name": "transformer", "encoder": "gru", "layers": 2, "width": 128, "dropout": 0.3, "copy": "pointer_generator",
}  # fmt: skip
_TRAINING = {
    "batch_size": 64, "learning_rate": 2e-3, "warmup": 200, "schedule": "linear", "evaluate_on": 1, "record_every": 0,
}  # fmt: skip


class _AbstractCopied(AbstractClaim):
    """One model for each way of writing the source; effect and baseline are of the first.

    Attributes:
        last: training steps of each.
    """

    source = "See et al. 2017, arXiv:1704.04368; Lee 2021, Transformer (Hokkien to Mandarin)"
    unit = "BLEU"
    last: ClassVar[int]

    @abstractmethod
    def tasks(self) -> Mapping[str, dict[str, Any]]:
        """Settings of the task `text`, by what is read.

        Raises:
            MissingData: the files are not there.
        """

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other; each is judged beside copying, on the same lines."""
        rows, tasks = list[Row](), self.tasks()
        for at, (reads, task) in enumerate(tasks.items()):
            last = steps(self.last, budget)
            training = _learned(reads, _config(task, seed, last), last, budget)
            while True:
                try:
                    share = next(training)
                except StopIteration as done:
                    rows += done.value
                    break
                yield Progress((at + share) / len(tasks), tuple(rows))
        floor, model = (float(row[_JUDGED_BY] or 0) for row in rows[:2])
        return Measured(model, floor, tuple(rows))


class HokkienText(_AbstractCopied):
    """Lines of news in characters."""

    name = "hokkien_text"
    lecture = (21, 20)
    statement = "From ten thousand lines a decoder that also copies learns what Mandarin says otherwise than Hokkien: copying alone is worse"
    effect_is = "character BLEU of held-out lines that differ between the two languages, pointer-generator"
    baseline_is = "the same of copying the Hokkien characters"
    rule = mark(
        "shown when with every seed BLEU on the lines that differ is at least {ahead:g} above copying, and more "
        "of all held-out lines are exact; contradicted when BLEU is below copying with every seed",
        ahead=_AHEAD,
    )
    last = 1500

    def tasks(self) -> Mapping[str, dict[str, Any]]:
        """Two files line by line."""
        path, target = (
            real_file("icorpus-hokkien-mandarin", name, _NEWS) for name in ("taigi_hanji.txt", "mandarin_raw.txt")
        )
        return {"characters": {"path": path, "target_path": target}}

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        exact = [float(one.rows[1]["exact"] or 0) > float(one.rows[0]["exact"] or 0) for one in found]
        shows = [one.effect >= one.baseline + _AHEAD and more for one, more in zip(found, exact)]
        return judged(shows, [one.effect < one.baseline for one in found])


class HokkienWords(_AbstractCopied):
    """Words of a lexicon, from their characters and from their sound in letters."""

    name = "hokkien_words"
    lecture = (21,)
    statement = "From nine thousand words a model learns a little of how others are said in Mandarin: it comes nearer to them than copying does"
    effect_is = "character BLEU of held-out words that differ between the two languages, from their characters, pointer-generator"
    baseline_is = "the same of copying the Hokkien characters"
    rule = mark(
        "shown when with every seed BLEU on the words that differ is at least {nearer:g} above copying; "
        "contradicted when it is below with every seed; of all words together, many of which are the same in "
        "both, nothing is claimed",
        nearer=_NEARER,
    )
    last = 1500

    def tasks(self) -> Mapping[str, dict[str, Any]]:
        """One table; its romanization is cut into pieces that are learned, about a syllable each."""
        path = real_file("itaigi-lexicon", _WORDS, _LEXICON)
        both = {"path": path, "target_column": "HoaBun"}
        return {
            "characters": {**both, "source_column": "HanLoTaibunKip"},
            "Tâi-lô": {**both, "source_column": "KipInput", "source_tokens": "bpe"},
        }

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged(
            [one.effect >= one.baseline + _NEARER for one in found], [one.effect < one.baseline for one in found]
        )


def _config(task: Mapping[str, Any], seed: int, last: int) -> ExperimentConfig:
    fall = round(_FALL * last)
    return ExperimentConfig.from_dict({
        "task": {"name": "text", "source_tokens": "word", "target_tokens": "word", "longest": 40, **task},
        "model": _MODEL,
        "training": {**_TRAINING, "steps": fall, "evaluate_every": fall},
        "seed": seed,
    })  # fmt: skip


def _learned(reads: str, config: ExperimentConfig, last: int, budget: float) -> Generator[float, None, list[Row]]:
    """Train; yields the share that is done, and returns a row for copying and one for the model."""
    task = config.task
    trainer = trainer_of(config, Examples.of(task))
    for event in trainer.events():
        if isinstance(event, StepDone) and event.step == last:
            break
        if isinstance(event, StepDone) and event.step % _TOLD == 0:
            yield event.step / last
    examples = held_out(task, "test", max(8, steps(_HELD_OUT, min(1.0, budget))))
    outputs = free_run(trainer.model, [one.source for one in examples], trainer.probe.vocabularies)
    read = [_characters(task.join(one.source)) for one in examples]
    said, written = (
        [_characters(task.join_target(one)) for one in side] for side in ([one.target for one in examples], outputs)
    )
    return [
        {"reads": reads, "writer": name, "steps": done, **_scores(one, read, said)}
        for name, done, one in ((_COPIED, 0, read), ("the model", last, written))
    ]


def _scores(
    written: Sequence[list[str]], read: Sequence[list[str]], said: Sequence[list[str]]
) -> dict[str, float | int]:
    """BLEU and exact match, over all lines and over those where what was read is not what should be said.

    >>> _scores([["a"], ["c"]], [["a"], ["b"]], [["a"], ["c"]])["exact, differ"]
    1.0
    """
    differ = [at for at, (left, right) in enumerate(zip(read, said)) if left != right]
    own, right = ([side[at] for at in differ] for side in (written, said))
    return {
        "BLEU": corpus_bleu(written, said),
        "exact": exact_match(written, said),
        _JUDGED_BY: corpus_bleu(own, right) if differ else 0.0,
        "exact, differ": exact_match(own, right),
        "lines": len(said),
        "differ": len(differ),
    }


def _characters(text: str) -> list[str]:
    """What a line says, whatever spaces it has."""
    return list("".join(text.split()))
