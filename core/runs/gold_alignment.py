"""Cross-attention of a trained model beside links that are known: of its task's held-out examples, or made by hand.

Targets are forced, so that every row stands where its gold link does: row t is the attention with which target token t is
predicted. <end> is in neither side.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from jaxtyping import Float

from core.data.batch import Example
from core.data.linked_sentences import LinkedPair
from core.data.word_links import GoldLinks
from core.errors import InputError
from core.language import tr
from core.metrics.link_extraction import Links, diagonal
from core.metrics.word_alignment import Agreement, agreement, mass_agreement, pooled
from core.recording.matrix import Site
from core.runs.beam_sizes import sentences
from core.runs.trained import TrainedModel
from core.runs.word_maps import between_words, words_of
from core.training.probe import Probe

MOST = 1000  # sentence pairs
_MOST_CELLS = 30_000_000  # of maps that are kept: 120 MB
Extraction = Callable[[Float[np.ndarray, "target source"]], Links]


@dataclass(frozen=True, eq=False)
class LinkedMaps:
    """One sentence pair.

    Attributes:
        pair: words and gold links; maps: of each site, all heads between words.
        unknown: target words that the model does not know and was fed as <unk>.
    """

    pair: LinkedPair
    maps: tuple[Float[np.ndarray, "head target source"], ...]
    unknown: tuple[str, ...] = ()

    def weights(self, site: int, head: int | None) -> Float[np.ndarray, "target source"]:
        """The map of a head, or the mean over the heads of a site."""
        return self.maps[site].mean(axis=0) if head is None else self.maps[site][head]


@dataclass(frozen=True, eq=False)
class LinkedSet:
    """Sentence pairs looked at so far.

    Attributes:
        sites: cross-attentions from the first layer on; pairs: those that the model could read.
        total: how many there are to look at; left_out: (number, why) of those that could not be read.
        full: whether the rest was not looked at, because no more maps are kept.
    """

    sites: tuple[Site, ...] = ()
    pairs: tuple[LinkedMaps, ...] = ()
    total: int = 0
    left_out: tuple[tuple[int, str], ...] = ()
    full: bool = False

    @property
    def done(self) -> int:
        """How many were looked at."""
        return len(self.pairs) + len(self.left_out)


@dataclass(frozen=True)
class HeadAgreement:
    """How one head agrees with the gold links of all pairs.

    Attributes:
        site, head: which; head None is the mean over the heads of the site.
        links: of the links extracted from its maps; mass: of the maps themselves.
    """

    site: Site
    head: int | None
    links: Agreement
    mass: Agreement


def known_pairs(trained: TrainedModel, n: int) -> tuple[LinkedPair, ...]:
    """Held-out test examples with the links that their task knows; all links are sure.

    Raises:
        InputError: the task does not know which token comes from which, or `n` is no number of sentences.
    """
    examples = sentences(trained, n)
    if any(example.alignment is None for example in examples):
        raise InputError(
            tr(
                "the task {name} does not say which source token a target token comes from; choose a model of "
                "another task, or bring sentences with links made by hand",
                name=trained.config.task.name,
            )
        )
    return tuple(
        LinkedPair(at, one.source, one.target, GoldLinks.of(sure=one.alignment or ()))
        for at, one in enumerate(examples, 1)
    )


def linked_maps(trained: TrainedModel, pairs: Sequence[LinkedPair], *, cut: bool = False) -> Iterator[LinkedSet]:
    """Cross-attention for every pair, the target forced; what was found so far after each.

    Args:
        cut: the words are the model's tokens; else the model cuts the sentences itself, and pieces are put together.

    Raises:
        InputError: too many pairs, none, or not one that the model can read.
    """
    if not 1 <= len(pairs) <= MOST:
        raise InputError(
            tr(
                "{count:,} sentence pairs cannot be looked at here; bring from 1 to {most:,}",
                count=len(pairs),
                most=MOST,
            )
        )
    found, cells = LinkedSet(total=len(pairs)), 0
    for pair in pairs:
        try:
            sites, maps = _forced(trained, pair, cut)
        except InputError as error:
            found = replace(found, left_out=(*found.left_out, (pair.number, str(error))))
        else:
            cells += sum(one.size for one in maps.maps)
            full = cells > _MOST_CELLS
            found = replace(found, sites=sites, pairs=(*found.pairs, maps), full=full)
        yield found
        if found.full:
            return
    if not found.pairs:
        number, why = found.left_out[0]
        raise InputError(
            tr(
                "not one of the {count:,} sentence pairs can be read; the first is {number}: {why}",
                count=len(pairs),
                number=number,
                why=why,
            )
        )


def head_agreements(found: LinkedSet, extract: Extraction) -> tuple[HeadAgreement, ...]:
    """Every head, and after the heads of each site their mean."""
    heads = chain.from_iterable(
        ((at, head) for head in (*range(found.pairs[0].maps[at].shape[0]), None)) for at in range(len(found.sites))
    )
    return tuple(_agreement_of(found, extract, at, head) for at, head in heads)


def best_of(agreements: Sequence[HeadAgreement]) -> HeadAgreement:
    """The head with the lowest AER, the first of several; means over heads do not take part."""
    return min((one for one in agreements if one.head is not None), key=lambda one: one.links.error_rate)


def diagonal_agreement(pairs: Sequence[LinkedPair]) -> Agreement:
    """What links along the diagonal would get, without looking at a word."""
    return pooled(agreement(diagonal(len(pair.target), len(pair.source)), pair.links) for pair in pairs)


def _agreement_of(found: LinkedSet, extract: Extraction, at: int, head: int | None) -> HeadAgreement:
    maps = [(one.weights(at, head), one.pair.links) for one in found.pairs]
    return HeadAgreement(
        found.sites[at],
        head,
        pooled(agreement(extract(weights), gold) for weights, gold in maps),
        pooled(mass_agreement(weights, gold) for weights, gold in maps),
    )


def _forced(trained: TrainedModel, pair: LinkedPair, cut: bool) -> tuple[tuple[Site, ...], LinkedMaps]:
    task = trained.config.task
    source = pair.source if cut else tuple(trained.read(" ".join(pair.source)))
    target = pair.target if cut else tuple(task.tokenize_target(" ".join(pair.target)))
    rows = list(range(len(target))) if cut else words_of(target, pair.target)
    columns = list(range(len(source))) if cut else words_of(source, pair.source)
    unknown = trained.vocabularies[0].writing(source, trained.vocabularies[1]).unknown(target)
    if len(unknown) == len(set(target)):
        raise InputError(tr("the model knows no token of the target ({list})", list=" ".join(unknown[:8])))
    matrices = Probe(Example(source, target), trained.vocabularies).record(trained.model, only="*cross*")
    cross = [matrix for matrix in matrices if matrix.site.kind == "cross"]
    shape = (len(pair.target), len(pair.source))
    maps = tuple(between_words(matrix.weights, rows, columns, shape) for matrix in cross)
    return tuple(matrix.site for matrix in cross), LinkedMaps(pair, maps, tuple(unknown))
