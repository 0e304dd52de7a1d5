"""The loop of beam search: the most probable continuations that do not end live on; what ends is only asked for the bound."""

import math

import torch
from torch import Tensor, nn
from torch._higher_order_ops import while_loop

from core.models.compiled.architecture import Architecture
from core.models.compiled.layers import logits, real
from core.models.compiled.weights import Place, views


class Beam(nn.Module):
    """Writes into the caller's buffers, as `Greedy`; rows share one source.

    Cells are never moved: `paths` says for every row and step in which row's cell its path went. Sums are in double
    precision, of the very log-probabilities that are recorded, so that who looks again finds the same order. It stops
    at its limit, and (where control says so) as soon as no sum of a live row exceeds the best that ended in the beam.

    Args:
        kind: what it is compiled for; places: of `weights.writing`, turned; width: rows.
    """

    def __init__(self, kind: Architecture, places: dict[str, Place], width: int) -> None:
        super().__init__()
        self.kind, self.places, self.width = kind, places, width

    def forward(
        self, flat: Tensor, positions: Tensor, control: Tensor, source_keys: Tensor, source_values: Tensor,
        never: Tensor, keys: list[Tensor], values: list[Tensor], own: list[Tensor], across: list[Tensor],
        weighed: Tensor, tokens: Tensor, parents: Tensor, sums: Tensor, paths: Tensor, best: Tensor,
    ) -> Tensor:  # fmt: skip
        """Args:
        never: [2, vocab], −∞ for tokens that cannot end a hypothesis, and for those that cannot continue one.
        keys, values: [step, slot, width], by layer; own, across: [row, slot, head, step or source], by layer.
        weighed: log-probabilities, [row, slot, vocab]; tokens, parents, sums: [row + 1, slot].
        paths: [slot, step]; best: the best sum that ended, [1].
        """
        kind, slots = self.kind, torch.arange(self.width)
        hidden = torch.arange(source_keys.shape[-1]) >= control[0]
        limit, end, base = control[2:3].clone(), control[3:4].clone(), control[4:5].clone()
        unbounded = control[5:6] == 0

        def going(at: Tensor, token: Tensor, total: Tensor, path: Tensor, ended: Tensor) -> Tensor:
            return ((at < limit) & ((ended < total[:1]) | unbounded))[0]

        def body(at: Tensor, token: Tensor, total: Tensor, path: Tensor, ended: Tensor) -> tuple[Tensor, ...]:
            named, row = views(flat, self.places), at - base
            times = torch.arange(paths.shape[1])
            later = times > at
            path = real(torch.where(times == at, slots[:, None], path))

            def look_back(layer: int, three: Tensor) -> Tensor:
                query, *new = three.view(self.width, 3, kind.width).unbind(1)
                for cells, one in zip((keys[layer], values[layer]), new):
                    cells.index_copy_(0, at, one[None])
                key, value = (_along(cells[layer], times, path, kind) for cells in (keys, values))
                scores = (key * query.reshape(self.width, kind.heads, 1, kind.dim)).sum(-1)
                return _mixed(scores, value, later, own[layer], row)

            def look_across(layer: int, query: Tensor) -> Tensor:
                scores = (source_keys[layer] * query.view(self.width, kind.heads, kind.dim, 1)).sum(2)
                return _mixed(scores, source_values[layer], hidden, across[layer], row)

            x = real(named["tokens"].index_select(0, token) + positions.index_select(0, at))
            log_probs = real(logits(kind, named, x, _product, look_back, look_across).log_softmax(-1))
            weighed.index_copy_(0, row, log_probs[None])
            ended, total, parent, token = _ranked(log_probs + total[:, None], end, never, ended)
            for kept, one in ((tokens, token), (parents, parent), (sums, total)):
                kept.index_copy_(0, row + 1, one[None])
            path = path.index_select(0, parent)
            paths.copy_(path)
            best.copy_(ended)
            return at + 1, token, total.clone(), path, ended

        start, first = control[1:2].clone(), control[1:2] - base
        carried = (start, tokens.index_select(0, first)[0], sums.index_select(0, first)[0], paths.clone(), best.clone())
        return while_loop(going, body, carried)[0]


def _product(matrix: Tensor, x: Tensor) -> Tensor:
    """Of several rows, by BLAS; the matrix is [in, out]."""
    return torch.mm(x, matrix)


def _along(cells: Tensor, times: Tensor, path: Tensor, kind: Architecture) -> Tensor:
    """Those of every slot's path, [slot, head, step, dim]."""
    return cells.unflatten(-1, (kind.heads, kind.dim))[times, path].transpose(1, 2)


def _mixed(scores: Tensor, value: Tensor, masked: Tensor, kept: Tensor, row: Tensor) -> Tensor:
    """Contexts, [slot, width]; the weights are recorded."""
    weights = real(scores.masked_fill(masked, -math.inf).softmax(-1))  # slot head key
    kept.index_copy_(0, row, weights[None])
    return real((weights[..., None] * value).sum(2).flatten(1))


def _ranked(sums: Tensor, end: Tensor, never: Tensor, ended: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The best sum that has ended in the beam; sums, parents and tokens of those that live on, best first."""
    ending = (sums.index_select(1, end) + never[0].index_select(0, end)).max()
    total, chosen = (sums + never[1]).flatten().topk(len(sums))
    parent = chosen // sums.shape[1]
    ended = torch.maximum(ended, torch.where(ending > total[-1:], ending, -math.inf))
    return ended, total, parent, chosen - parent * sums.shape[1]
