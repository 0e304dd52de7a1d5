"""One label for a graph: ten-fold cross-validation on molecules, against the larger class and against counting atoms.

The molecules of each class are drawn into ten parts; each part is tested once, by a network that learned from eight of the others
for a number of steps fixed beforehand. The part that is left is not used: nothing is stopped by what is right on a part that tests.
All shares are over all molecules together. How many atoms a molecule has tells nearly all that is learned here; a row says how much.
"""

from collections import Counter
from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.real_data import real_file
from core.claims.set_training import compared
from core.data.vector_sets import SetExample
from core.language import mark
from core.runs.set_config import SetConfig
from core.tasks.molecules import TENTHS, Molecules

MARGIN = 0.1
_SOURCE = "MUTAG, Debnath et al. 1991, in the form of github.com/muhanzhang/pytorch_DGCNN"
_NETWORKS = {"dot products along bonds": "edges", "each atom alone": "window"}


def larger_class_right(train: Sequence[SetExample], test: Sequence[SetExample]) -> int:
    """How many sets of `test` have the label that most of `train` have."""
    largest = Counter(int(one.labels) for one in train).most_common(1)[0][0]
    return sum(int(one.labels) == largest for one in test)


def size_right(train: Sequence[SetExample], test: Sequence[SetExample]) -> int:
    """How many sets of `test` get their label from the number of their items alone.

    The number from which on a set has the second label, or the first, is the one that is right for most of `train`.
    """

    def right(sets: Sequence[SetExample], least: int, above: int) -> int:
        return sum(int(one.labels) == (above if len(one.items) >= least else 1 - above) for one in sets)

    sizes = sorted({len(one.items) for one in train})
    least, above = max(((size, label) for size in sizes for label in (0, 1)), key=lambda rule: right(train, *rule))
    return right(test, least, above)


class MoleculeClasses(AbstractClaim):
    """Attention along bonds, each atom alone, the number of atoms, and the larger class, in the same ten folds."""

    name = "molecules"
    lecture = (4, 18, 5)
    statement = (
        "Attention along bonds tells the class of a molecule it has not seen better than the commoner class does"
    )
    source = "Veličković et al. 2018, arXiv:1710.10903; pooling by sums: Xu et al. 2019, arXiv:1810.00826"
    effect_is = "molecules right, dot products along bonds, ten-fold cross-validation"
    baseline_is = "the same, the larger class"
    unit = "share of molecules"
    rule = mark(
        "shown when attention along bonds is right for at least {margin} more molecules with every seed", margin=MARGIN
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Draw the folds, then count and train in each."""
        path = real_file("graph-mutag", "MUTAG.txt", _SOURCE)
        right, asked = Counter[str](), 0
        for fold in range(TENTHS):
            sets = {"task.path": path, "task.fold": fold, "task.shuffled": seed + 1, "seed": seed}
            configs = {name: SetConfig.preset(Molecules.name, kind).changed(sets) for name, kind in _NETWORKS.items()}
            task = next(iter(configs.values())).task
            train, test = task.some("train"), task.some("test")
            asked += len(test)
            right["larger class"] += larger_class_right(train, test)
            right["number of atoms"] += size_right(train, test)
            trained = compared(configs, budget)
            while True:
                try:
                    yield Progress((fold + next(trained).share) / TENTHS)
                except StopIteration as done:
                    right.update(
                        {str(row["model"]): round(float(row["accuracy"] or 0) * len(test)) for row in done.value}
                    )
                    break
        rows: tuple[Row, ...] = tuple(
            {"model": name, "accuracy": count / asked, "asked": asked} for name, count in right.items()
        )
        return Measured(right[next(iter(_NETWORKS))] / asked, right["larger class"] / asked, rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the larger class is right more often."""
        return judged(
            [one.effect >= one.baseline + MARGIN for one in found], [one.effect < one.baseline for one in found]
        )
