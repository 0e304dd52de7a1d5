"""What evaluations report beside exact match: the figures that a field compares by, for the kind of text that a task writes.

Here alone is decided what is measured how. BLEU, chrF and TER of every task (sacreBLEU; the signature says how): of running
text word by word, Chinese character by character, of everything else over the model's own tokens. The token error rate of
every task, and of transcripts those of words and characters (jiwer). Of trees, labelled bracketing, and how many are trees. Of
sets of labels, which BLEU is no measure of, micro-F1, macro-F1 and subset accuracy alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from core.data.vocabulary import SPECIALS
from core.metrics.brackets import bracket_measures
from core.metrics.error_rate import error_rate
from core.metrics.label_sets import label_set_scores
from core.metrics.overlap import CorpusScore, corpus_scores, line_of, tokenization_of
from core.tasks.task import AbstractTask


class Measures(NamedTuple):
    """Figures of a whole set.

    Attributes:
        values: by name; BLEU, chrF and TER as sacreBLEU gives them (0…100), rates as shares; either may exceed its 100 % where
            much is written that should not be.
        signatures: of those that are sacreBLEU's.
    """

    values: dict[str, float]
    signatures: dict[str, str]


def measures_of(
    task: AbstractTask,
    outputs: Sequence[Sequence[str]],
    references: Sequence[Sequence[str]],
    sources: Sequence[Sequence[str]] = (),
) -> Measures:
    """Measure tokens that were written against those that should have been.

    Args:
        sources: of running text; where some are their own references, copying is measured beside it (`_beside_copying`).

    >>> from core.tasks.copying import Copying
    >>> found = measures_of(Copying(), [list("abcdx")], [list("abcde")])
    >>> round(found.values["BLEU"], 1), round(found.values["TER"], 1), found.values["token error rate"]
    (66.9, 20.0, 0.2)
    """
    if task.distinct:
        labels = task.vocabularies[1].tokens[len(SPECIALS) :]
        return Measures(label_set_scores(outputs, references, labels), {})
    written, said = ([task.join_target(one) for one in side] for side in (outputs, references))
    if task.running_text:
        scores = corpus_scores(written, said, tokenization_of(said))
    else:
        scores = corpus_scores([*map(line_of, outputs)], [*map(line_of, references)], "none")
    rates = {"token error rate": error_rate(outputs, references)}
    if task.transcribes:
        rates["word error rate"] = error_rate([one.split() for one in written], [one.split() for one in said])
        rates["character error rate"] = error_rate(written, said)
    if task.writes_trees:
        rates |= bracket_measures(outputs, references)
    if task.running_text and not task.transcribes:
        copied, shares = _beside_copying(written, said, [task.join(one) for one in sources])
        scores, rates = scores | copied, rates | shares
    values = {name: score.value for name, score in scores.items()}
    return Measures(values | rates, {name: score.signature for name, score in scores.items()})


def _beside_copying(
    written: Sequence[str], said: Sequence[str], read: Sequence[str]
) -> tuple[dict[str, CorpusScore], dict[str, float]]:
    """What it is worth beside copying the source, and on the lines that copying gets wrong.

    Between two related languages many lines are the same, and a figure over all of them says little. Where none is (spaces
    apart), or all are, there is nothing to say.
    """
    differ = [at for at, (left, right) in enumerate(zip(read, said)) if _solid(left) != _solid(right)]
    if not 0 < len(differ) < len(read):
        return {}, {}
    cut = tokenization_of(said)
    own, right, copied = ([side[at] for at in differ] for side in (written, said, read))
    scores = {
        "BLEU of copying": corpus_scores(read, said, cut)["BLEU"],
        "BLEU where they differ": corpus_scores(own, right, cut)["BLEU"],
        "BLEU of copying where they differ": corpus_scores(copied, right, cut)["BLEU"],
    }
    exact = sum(_solid(one) == _solid(other) for one, other in zip(own, right)) / len(differ)
    return scores, {"lines that differ": len(differ) / len(read), "exact where they differ": exact}


def _solid(text: str) -> str:
    return "".join(text.split())
