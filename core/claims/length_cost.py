"""What a longer text costs: softmax attention weighs every pair, linear attention keeps a sum.

Softmax attention lays out length × length weights; linear attention sums keys and values once and asks that sum
(Katharopoulos et al. 2020, arXiv:2006.16236). So one needs memory and time that grow with the square of the length, the
other in proportion; and where a decoder writes token by token, one looks at all it has kept, the other at a state of
fixed size. Memory is counted exactly: the most bytes that tensors made during one call hold at the same time. Times are of
this machine at this moment and decide nothing.
"""

import weakref
from collections.abc import Callable, Sequence
from math import log2
from time import perf_counter
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from core.attention.attention import Attention
from core.attention.linear import LinearAttention
from core.attention.multiplicative import ScaledDotProduct
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.language import mark
from core.seeds import Seeds

HEADS, DIM = 4, 16
LENGTHS = (64, 128, 256, 512, 1024, 2048)
_REPEATS, _STEPS = 5, 40


class LengthCost(AbstractClaim):
    """Memory and time of one call, and time of one more token, over the length."""

    name = "length_cost"
    lecture = (17, 19)
    statement = "Softmax attention's cost grows with the square of the length, linear attention's in proportion"
    source = "Katharopoulos et al. 2020, section 3, arXiv:2006.16236"
    effect_is = mark(
        "growth of memory from {lengths:,} to {lengths2:,} tokens, softmax", lengths=LENGTHS[-2], lengths2=LENGTHS[-1]
    )
    baseline_is = "the same, linear attention"
    unit = "power of the length"
    rule = "shown when softmax's memory grows with a power of at least 1.8 and linear attention's of at most 1.2"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Call both at every length; the budget changes nothing, there is no training."""
        rows, seeds = list[Row](), Seeds(seed)
        cells = [(name, length) for length in LENGTHS for name in _KINDS]
        for at, (name, length) in enumerate(cells, start=1):
            call, step = _KINDS[name](*torch.randn(3, 1, HEADS, length, DIM, generator=seeds.generator("text", length)))
            rows.append({
                "attention": name, "length": length, "seconds": _time(call, _REPEATS), "bytes": most_bytes(call),
                "step": _time(step, _STEPS),
            })  # fmt: skip
            yield Progress(at / len(cells), tuple(rows))
        return Measured(_power(rows, "softmax"), _power(rows, "linear"), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where linear attention's memory grows faster."""
        shows = [one.effect >= 1.8 and one.baseline <= 1.2 for one in found]
        return judged(shows, [one.effect <= one.baseline for one in found])


def most_bytes(call: Callable[[], object]) -> int:
    """The most that tensors made during a call hold at the same time, in bytes; what was there before is not counted."""
    with torch.no_grad(), _Held() as held:
        call()
    return held.most


class _Held(TorchDispatchMode):
    """Counts the storages that operations make, until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self._known: weakref.WeakSet[Any] = weakref.WeakSet()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        for given in args:
            if isinstance(given, Tensor):
                self._known.add(given.untyped_storage())
        result = func(*args, **(kwargs or {}))
        for made in result if isinstance(result, tuple | list) else (result,):
            if isinstance(made, Tensor) and made.untyped_storage() not in self._known:
                self._hold(made)
        return result

    def _hold(self, made: Tensor) -> None:
        storage = made.untyped_storage()
        size = storage.nbytes()
        self._known.add(storage)
        weakref.finalize(storage, self._let_go, size)
        self.now += size
        self.most = max(self.most, self.now)

    def _let_go(self, size: int) -> None:
        self.now -= size


Two = tuple[Callable[[], object], Callable[[], object]]


def _softmax(query: Tensor, key: Tensor, value: Tensor) -> Two:
    """All at once; and one more token that looks at everything kept."""
    attention = Attention(ScaledDotProduct())
    last, prepared = query[:, :, -1:], attention.prepare(key)
    return lambda: attention(query, attention.prepare(key), value), lambda: attention(last, prepared, value)


def _linear(query: Tensor, key: Tensor, value: Tensor) -> Two:
    """All at once; and one more token in the recurrent form."""
    attention = LinearAttention()
    state = attention.start(value, key.shape[-1])
    last = (query[:, :, -1:], key[:, :, -1:], value[:, :, -1:])
    return lambda: attention(query, attention.prepare(key), value), lambda: attention.step(*last, state)


_KINDS: dict[str, Callable[[Tensor, Tensor, Tensor], Two]] = {"softmax": _softmax, "linear": _linear}


@torch.no_grad()
def _time(call: Callable[[], object], repeats: int) -> float:
    """The quickest of a few calls, in seconds: what disturbs a call only makes it longer."""
    call()
    taken = []
    for _ in range(repeats):
        began = perf_counter()
        call()
        taken.append(perf_counter() - began)
    return min(taken)


def _power(rows: Sequence[Row], name: str) -> float:
    """How the memory of the two longest texts grows: log₂ of the factor, as the length doubles."""
    before, last = (float(row["bytes"] or 0) for row in rows[-2 * len(_KINDS) :] if row["attention"] == name)
    return log2(last / before)
