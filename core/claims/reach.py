"""How far back the last output can feel the first input: a recurrent network against self-attention.

Between input 1 and output T a recurrent network takes T steps, and at every one of them what it knew is multiplied by
something: on the way back a gradient shrinks as often. Self-attention takes one step, whatever T is; its gradient shrinks
only as the weight of one token among T does (Vaswani et al. 2017, table 1; Hochreiter 1991 and Bengio et al. 1994 for the
gradient). Networks are fresh, not trained, with PyTorch's own first weights; all of one width, inputs are random vectors.

Beside it the price in time: a text token by token, as it is written, and a whole text that is there already. For that
self-attention makes one product of all tokens; a recurrent network still goes from token to token, in PyTorch's own loop
instead of Python's. On one core the two need not differ much: what can be done at once pays where there are many.
Times are of this machine at this moment and decide nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from time import perf_counter

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.multihead import MultiHeadAttention
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made
from core.language import mark
from core.seeds import Seeds
from core.shapes import States

WIDTH, HEADS = 32, 4
LENGTHS = (4, 8, 16, 32, 64, 128)
_REPEATS = 7
TIMES = 10  # the factor between two gradients that counts as a difference

Inputs = Sequence[Float[Tensor, "batch width"]]


class AbstractReader(nn.Module, ABC):
    """A fresh network that reads vectors and gives one output for the last of them."""

    @abstractmethod
    def last(self, inputs: Inputs) -> Float[Tensor, "batch width"]:
        """The output at the last input; the inputs one by one, so that the way from each can be followed."""

    @abstractmethod
    def path(self, length: int) -> int:
        """Steps between the first input and the last output."""

    @abstractmethod
    def token_by_token(self, states: States) -> None:
        """Read a text as it is written: each token when it comes, keeping what the next ones need."""

    @abstractmethod
    def whole_text(self, states: States) -> None:
        """Read a text that is there already, the fastest way there is."""


class RecurrentReader(AbstractReader):
    """A GRU or an LSTM.

    Args:
        cell: one step; layer: the same kind over a whole text, in PyTorch's own loop, to take the time of.
    """

    def __init__(self, cell: type[nn.GRUCell] | type[nn.LSTMCell], layer: type[nn.GRU] | type[nn.LSTM]) -> None:
        super().__init__()
        self.cell, self.layer = cell(WIDTH, WIDTH), layer(WIDTH, WIDTH, batch_first=True)

    def last(self, inputs: Inputs) -> Float[Tensor, "batch width"]:
        """Step by step."""
        kept = None
        for one in inputs:
            kept = self.cell(one, kept)
        assert kept is not None
        return kept[0] if isinstance(kept, tuple) else kept

    def path(self, length: int) -> int:
        """Every token between is one."""
        return length

    def token_by_token(self, states: States) -> None:
        """A step for each."""
        self.last(states.unbind(dim=1))

    def whole_text(self, states: States) -> None:
        """PyTorch's own loop: fast, but one after the other still."""
        self.layer(states)


class AttentiveReader(AbstractReader):
    """One multi-head self-attention."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(WIDTH, HEADS)

    def last(self, inputs: Inputs) -> Float[Tensor, "batch width"]:
        """The last token looks at all of them."""
        states = torch.stack(list(inputs), dim=1)
        looked: Tensor = self.attention(states[:, -1:], self.attention.prepare(states))
        return looked[:, 0]

    def path(self, length: int) -> int:
        """One look."""
        return 1

    def token_by_token(self, states: States) -> None:
        """A look for each; the keys and values of earlier ones are kept."""
        kept = self.attention.prepare(states[:, :1])
        for at in range(states.shape[1]):
            if at:
                kept = kept.append(self.attention.prepare(states[:, at : at + 1]))
            self.attention(states[:, at : at + 1], kept)

    def whole_text(self, states: States) -> None:
        """All tokens at once."""
        self.attention(states, self.attention.prepare(states))


def _gru() -> AbstractReader:
    """A GRU, cell by cell or at once."""
    return RecurrentReader(nn.GRUCell, nn.GRU)


def _lstm() -> AbstractReader:
    """An LSTM, likewise."""
    return RecurrentReader(nn.LSTMCell, nn.LSTM)


READERS: dict[str, Callable[[], AbstractReader]] = {
    "GRU": _gru,
    "LSTM": _lstm,
    "self-attention": AttentiveReader,
}


def gradient(reader: AbstractReader, length: int, generator: torch.Generator) -> float:
    """‖∂ output T / ∂ input 1‖, the Frobenius norm of the whole Jacobian, for random inputs.

    Every item of a batch asks for one feature of the output, so one pass back gives all rows of the Jacobian.
    """
    kind = next(reader.parameters()).dtype
    inputs = [torch.randn(WIDTH, generator=generator, dtype=kind).expand(WIDTH, -1) for _ in range(length)]
    first = inputs[0].clone().requires_grad_()
    output = reader.last([first, *inputs[1:]])
    (jacobian,) = torch.autograd.grad(output, first, torch.eye(WIDTH, dtype=kind))
    return float(jacobian.norm())


@torch.no_grad()
def seconds_per_token(read: Callable[[States], object], length: int) -> float:
    """The quickest of a few readings of a text, over its tokens: what disturbs a reading only makes it longer."""
    states = torch.zeros(1, length, WIDTH)
    read(states)
    taken = []
    for _ in range(_REPEATS):
        began = perf_counter()
        read(states)
        taken.append(perf_counter() - began)
    return min(taken) / length


class Reach(AbstractClaim):
    """Gradient, path and time over the length of the text."""

    name = "reach"
    lecture = (17,)
    statement = "Self-attention reaches the first token in one step, a recurrent network in as many as there are tokens"
    source = "Vaswani et al. 2017, table 1, arXiv:1706.03762"
    effect_is = mark("‖∂ output {lengths} / ∂ input 1‖, self-attention", lengths=LENGTHS[-1])
    baseline_is = "the same, the larger of GRU and LSTM"
    unit = "Frobenius norm"
    rule = mark(
        "shown when the gradient of self-attention is at least {times} times that of both recurrent networks",
        times=TIMES,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Take fresh networks, and measure them at every length; the budget changes nothing, there is no training."""
        rows, seeds, cells = list[Row](), Seeds(seed), [(name, length) for length in LENGTHS for name in READERS]
        for at, (name, length) in enumerate(cells, start=1):
            reader = made(READERS[name], seeds)
            rows.append({
                "network": name, "length": length, "path": reader.path(length),
                "token_by_token": seconds_per_token(reader.token_by_token, length),
                "whole_text": seconds_per_token(reader.whole_text, length),
                "gradient": gradient(reader.double(), length, seeds.generator("inputs", length)),
            })  # fmt: skip
            yield Progress(at / len(cells), tuple(rows))
        at_end = {row["network"]: float(row["gradient"] or 0) for row in rows if row["length"] == LENGTHS[-1]}
        return Measured(at_end["self-attention"], max(at_end["GRU"], at_end["LSTM"]), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where a recurrent network's gradient is the larger one."""
        shows = [one.effect >= TIMES * one.baseline for one in found]
        return judged(shows, [one.effect <= one.baseline for one in found])
