"""Seq2seq learns to write trees, and what it helps to let it write nothing else.

One Transformer learns sentences and their brackets; on the way it parses unseen sentences, free and such that only trees can
be written. What is no tree counts as a tree without constituents. The floor beside it needs no learning: every sentence
branches to the right, with the root that is most frequent in training and the label that is most frequent below it.

`parsing` and `trees_only` take sentences from a small grammar (core/tasks/attachment.py). `treebank` takes a treebank of
one's own, in the form of the Penn Treebank: the environment variable ATTNLAB_TREEBANK names its file or folder. There the
model reads parts of speech, as a treebank of a few thousand trees is too small to learn words from, and writes them: where
all leaves are XX it loses count of them.
"""

import os
from collections import Counter
from collections.abc import Generator, Sequence
from random import Random
from typing import Any

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import Example
from core.data.tree_tokens import WORD, closing, opening
from core.decoding.greedy import GreedySearch
from core.decoding.tree_form import TREE
from core.errors import MissingData
from core.language import mark, tr
from core.metrics.brackets import bracket_measures
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import AbstractTask, held_out
from core.training.evaluation import free_run
from core.training.events import StepDone

TREEBANK = "ATTNLAB_TREEBANK"
_SEARCHES = {"free": GreedySearch(), "trees only": GreedySearch(form=TREE)}
_FLOOR = "right-branching"
_STEPS, _EARLY, _HELD_OUT = 600, 100, 100
_F1 = "bracket F1"
_LEAST, _LEAD = 0.7, 0.3  # F1, and by how much it must exceed the floor
_HELPS, _BROKEN = (
    0.1,
    0.6,
)  # gain in F1 at the early step, beyond chance on 100 sentences; free outputs that may be trees
_AHEAD = 0.1  # F1 over the floor of a treebank, beyond chance on as few sentences


class _AbstractParsing(AbstractClaim):
    """What the three share."""

    unit = _F1
    source = "Vinyals et al. 2015, arXiv:1412.7449"


class Parsing(_AbstractParsing):
    """A Transformer on the small grammar."""

    name = "parsing"
    lecture = (24,)
    statement = "A seq2seq model learns to parse: it writes the trees of unseen sentences, and their brackets close"
    effect_is = "labelled brackets of unseen sentences, greedy search, nothing forbidden"
    baseline_is = "the same of right-branching trees with the most frequent labels"
    rule = mark(
        "shown when with every seed F1 is at least {least:g} and at least {lead:g} above the floor; contradicted "
        "when it is below the floor with every seed",
        least=_LEAST,
        lead=_LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train, parse at a few steps on the way, and at the end."""
        last = steps(_STEPS, budget)
        rows = yield from _learned(_config({"name": "parse"}, seed, last), [last // 4, last // 2, last], budget)
        return Measured(_of(rows, "free", last), _of(rows, _FLOOR), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= max(_LEAST, one.baseline + _LEAD) for one in found]
        return judged(shows, [one.effect < one.baseline for one in found])


class TreesOnly(_AbstractParsing):
    """The same model while it is young, with and without the restraint."""

    name = "trees_only"
    lecture = (24,)
    statement = (
        "Letting a search write only trees turns an early model's broken brackets into trees, many of them partly right"
    )
    effect_is = mark("labelled brackets of unseen sentences after {early} steps, trees only", early=_EARLY)
    baseline_is = "the same with nothing forbidden"
    rule = mark(
        "shown when with every seed all outputs are trees under the restraint, at most {broken:.0%} are without "
        "it, and F1 is at least {helps:g} higher with it; contradicted when it is lower with every seed",
        broken=_BROKEN,
        helps=_HELPS,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train for a while, then parse both ways."""
        last = steps(_EARLY, budget)
        rows = yield from _learned(_config({"name": "parse"}, seed, last), [last], budget)
        return Measured(_of(rows, "trees only"), _of(rows, "free"), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [
            _of(one.rows, "trees only", what="well-formed") == 1
            and _of(one.rows, "free", what="well-formed") <= _BROKEN
            and one.effect - one.baseline >= _HELPS
            for one in found
        ]
        return judged(shows, [one.effect < one.baseline for one in found])


class OwnTreebank(_AbstractParsing):
    """A Transformer on a treebank of one's own, from parts of speech."""

    name = "treebank"
    lecture = (24,)
    statement = "On real sentences a small seq2seq parser beats trees that always branch to the right"
    effect_is = "labelled brackets of unseen sentences of the treebank, greedy search, trees only"
    baseline_is = "the same of right-branching trees with the most frequent labels"
    rule = mark(
        "shown when with every seed F1 is at least {ahead:g} above the floor; contradicted when it is below the "
        "floor with every seed",
        ahead=_AHEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train on the treebank.

        Raises:
            MissingData: no treebank is named; DataError: it cannot be used.
        """
        path = os.environ.get(TREEBANK, "")
        if not path:
            raise MissingData(
                tr(
                    "there is no treebank to measure: set {variable} to a file or folder of trees in brackets (.ptb, .mrg)",
                    variable=TREEBANK,
                )
            )
        last = steps(2 * _STEPS, budget)
        task = {"name": "parse", "path": path, "reads": "tags", "leaves": "tags", "longest": 20}
        rows = yield from _learned(_config(task, seed, last, dropout=0.2), [last // 2, last], budget)
        return Measured(_of(rows, "trees only", last), _of(rows, _FLOOR), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged(
            [one.effect - one.baseline >= _AHEAD for one in found], [one.effect < one.baseline for one in found]
        )


def right_branching(words: int, root: str, label: str) -> list[str]:
    """The tree that opens a constituent before every word but the last, and closes all of them at the end.

    >>> " ".join(right_branching(3, "S", "NP"))
    '(S XX (NP XX XX )NP )S'
    """
    labels = [root, *[label] * max(0, words - 2)]
    inside = [token for one in labels for token in (opening(one), WORD)]
    return [*inside, *[WORD] * min(1, words - 1), *map(closing, reversed(labels))]


def floor(task: AbstractTask, examples: Sequence[Example], seed: int) -> dict[str, float]:
    """What right-branching trees score on some examples, their labels counted in training ones."""
    rng = Random(f"floor/{seed}")
    training = [task.draw("train", rng).target for _ in range(300)]
    roots = Counter(target[0][1:] for target in training)
    below = Counter(token[1:] for target in training for token in target[1:] if token.startswith("("))
    root, label = roots.most_common(1)[0][0], (below or roots).most_common(1)[0][0]
    trees = [right_branching(len(example.source), root, label) for example in examples]
    return bracket_measures(trees, [example.target for example in examples])


def _config(task: dict[str, Any], seed: int, last: int, dropout: float = 0.0) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": task,
        "model": {"name": "transformer", "layers": 2, "heads": 4, "width": 64, "positions": "learned", "dropout": dropout},
        "training": {"steps": last, "batch_size": 64, "learning_rate": 3e-3, "beta2": 0.95, "schedule": "linear",
                     "warmup": min(50, last), "evaluate_every": 1_000_000, "evaluate_on": 1, "record_every": 0},
        "seed": seed,
    })  # fmt: skip


def _learned(
    config: ExperimentConfig, looks: Sequence[int], budget: float
) -> Generator[Progress, None, tuple[Row, ...]]:
    """Train, and a row for each way of searching at each of these steps, the floor first; what comes back is the rows."""
    task, last = config.task, config.training.steps
    examples = held_out(task, "test", max(8, steps(_HELD_OUT, min(1.0, budget))))
    rows = [_row(_FLOOR, 0, floor(task, examples, config.seed), len(examples))]
    trainer = trainer_of(config, Examples.of(task))
    for event in trainer.events():
        if not isinstance(event, StepDone):
            continue
        if event.step in looks:
            sources, references = ([getattr(one, side) for one in examples] for side in ("source", "target"))
            for name, search in _SEARCHES.items():
                written = free_run(trainer.model, sources, task.vocabularies, search)
                rows.append(_row(name, event.step, bracket_measures(written, references), len(examples)))
            trainer.model.train()
        if event.step % 10 == 0 or event.step == last:
            yield Progress(event.step / last, tuple(rows))
    return tuple(rows)


def _row(search: str, step: int, measures: dict[str, float], count: int) -> Row:
    names = (_F1, "bracket precision", "bracket recall", "complete match", "well-formed")
    return {"search": search, "step": step, **{name: measures[name] for name in names}, "sentences": count}


def _of(rows: Sequence[Row], search: str, step: int | None = None, what: str = _F1) -> float:
    """A figure of the last row of a search, or of that at a step."""
    found = [row for row in rows if row["search"] == search and step in (None, row["step"])]
    return float(found[-1][what] or 0)
