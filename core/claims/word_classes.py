"""From words alone: filling in hidden words makes vectors of words that stand in like places alike.

One-hots of any two words are √2 apart and have a cosine of 0, so they say nothing of words that are alike; the rows of a fresh table
say nothing either. A network that fills in hidden words of a small language (core/data/hidden_classes.py) never hears of the six
classes behind its thirty words; afterwards the words of one class have vectors that are alike.
"""

from collections.abc import Sequence

import numpy as np
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.pretraining import filled_right
from core.claims.set_training import network_of
from core.data.hidden_classes import WORDS
from core.language import mark
from core.metrics.likeness import clustered, cosines
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.runs.word_likeness import rows_of

LEAD = 0.2  # of cosine


class WordClasses(AbstractClaim):
    """Cosines within hidden classes and between them: of one-hots, of a fresh table, and after filling in."""

    name = "word_classes"
    lecture = (2, 13)
    statement = (
        "One-hots know of no likeness; after filling in hidden words the vectors of words of one hidden class are alike"
    )
    source = "Devlin et al. 2019, arXiv:1810.04805; the lecture's embedding, in which words of a class stand together"
    effect_is = "mean cosine of two words of one class less that of two words of two, after filling in"
    baseline_is = "the same, the table as it was before"
    unit = "cosine"
    rule = mark("shown when with every seed it is at least {lead} more after filling in than before", lead=LEAD)

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Fill in, and look at the table before and after."""
        config = SetConfig.preset("fill_in").changed({"seed": seed})
        entrance = config.task.entrance
        before = build_set_model(config.model, entrance, config.seeds)
        training = network_of(config, budget)
        while True:
            try:
                yield Progress(next(training))
            except StopIteration as done:
                after: nn.Module = done.value
                break
        tables = {
            "one-hot": (np.eye(len(WORDS)), None),
            "fresh": (rows_of(before, entrance, tuple(WORDS)), filled_right(before, entrance, seed)),
            "filled in": (rows_of(after, entrance, tuple(WORDS)), filled_right(after, entrance, seed)),
        }
        found = {name: clustered(cosines(rows), tuple(WORDS.values())) for name, (rows, _) in tables.items()}
        table: tuple[Row, ...] = tuple(
            {"table": name, "within": one.within, "between": one.between, "gap": one.gap, "classes filled in": tables[name][1]}
            for name, one in found.items()
        )  # fmt: skip
        return Measured(found["filled in"].gap, found["fresh"].gap, table)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where filling in drives classes apart by as much."""
        return judged(
            [one.effect >= one.baseline + LEAD for one in found], [one.effect <= one.baseline - LEAD for one in found]
        )
