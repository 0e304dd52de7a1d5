"""Parts of speech: each word alone, with a window, and with self-attention, on real sentences.

What all three are held against is a table: the most frequent tag of each word (in small letters) in the same training
sentences, and the most frequent tag of all for a word that is not there.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Row, Verdict, judged
from core.claims.real_data import real_file
from core.claims.set_training import compared
from core.data.vector_sets import UNASKED, SetExample
from core.language import mark
from core.runs.set_config import SetConfig
from core.tasks.tagging import Tagging

MARGIN = 0.03
_SOURCE = "Universal Dependencies, English Web Treebank, github.com/UniversalDependencies/UD_English-EWT"
_FILES = {"path": "train-first2000", "validation_path": "dev", "test_path": "test"}
_NETWORKS: dict[str, tuple[str, dict[str, int]]] = {
    "each word alone": ("window", {"model.window": 0}),
    "window ±2": ("window", {"model.window": 2}),
    "self-attention": ("attention", {}),
}


def table_right(train: Sequence[SetExample], test: Sequence[SetExample]) -> float:
    """Share of words of `test`, in 0…1, that the most frequent tag of the same word in `train` gets right."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    every = Counter[int]()
    for one in train:
        for word, label in zip(one.items, one.labels.tolist()):
            if label != UNASKED:
                counts[word.lower()][label] += 1
                every[label] += 1
    asked = [pair for one in test for pair in zip(one.items, one.labels.tolist()) if pair[1] != UNASKED]
    right = sum((counts.get(word.lower()) or every).most_common(1)[0][0] == label for word, label in asked)
    return right / len(asked)


class TaggingClaim(AbstractClaim):
    """Three networks and a table on the same sentences."""

    name = "tagging"
    lecture = (6, 5)
    statement = "To tag a word one must see the words around it: a window helps, self-attention helps more"
    source = "Lee 2021, Self-attention (sequence labelling)"
    effect_is = "test words tagged right, self-attention"
    baseline_is = "test words tagged right, the most frequent tag of each word"
    unit = "share of words"
    rule = mark(
        "shown when self-attention is right for at least {margin} more words than the table, and for more than a "
        "window of 2, which is right for more than each word alone",
        margin=MARGIN,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one network after the other on the same files."""
        files = {
            f"task.{name}": real_file("ud-english-ewt", f"en_ewt-ud-{part}.conllu", _SOURCE)
            for name, part in _FILES.items()
        }
        configs = [
            SetConfig.preset(Tagging.name, model).changed({**files, **sets, "seed": seed})
            for model, sets in _NETWORKS.values()
        ]
        task = configs[0].task
        table = table_right(task.some("train"), task.some("test"))
        asked = sum(int((one.labels != UNASKED).sum()) for one in task.some("test"))
        first: Row = {"model": "most frequent tag", "accuracy": table, "asked": asked}
        shared = {
            name: SetConfig(task, config.model, config.training, seed) for name, config in zip(_NETWORKS, configs)
        }
        rows = yield from compared(shared, budget, [first])
        return Measured(float(rows[-1]["accuracy"] or 0), table, rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the table is as good."""
        shows = []
        for one in found:
            alone, window, attention = (float(row["accuracy"] or 0) for row in one.rows[1:])
            shows.append(attention >= one.baseline + MARGIN and attention > window > alone)
        return judged(shows, [one.effect <= one.baseline for one in found])
