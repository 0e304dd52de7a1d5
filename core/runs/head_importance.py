"""How much each head matters: every head of every attention is switched off in turn, and what follows is measured.

A head that is off gives a context of zeros (core/recording/edit.py). Two things are asked: how far Σ log p of a target falls
under the gold prefix, and whether greedy search would write something else. The second needs no search: greedy search
writes the same if and only if, along the path it took, the same token stays the most probable at every step.

Switching one head off says nothing about two: another may do the same work and take over (Michel et al. 2019,
arXiv:1905.10650; Voita et al. 2019, arXiv:1905.09418).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from core.data.batch import Example, pad, pad_sources
from core.decoding.batched import decode
from core.errors import InputError
from core.language import mark, tr
from core.models.fast.table import fast
from core.recording.edit import Edit, Edits
from core.recording.matrix import Site
from core.runs.intervention import heads
from core.runs.trained import GREEDY, TrainedModel
from core.training.evaluation import rules_for

REFERENCE, OWN = mark("the reference"), mark("its own output")
TARGETS = (REFERENCE, OWN)
_CHUNK = 8  # sentences between two reports of progress

Numbers = Sequence[int]


@dataclass(frozen=True, eq=False)
class HeadEffects:
    """What came of switching heads off, sentence by sentence.

    Attributes:
        heads: every site and head, in the model's order.
        falls: Σ log p of the target with all heads on less that with this one off, in nats; above 0: the head was needed.
        changed: whether the greedy output is another one. total: sentences there will be.
    """

    heads: tuple[tuple[Site, int], ...]
    falls: Float[np.ndarray, "sentence head"] = field(repr=False)
    changed: Bool[np.ndarray, "sentence head"] = field(repr=False)
    total: int

    @property
    def done(self) -> int:
        """Sentences so far."""
        return len(self.falls)

    @property
    def fall(self) -> Float[np.ndarray, " head"]:
        """Mean over sentences, in nats a sentence."""
        return self.falls.mean(axis=0)

    @property
    def error(self) -> Float[np.ndarray, " head"]:
        """Standard error of the mean, in nats; nan for one sentence."""
        if self.done < 2:
            return np.full(len(self.heads), np.nan)
        return self.falls.std(axis=0, ddof=1) / np.sqrt(self.done)

    @property
    def change(self) -> Float[np.ndarray, " head"]:
        """Share of sentences whose greedy output is another one, in 0…1."""
        return self.changed.mean(axis=0)


def one_by_one(trained: TrainedModel, source: str, target: str = REFERENCE) -> HeadEffects:
    """Switch every head off in turn, on one sentence.

    Args:
        target: whose log-probability is followed, of TARGETS.

    Raises:
        InputError: the source cannot be read, or nobody knows a reference for it.
    """
    numbers, rules = trained.item(source)
    if target == REFERENCE and rules.gold is None:
        raise InputError(tr("nobody knows the right output for this source; follow {own} instead", own=tr(OWN)))
    return _effects(trained, heads(trained, source), [numbers], [rules.gold if target == REFERENCE else None], 1)


def over_sentences(
    trained: TrainedModel, examples: Sequence[Example], target: str = REFERENCE
) -> Iterator[HeadEffects]:
    """The same over held-out sentences, some at a time; computes only as it is asked on.

    Args:
        examples: of which the model can write every target; target: of TARGETS.
    """
    every = heads(trained, trained.config.task.join(examples[0].source))
    own, found = trained.vocabularies, None
    for first in range(0, len(examples), _CHUNK):
        chunk = examples[first : first + _CHUNK]
        sources = [own[0].encode_source(one.source) for one in chunk]
        wanted = [
            [*own[0].writing(one.source, own[1]).encode(one.target), trained.model.end] if target == REFERENCE else None
            for one in chunk
        ]
        more = _effects(trained, every, sources, wanted, len(examples))
        found = more if found is None else _joined(found, more)
        yield found


def _joined(one: HeadEffects, other: HeadEffects) -> HeadEffects:
    return replace(
        one, falls=np.concatenate([one.falls, other.falls]), changed=np.concatenate([one.changed, other.changed])
    )


def _effects(
    trained: TrainedModel, every: Sequence[tuple[Site, int]], sources: Sequence[Numbers],
    wanted: Sequence[Numbers | None], total: int,
) -> HeadEffects:  # fmt: skip
    model = trained.model
    rules = [rules_for(model, source, keep_pruned=0) for source in sources]
    written = [found.best.tokens() for found in decode(GREEDY, fast(model, only=""), sources, rules)]
    followed = [gold if gold is not None else own for gold, own in zip(wanted, written)]
    flat = [(site, head) for site, count in every for head in range(count)]
    before = _followed(trained, (), sources, followed, written)
    after = [_followed(trained, (Edit(site.name, head),), sources, followed, written) for site, head in flat]
    falls = np.stack([before[0] - one[0] for one in after], axis=1)
    # compared with the same pass without edits: the search's own arithmetic may break a tie another way
    changed = np.stack([(one[1] != before[1]).any(axis=1) for one in after], axis=1)
    return HeadEffects(tuple(flat), falls, changed, total)


def _followed(
    trained: TrainedModel, edits: Sequence[Edit], sources: Sequence[Numbers], followed: Sequence[Numbers],
    written: Sequence[Numbers],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Σ log p of what is followed [sentence], and the favorite at each step of what was written [sentence, step]."""
    model, count = trained.model, len(sources)
    targets, valid = pad([*followed, *written])
    fed, _ = pad([[model.begin, *one[:-1]] for one in (*followed, *written)])
    with torch.no_grad(), Edits(model, edits).hold():
        states = model.encoder(*pad_sources([*sources, *sources]))
        logits: Tensor = model.decoder(fed, states)
    taken = torch.log_softmax(logits[:count].double(), dim=-1).gather(2, targets[:count, :, None])[..., 0]
    barred = torch.tensor(model.never_generated, dtype=torch.long)
    favorites = logits[count:].index_fill(2, barred, -torch.inf).argmax(dim=-1)
    return (taken * valid[:count]).sum(dim=1).numpy(), (favorites * valid[count:]).numpy()
