"""One label for a sentence: self-attention against counting words, on film reviews.

Naive Bayes counts in how many sentences of each label a word stands and takes words for independent (Bernoulli's counts, add one).
With some ten thousand sentences it is hard to beat by networks that begin from nothing.
"""

import math
from collections import Counter
from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Row, Verdict, judged
from core.claims.real_data import real_file
from core.claims.set_training import compared
from core.data.vector_sets import SetExample
from core.language import mark
from core.runs.set_config import SetConfig
from core.tasks.sentiment import Sentiment

MARGIN = 0.01
_SOURCE = "Pang & Lee 2005, sentence polarity data set v1.0, in nltk_data"
_NETWORKS: dict[str, tuple[str, dict[str, str]]] = {
    "words in a bag": ("window", {}),
    "self-attention, mean": ("attention", {"model.pool": "mean"}),
    "self-attention, class item": ("attention", {}),
}


def naive_bayes_right(train: Sequence[SetExample], test: Sequence[SetExample]) -> float:
    """Share of sentences of `test`, in 0…1, that counting words in `train` gets right."""
    texts = Counter(int(one.labels) for one in train)
    counts: dict[int, Counter[str]] = {label: Counter() for label in texts}
    for one in train:
        counts[int(one.labels)].update(set(one.items))
    known = set().union(*counts.values())

    def likelihood(one: SetExample, label: int) -> float:
        here = counts[label]
        return math.log(texts[label]) + sum(
            math.log((here[word] + 1) / (texts[label] + 2)) for word in set(one.items) & known
        )

    right = sum(max(texts, key=lambda label: likelihood(one, label)) == int(one.labels) for one in test)
    return right / len(test)


class SentimentClaim(AbstractClaim):
    """Three networks and counted words on the same sentences."""

    name = "sentiment"
    lecture = (5,)
    statement = "Self-attention reads one label for a whole sentence better than counting its words"
    source = "Lee 2021, Self-attention (one label for a sequence)"
    effect_is = "test sentences right, the better of two self-attentions"
    baseline_is = "test sentences right, naive Bayes"
    unit = "share of sentences"
    rule = mark(
        "shown when self-attention is right for at least {margin} more sentences than naive Bayes; networks that "
        "begin from nothing may well not be",
        margin=MARGIN,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Count, then train one network after the other."""
        files = {
            f"task.{name}": real_file("sentence-polarity", f"rt-polarity.{part}", _SOURCE)
            for name, part in (("path", "pos"), ("other_path", "neg"))
        }
        configs = [
            SetConfig.preset(Sentiment.name, model).changed({**files, **sets, "seed": seed})
            for model, sets in _NETWORKS.values()
        ]
        task = configs[0].task
        counted = naive_bayes_right(task.some("train"), task.some("test"))
        first: Row = {"model": "naive Bayes", "accuracy": counted, "asked": len(task.some("test"))}
        shared = {
            name: SetConfig(task, config.model, config.training, seed) for name, config in zip(_NETWORKS, configs)
        }
        rows = yield from compared(shared, budget, [first])
        best = max(float(row["accuracy"] or 0) for row in rows[2:])
        return Measured(best, counted, rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; not shown otherwise: that counting is better here contradicts nothing said of larger data."""
        return judged([one.effect >= one.baseline + MARGIN for one in found], [False for _ in found])
