"""Searches through a table of probabilities, held against the truth: a table's outputs can all be counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import log
from typing import Any

from core.decoding.batched import decode
from core.decoding.exact import ExactSearch
from core.decoding.frontier import Rules
from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.decoding.stochastic import StochasticBeamSearch
from core.decoding.trees.tree import DecodingTree, fold
from core.language import tr
from core.models.table import TableModel
from core.models.table_rows import END, WIDEST, Prefix
from core.settings import declarations

CLOSE = 2e-5  # two sums of the same logarithms in single precision
_COUNTED = ("length", "repetition")
_ALL = 1_000_000  # more prefixes than a table may have
UNSEEN = "pruned_unseen"


@dataclass(frozen=True, eq=False)
class TableFound:
    """What one search found in a table.

    Attributes:
        search: its settings; tokens: of its best output, <end> included where it ended; logp: Σ log p.
        score: what the search compares outputs by, its length normalization; it equals `logp` where there is none.
        others: how many further outputs it finished.
        place: of the output among all of the table by Σ log p, 1 the best; equal ones share a place.
        truth: the output with the best score among all that the search's limits allow, by exact search, () where they
            allow none; error: by how much its score is
            better than the found one's, 0 where there is no search error.
        proved: whether the search proved its output to be the best; None where it claims nothing.
        expanded: prefixes it looked behind; tree: everything it weighed.
    """

    search: AbstractSearch
    tokens: Prefix
    logp: float
    score: float
    others: int
    place: int
    truth: Prefix
    error: float
    proved: bool | None
    expanded: int
    tree: DecodingTree = field(repr=False)


def search_table(model: TableModel, search: AbstractSearch) -> TableFound:
    """Run a search to its end and hold its output against all outputs.

    Raises:
        SettingError: a setting that a table cannot serve, such as a coverage penalty.
    """
    outputs = model.outputs()
    rules = Rules(
        model.end, model.never_generated, model.longest, source_length=model.longest, keep_pruned=WIDEST
    )  # fmt: skip
    true = decode(_judge(search), model, [[model.end]], [rules])[0]
    rules = replace(rules, gold=tuple(true.best.tokens()) if true.finished else None)
    last = decode(search, model, [[model.end]], [rules])[0]
    best = last.best
    truth, tokens = (tuple(model.tokens[number] for number in one.tokens()) for one in (true.best, best))
    score = best.logp + sum(value for name, value in best.parts.items() if name in _COUNTED)
    gap = true.best.rank_score - score if true.finished else 0.0
    found = fold([last], model.tokens, {"strategy": search.name, "settings": search.to_dict()})
    return TableFound(
        search=search, tokens=tokens, logp=best.logp, score=score, others=max(0, len(last.finished) - 1),
        place=1 + sum(one.logp > best.logp + CLOSE for one in outputs),
        truth=truth if true.finished else (), error=gap if gap > CLOSE else 0.0, proved=last.proved,
        expanded=sum(frontier.record.live_in for frontier in last.history if frontier.record), tree=found,
    )  # fmt: skip


def _judge(search: AbstractSearch) -> ExactSearch:
    """Exact search for what this search looks for, under the same limits; a table is small enough for a proof."""
    known = {one.name for one in declarations(ExactSearch)}
    given = {name: value for name, value in search.to_dict().items() if name in known}
    if isinstance(search, SamplingSearch | StochasticBeamSearch):  # there a penalty changes chance and counts nowhere
        given["repetition_penalty"] = 1.0
    return ExactSearch(**{**given, "max_nodes": _ALL})


def whole_tree(model: TableModel, found: TableFound) -> dict[str, list[Any]]:
    """Columns of every prefix of the table, with what the search made of it; UNSEEN where it never looked.

    The path of the truly best output is marked `is_gold`.
    """
    nodes = found.tree.nodes
    known = {
        tuple(found.tree.text(node)): {name: nodes[name][node] for name in ("rank_score", "rank", "status", "reason")}
        for node in range(len(found.tree))
    }
    unseen = {
        "rank_score": None,
        "rank": -1,
        "status": UNSEEN,
        "reason": tr("the search never looked behind the token before"),
    }
    columns: dict[str, list[Any]] = {}
    ids: dict[Prefix, int] = {}
    for place, (prefix, probability, logp) in enumerate(_prefixes(model)):
        ids[prefix] = place
        row = {
            "id": place, "parent": ids[prefix[:-1]] if prefix else -1, "step": len(prefix),
            "token": prefix[-1] if prefix else "<begin>", "logp_token": _log(probability), "logp": logp,
            **known.get(prefix, unseen), "forced": False, "slot": -1, "is_gold": prefix == found.truth[: len(prefix)],
        }  # fmt: skip
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns


def _prefixes(model: TableModel) -> Iterator[tuple[Prefix, float, float | None]]:
    """Every prefix with its last token's probability and its Σ log p, parents first."""
    waiting: list[tuple[Prefix, float, float | None]] = [((), 1.0, 0.0)]
    while waiting:
        prefix, probability, logp = waiting.pop(0)
        yield prefix, probability, logp
        if prefix[-1:] != (END,) and logp is not None:
            for token, share in model.row(prefix).items():
                waiting.append(((*prefix, token), share, logp + log(share) if share > 0 else None))


def _log(probability: float) -> float | None:
    return log(probability) if probability > 0 else None
