"""Which words a network takes for alike: the cosines of its table's rows, beside those of one-hots and of a fresh table."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from torch import nn

from core.data import hidden_classes
from core.data.vector_sets import Entrance
from core.data.vocabulary import SPECIALS
from core.metrics.likeness import Alike, Clustered, clustered, cosines
from core.models.set_models import build_set_model
from core.runs.trained_set import TrainedSet

MOST = 48  # words of a picture in which names can be read
ONE_HOT, FRESH, LEARNED = "one-hot", "before", "after"


class WordLikeness(NamedTuple):
    """Attributes:
    words: in the order of rows and columns: by class where classes are known, else alike ones together.
    classes: of each word; None where nobody knows them.
    alike: cosines of every two words, by ONE_HOT, FRESH, LEARNED.
    """

    words: tuple[str, ...]
    classes: tuple[int, ...] | None
    alike: dict[str, Alike]

    @property
    def clusters(self) -> dict[str, Clustered]:
        """Within and between classes, of each; empty where nobody knows them."""
        if self.classes is None:
            return {}
        return {name: clustered(alike, self.classes) for name, alike in self.alike.items()}


def word_likeness(trained: TrainedSet) -> WordLikeness:
    """Of a network that read words: those of the small language, or the most frequent ones of a text."""
    words = trained.entrance.words
    assert words is not None
    known = words.tokens[len(SPECIALS) :]
    fresh = build_set_model(trained.config.model, trained.entrance, trained.config.seeds)
    of_class = hidden_classes.WORDS
    if set(known) <= of_class.keys():
        shown = tuple(sorted(known, key=lambda word: (of_class[word], word)))
        return _found(shown, tuple(of_class[word] for word in shown), trained, fresh)
    frequent = known[:MOST]
    rows = rows_of(trained.network, trained.entrance, frequent)
    return _found(tuple(frequent[at] for at in _together(cosines(rows))), None, trained, fresh)


def rows_of(network: nn.Module, entrance: Entrance, shown: tuple[str, ...]) -> Float[np.ndarray, "word width"]:
    """What a network reads for some words, without positions."""
    words = entrance.words
    assert words is not None
    tables = (one for one in network.modules() if isinstance(one, nn.Embedding) and one.num_embeddings == len(words))
    rows: Float[np.ndarray, "word width"] = next(tables).weight.detach().numpy()[words.encode(shown)]
    return rows


def _found(
    shown: tuple[str, ...], classes: tuple[int, ...] | None, trained: TrainedSet, fresh: nn.Module
) -> WordLikeness:
    tables = {FRESH: fresh, LEARNED: trained.network}
    alike = {name: cosines(rows_of(one, trained.entrance, shown)) for name, one in tables.items()}
    return WordLikeness(shown, classes, {ONE_HOT: cosines(np.eye(len(shown))), **alike})


def _together(alike: Alike) -> list[int]:
    """An order in which neighbors are as alike as a tree of merged pairs allows (mean linkage)."""
    if len(alike) < 3:
        return list(range(len(alike)))
    apart = np.maximum(1.0 - (alike + alike.T) / 2, 0.0)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
    return [int(at) for at in leaves_list(tree)]
