"""Multi-head attention whose weights are recorded, against PyTorch's own that is asked for its weights.

Both have the same matrices and look at the same states; output, weights and gradients are compared before time is taken.
Ours is recorded as a model's is, copies of all heads' weights; PyTorch's gives back what it has. Forward is without
gradients; training is forward and backward, down to the states and all matrices.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import multi_head_attention_forward

from core.attention.multihead import MultiHeadAttention
from core.recording.recorder import Recorder
from core.seeds import Seeds
from tests.benchmarks.contest import Work, in_turns
from tests.benchmarks.row import Measured, Row

BATCH, DIM = 8, 32
WIDTHS, LENGTHS = (128, 256), (16, 32, 64, 128, 256, 512)
LARGEST = 1.15  # times theirs
CLOSE = 1e-4  # gradients are sums over up to 4,096 states; they differ by rounding


class Looked(NamedTuple):
    """What a pass gives."""

    output: Tensor
    weights: Tensor


class Case:
    """States and matrices of one size, and both ways to look.

    Args:
        width, length: of the states; training: whether gradients are wanted.
    """

    def __init__(self, width: int, length: int, training: bool) -> None:
        chance = Seeds(0).generator("states")
        self.attention = MultiHeadAttention(width, width // DIM).requires_grad_(training)
        self.heads = width // DIM
        self.states = torch.randn(BATCH, length, width, generator=chance, requires_grad=training)
        self.towards = torch.randn(BATCH, length, width, generator=chance)
        # theirs wants time first, and gets it so
        self.their_states = self.states.detach().transpose(0, 1).contiguous().requires_grad_(training)
        self.their_towards = self.towards.transpose(0, 1).contiguous()
        self.recorder = Recorder(self.attention)

    @property
    def matrices(self) -> tuple[Tensor, Tensor]:
        """W_q, W_k and W_v below each other, and W_o: both use these."""
        return self.attention.w_query_key_value.weight, self.attention.w_output.weight

    def ours(self) -> Looked:
        """One pass, recorded."""
        with self.recorder:
            output = self.attention.look(*self.attention.project(self.states))
        return Looked(output, self.recorder.tensor("attention"))

    def theirs(self) -> Looked:
        """One pass, its weights given back head by head."""
        states, (joined, out) = self.their_states, self.matrices
        return Looked(*multi_head_attention_forward(
            states, states, states, states.shape[-1], self.heads, joined, None, None, None, False, 0.0, out, None,
            training=False, need_weights=True, average_attn_weights=False,
        ))  # fmt: skip

    def train_ours(self) -> tuple[Tensor, ...]:
        """Gradients of states and matrices."""
        return torch.autograd.grad(self.ours().output, [self.states, *self.matrices], self.towards)

    def train_theirs(self) -> tuple[Tensor, ...]:
        """Likewise."""
        return torch.autograd.grad(self.theirs().output, [self.their_states, *self.matrices], self.their_towards)

    def compare(self) -> None:
        """Both give the same."""
        ours, theirs = self.ours(), self.theirs()
        torch.testing.assert_close(ours.output, theirs.output.transpose(0, 1), atol=1e-5, rtol=0)
        torch.testing.assert_close(ours.weights, theirs.weights, atol=1e-6, rtol=0, check_stride=False)
        if self.states.requires_grad:
            (one, *matrices), (two, *their_matrices) = self.train_ours(), self.train_theirs()
            for mine, other in zip([one, *matrices], [two.transpose(0, 1), *their_matrices]):
                torch.testing.assert_close(mine, other, atol=CLOSE * float(other.abs().max()), rtol=0)


def measure(width: int, length: int, training: bool, share: float) -> Measured:
    """Our processor time over theirs."""
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]), torch.set_grad_enabled(training):
        torch.manual_seed(0)
        case = Case(width, length, training)
        case.compare()
        pair: tuple[Work, Work] = (
            (case.train_ours, case.train_theirs) if training else (case.ours, case.theirs)
        )  # fmt: skip
        return in_turns(*pair, share, 1)


ROWS = [
    Row(f"attention-{width}x{length}-{'training' if training else 'forward'}",
        f"self-attention of width {width}, batch {BATCH}, length {length}, recorded, "
        f"{'forward and backward' if training else 'forward'}, against PyTorch's with weights", "×", LARGEST,
        lambda share, size=(width, length, training): measure(*size, share))
    for width in WIDTHS for length in LENGTHS for training in (False, True)
]  # fmt: skip
