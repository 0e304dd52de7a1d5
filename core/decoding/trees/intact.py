"""Whether the parts of a tree fit each other: what must hold of every tree, whichever search made it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.decoding.hypothesis import Status
from core.decoding.trees.columns import Columns
from core.errors import DataError
from core.language import tr

_CLOSE = 1e-6
_SAID: dict[type, tuple[str, ...]] = {
    str: ("strategy", "model", "model_hash", "vocab_hash", "source", "output", "stop_reason", "created", "inference"),
    int: ("checkpoint_step", "seed"), dict: ("settings",), list: ("edits", "source_tokens"),
}  # fmt: skip
_GROWING = tuple(map(str, (Status.ROOT, Status.EXPANDED, Status.TRUNCATED)))  # truncated by one search, not by another


def refuse_misfits(nodes: Columns, draws: Columns, attention: Mapping[str, np.ndarray]) -> None:
    """Parents before children, sums that are sums, references that lead somewhere.

    Raises:
        DataError: the first thing that does not hold, with the node.
    """
    if not nodes["id"]:
        raise DataError(tr("the tree is damaged: it has no nodes; export it again"))
    whole = {name: np.array(nodes[name], dtype=np.int64) for name in
             ("id", "parent", "step", "token", "rank", "slot", "draw", "attn", "n_tokens", "walk")}  # fmt: skip
    _refuse_disorder(whole)
    _refuse_strangers(whole, nodes, draws, attention)
    _refuse_wrong_sums(nodes, whole["parent"])


def refuse_header(header: Mapping[str, Any]) -> None:
    """What a tree says of itself may be left out, but where it is, it is of its kind: pages and figures show it.

    Raises:
        DataError: a text is none, or a number.
    """
    for kind, names in _SAID.items():
        for name in names:
            if not isinstance(header.get(name), kind | None):
                raise DataError(
                    tr(
                        "the tree is damaged: its {name} is {header!r}; export it again",
                        name=name,
                        header=str(header[name])[:40],
                    )
                )


def _refuse_disorder(whole: Mapping[str, np.ndarray]) -> None:
    """Rows in order, parents first, steps counted from the root."""
    parent, step, walk, rows = whole["parent"], whole["step"], whole["walk"], np.arange(len(whole["id"]))
    _all(whole["id"] == rows, tr("its `id` is not its place"))
    _all((parent < rows) & ((parent >= 0) | (rows == 0)) & (parent >= -1), tr("its `parent` does not come before it"))
    above = np.maximum(parent, 0)
    first = rows == 0
    _all(np.where(first, step == 0, step == step[above] + 1), tr("its `step` does not follow its parent's"))
    _all(whole["n_tokens"] == step, tr("its `n_tokens` is not its step"))
    _all(np.where(first, walk == 0, walk > walk[above]), tr("its `walk` is not after its parent's"))
    for name, least in (("token", 0), ("rank", -1), ("slot", -1)):
        _all(whole[name] >= least, tr("its `{name}` is below {least}", name=name, least=least))


def _refuse_strangers(
    whole: Mapping[str, np.ndarray], nodes: Columns, draws: Columns, attention: Mapping[str, np.ndarray]
) -> None:
    """Words that are no status, rows that are not there."""
    size, drawn = len(whole["id"]), len(draws["id"])
    status = np.array(nodes["status"])
    _all(np.isin(status, [str(one) for one in Status]), tr("its `status` is none"))
    _all((status == Status.ROOT) == (whole["parent"] < 0), tr("only the first node is the root"))
    _all(np.isin(status[np.maximum(whole["parent"], 0)], _GROWING), tr("its parent was never continued"))
    _all((whole["draw"] >= -1) & (whole["draw"] < drawn), tr("its `draw` is not there"))
    rows = {site: len(found) for site, found in attention.items()}
    least = min(rows.values(), default=0)
    _all((whole["attn"] >= -1) & (whole["attn"] < least), tr("its attention is not there"))
    of = np.array(draws["node"], dtype=np.int64)
    if not ((np.array(draws["id"], dtype=np.int64) == np.arange(drawn)) & (of >= 0) & (of < size)).all():
        raise DataError(tr("the tree is damaged: a row of `draws` belongs to no node; export it again"))


def _refuse_wrong_sums(nodes: Columns, parent: np.ndarray) -> None:
    """`logp` is a sum over the path; `adj` and its parts lie between it and `rank_score`."""
    logp_token, logp, rank_score, adj = (
        np.array(nodes[name], dtype=np.float64) for name in ("logp_token", "logp", "rank_score", "adj")
    )
    _all(~(logp_token > _CLOSE * 1000), tr("its `logp_token` is no logarithm of a probability"))
    above = np.where(parent < 0, 0.0, logp[np.maximum(parent, 0)])
    _all(_equal(logp, above + logp_token), tr("its `logp` is not its parent's plus its `logp_token`"))
    with np.errstate(invalid="ignore"):  # −∞ − −∞
        _all(_equal(adj, rank_score - logp) | ~np.isfinite(rank_score), tr("its `adj` is not `rank_score` − `logp`"))
    terms = np.array([sum(parts.values()) for parts in nodes["adj_parts"]], dtype=np.float64)
    _all(_equal(adj, terms) | ~np.isfinite(adj) | ~np.isfinite(terms), tr("its `adj_parts` do not add up to `adj`"))


def _equal(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (one == other) | (np.abs(one - other) <= _CLOSE * (1 + np.abs(other)))


def _all(holds: np.ndarray, reason: str) -> None:
    if not holds.all():
        raise DataError(
            tr(
                "the tree does not fit together: node {argmin}: {reason}; export it again",
                argmin=int(np.argmin(holds)),
                reason=reason,
            )
        )
