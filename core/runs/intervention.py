"""Intervene and decode again: the same search on the same source, with and without edits of the attention, and what changed.

Both decodings step the modules, which have taps, and not the copies that are made for speed: what differs between them is
the edits' doing alone. Without edits they are equal bit for bit. A search that draws draws with the same seed both times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import torch
from jaxtyping import Float
from torch import Tensor

from core.data.batch import Batch, pad, pad_sources
from core.decoding.batched import decode
from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import DecodingTree, fold
from core.errors import InputError
from core.language import tr
from core.recording.edit import Edit, Edited, Edits
from core.recording.matrix import Site
from core.recording.recorder import Recorder, site_of
from core.runs.stepwise import GREEDY, AbstractStepwise


@dataclass(frozen=True)
class Output:
    """The best output of one of the two decodings.

    Attributes:
        text: as text; numbers: its tokens, <end> included where it ended; tokens: the same for people.
        changed: for every token whether the other output lacks it there (longest common pieces are kept).
        logp_before, logp_after: Σ log p of exactly these tokens, in nats, under the model as it is and as it is edited.
    """

    text: str
    numbers: tuple[int, ...]
    tokens: tuple[str, ...]
    changed: tuple[bool, ...]
    logp_before: float
    logp_after: float


@dataclass(frozen=True)
class Shift:
    """What the edits did to the next token at one step of the old best path.

    Attributes:
        step: counted from 1; token: that the old path takes there.
        p_before, p_after: its probability; rank_before, rank_after: its place among all tokens that may be generated, 1
            the most probable.
        favorite: the most probable token after the edits.
        divergence: Kullback–Leibler, of the whole distribution before from that after, in nats, ≥ 0.
    """

    step: int
    token: str
    p_before: float
    p_after: float
    rank_before: int
    rank_after: int
    favorite: str
    divergence: float


@dataclass(frozen=True, eq=False)
class Intervention:
    """Two decodings, and what lies between them.

    Attributes:
        edits: what was changed; before, after: everything the search weighed. The header of `after` names the edits.
        old, new: the best output of each.
        parted: the first step, counted from 1, at which the best paths take different tokens or only one still goes on;
            None where they are equal.
        shifts: along the old best path, a step each.
        unreached: edits of a step that no path of the second search came to.
    """

    edits: tuple[Edit, ...]
    before: DecodingTree = field(repr=False)
    after: DecodingTree = field(repr=False)
    old: Output
    new: Output
    parted: int | None
    shifts: tuple[Shift, ...]
    unreached: tuple[Edit, ...]


def heads(trained: AbstractStepwise, source: str) -> list[tuple[Site, int]]:
    """Every attention of a model and how many heads it has, in the model's order.

    Raises:
        InputError: the source cannot be read.
    """
    numbers, _ = trained.item(source)
    with Recorder(trained.model) as recorder:
        state = trained.model.start([numbers])
        trained.model.step(torch.tensor([[trained.model.begin]]), state)
    return [(site_of(path), recorder.tensor(path).shape[1]) for path in recorder.paths]


def check(trained: AbstractStepwise, source: str, edits: Sequence[Edit]) -> None:
    """Say what of these edits cannot be, by taking one step with them.

    Raises:
        InputError: a site, a head or a step that does not exist, or a row for another source.
    """
    numbers, rules = trained.item(source)
    for edit in edits:
        if edit.step is not None and edit.step > rules.max_new_tokens:
            raise InputError(
                tr(
                    "{where}: there is no step {step}, an output for this source has at most {max_new_tokens} tokens",
                    where=edit.where,
                    step=edit.step,
                    max_new_tokens=rules.max_new_tokens,
                )
            )
    model = Edited(trained.model, edits)
    model.step(torch.tensor([[model.begin]]), model.start([numbers]))


def intervene(
    trained: AbstractStepwise, source: str, search: AbstractSearch = GREEDY, edits: Sequence[Edit] = ()
) -> Intervention:
    """Decode a source as it is and as it is edited.

    Raises:
        InputError: the source cannot be read, or an edit cannot be.
    """
    check(trained, source, edits)
    numbers, rules = trained.item(source)
    models = Edited(trained.model, ()), Edited(trained.model, edits)
    lasts = [decode(search, model, [numbers], [rules])[0] for model in models]
    headers = [trained.header(source, search, last) for last in lasts]
    headers[1]["edits"] = [edit.to_dict() for edit in edits]
    before, after = (fold([last], trained.writing(source).tokens, header) for last, header in zip(lasts, headers))
    old, new = (last.best.tokens() for last in lasts)
    laws = {path: [_laws(trained, held, numbers, path) for held in ((), edits)] for path in {tuple(old), tuple(new)}}
    steps = max(after.nodes["step"])
    return Intervention(
        tuple(edits), before, after,
        _output(trained, source, old, new, laws[tuple(old)]), _output(trained, source, new, old, laws[tuple(new)]),
        _parted(old, new), _shifts(trained, source, old, laws[tuple(old)]),
        tuple(edit for edit in edits if edit.step is not None and edit.step > steps),
    )  # fmt: skip


def _laws(
    trained: AbstractStepwise, edits: Sequence[Edit], source: list[int], tokens: Sequence[int]
) -> Float[Tensor, "step vocab"]:
    """Log-probabilities of the next token at every step of a path: one pass over all of it, in double precision."""
    model = trained.model
    if not tokens:
        return torch.zeros(0, len(trained.vocabularies[1]))
    with torch.no_grad(), Edits(model, edits).hold():
        fed, valid = pad([[model.begin, *tokens[:-1]]])
        logits = model(Batch(*pad_sources([source]), fed, fed, valid))
    return torch.log_softmax(logits[0].double(), dim=-1)


def _output(trained: AbstractStepwise, source: str, own: list[int], other: list[int], laws: list[Tensor]) -> Output:
    before, after = (float(law[range(len(own)), own].sum()) for law in laws)
    changed = [True] * len(own)
    for block in SequenceMatcher(None, own, other, autojunk=False).get_matching_blocks():
        changed[block.a : block.a + block.size] = [False] * block.size
    tokens = tuple(trained.writing(source).decode(own))
    return Output(trained.text(own, source), tuple(own), tokens, tuple(changed), before, after)


def _parted(old: list[int], new: list[int]) -> int | None:
    if old == new:
        return None
    same = next((at for at, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), min(len(old), len(new)))
    return same + 1


def _shifts(trained: AbstractStepwise, source: str, tokens: list[int], laws: list[Tensor]) -> tuple[Shift, ...]:
    texts, barred = trained.writing(source).tokens, torch.tensor(trained.model.never_generated, dtype=torch.long)
    found = []
    for at, (token, before, after) in enumerate(zip(tokens, *laws)):
        divergence = float((before.exp() * (before - after)).sum())
        before, after = (law.index_fill(0, barred, -torch.inf) for law in (before, after))  # they take no place
        found.append(
            Shift(
                at + 1, texts[token], float(before[token].exp()), float(after[token].exp()),
                1 + int((before > before[token]).sum()), 1 + int((after > after[token]).sum()),
                texts[int(after.argmax())], max(divergence, 0.0),
            )
        )  # fmt: skip
    return tuple(found)
