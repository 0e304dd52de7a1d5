"""A training step against the textbook's: `torch.nn.Transformer`, and a recurrent loop that does everything at every step.

Both sides have the same sizes, the same batch, dropout, loss and optimizer (Adam, fused, on both); a step is forward,
loss, backward and the optimizer's. They take turns, step by step, in one process and one thread. Ours is what the
training loop calls: its attention is explicit and stands behind taps, its chance is seeded anew at every step, and it
counts the tokens it got right. nn.Transformer takes its ordinary path in training, with the masks its tutorial gives it;
what the ratio would be with the tutorial's Adam, which is not fused, is told beside it.
"""

import math
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import torch
from torch import Tensor, nn

from core.attention.dropout import give_chance
from core.data.batch import Batch
from core.data.vocabulary import PAD, Vocabulary
from core.models.build import build
from core.models.recurrent_settings import RecurrentSettings
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.training.likelihood import Likelihood
from core.training.optimizer import OPTIMIZERS
from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.sizes import SIZES

DROPOUT = 0.1
SEEDS = Seeds(0)
Advance = Callable[[Batch], None]


class PlainTransformer(nn.Module):
    """Embeddings, sines and cosines, nn.Transformer (the norm before each part, as ours), a linear layer."""

    sines: Tensor

    def __init__(self, settings: TransformerSettings, tokens: int) -> None:
        super().__init__()
        width, layers = settings.width, settings.layers
        self.scale = math.sqrt(width)
        self.source, self.target = nn.Embedding(tokens, width), nn.Embedding(tokens, width)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that nested tensors are not for it: nobody asked for them
            self.transformer = nn.Transformer(
                width, settings.heads, layers, layers, settings.inner, DROPOUT, batch_first=True, norm_first=True
            )
        self.output = nn.Linear(width, tokens)
        self.dropout = nn.Dropout(DROPOUT)
        angles = torch.arange(512)[:, None] * 10000.0 ** (-torch.arange(0, width, 2) / width)
        self.register_buffer("sines", torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2), persistent=False)

    def forward(self, batch: Batch) -> Tensor:
        """Scores of the next token at every target position."""
        blocked = nn.Transformer.generate_square_subsequent_mask(batch.target_in.shape[1], dtype=torch.bool)
        states = self.transformer(
            self._embedded(self.source, batch.source), self._embedded(self.target, batch.target_in), tgt_mask=blocked,
            src_key_padding_mask=~batch.source_valid, tgt_key_padding_mask=~batch.target_valid,
            memory_key_padding_mask=~batch.source_valid, tgt_is_causal=True,
        )  # fmt: skip
        scores: Tensor = self.output(states)
        return scores

    def _embedded(self, table: nn.Embedding, tokens: Tensor) -> Tensor:
        vectors: Tensor = self.dropout(table(tokens) * self.scale + self.sines[: tokens.shape[1]])
        return vectors


class PlainRecurrent(nn.Module):
    """A GRU with additive attention as a tutorial writes it: keys projected, cell stepped and output read at every step.

    The function is that of our decoder: the state before the step asks, the read-out sees state, context and token.
    """

    def __init__(self, width: int, tokens: int) -> None:
        super().__init__()
        self.source, self.target = nn.Embedding(tokens, width), nn.Embedding(tokens, width)
        self.encoder = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)
        self.first, self.cell = nn.Linear(width, width), nn.GRUCell(2 * width, width)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.energy = nn.Linear(width, 1, bias=False)
        self.join, self.output = nn.Linear(3 * width, width), nn.Linear(width, tokens)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, batch: Batch) -> Tensor:
        """Scores of the next token at every target position, one after another."""
        memory = self.dropout(self.encoder(self.dropout(self.source(batch.source)))[0])  # batch source width
        hidden, scores = torch.tanh(self.first(memory.mean(dim=1))), []
        for at in range(batch.target_in.shape[1]):
            embedded = self.dropout(self.target(batch.target_in[:, at]))
            energies = self.energy(torch.tanh(self.query(hidden)[:, None] + self.key(memory)))[..., 0]
            weights = torch.softmax(energies.masked_fill(~batch.source_valid, -torch.inf), dim=-1)
            context = torch.bmm(weights[:, None], memory)[:, 0]
            hidden = self.cell(torch.cat([embedded, context], dim=-1), hidden)
            joined = torch.tanh(self.join(torch.cat([hidden, context, embedded], dim=-1)))
            scores.append(self.output(self.dropout(joined)))
        return torch.stack(scores, dim=1)


def ours(settings: TransformerSettings | RecurrentSettings, tokens: int) -> Advance:
    """A step as the training loop does it."""
    words = Vocabulary.of([f"w{at}" for at in range(tokens - 6)])
    model = build(replace(settings, dropout=DROPOUT), words, words, SEEDS).train()
    chance, objective, step, parameters = torch.Generator(), Likelihood(), 0, list(model.parameters())
    give_chance(model, chance)
    optimizer = OPTIMIZERS["adam"](parameters, lr=1e-4, fused=True)

    def advance(batch: Batch) -> None:
        nonlocal step
        step += 1
        chance.manual_seed(SEEDS.number("dropout", step))
        loss = objective(model, batch, step).terms["likelihood"]
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        optimizer.step()

    return advance


def theirs(model: nn.Module, *, fused: bool = True) -> Advance:
    """A step as tutorials write it."""
    loss = nn.CrossEntropyLoss(ignore_index=PAD)
    optimizer = torch.optim.Adam(model.train().parameters(), lr=1e-4, fused=fused)

    def advance(batch: Batch) -> None:
        optimizer.zero_grad()
        loss(model(batch).flatten(0, 1), batch.target_out.flatten()).backward()
        optimizer.step()

    return advance


def full_batch(tokens: int, rows: int, length: int) -> Batch:
    """Random tokens, no pads."""
    drawn = torch.randint(6, tokens, (3, rows, length), generator=SEEDS.generator("batch"))
    valid = torch.ones(rows, length, dtype=torch.bool)
    return Batch(drawn[0], valid, drawn[1], drawn[2], valid)


def in_turns(sides: list[Advance], batch: Batch, rounds: int) -> list[list[float]]:
    """Processor seconds of every side's steps."""
    torch.set_num_threads(1)
    seconds: list[list[float]] = [[] for _ in sides]
    for round_ in range(rounds + 2):
        # who goes first changes: what the first leaves in the caches helps the second
        for side in range(len(sides)) if round_ % 2 else reversed(range(len(sides))):
            began = time.thread_time()
            sides[side](batch)
            if round_ >= 2:  # the first ones pay for what is made once
                seconds[side].append(time.thread_time() - began)
    return seconds


def measured(mine: list[float], other: list[float], note: str = "") -> Measured:
    """Our median over theirs; the range is that of the middle half of the rounds."""
    ratios = sorted(one / two for one, two in zip(mine, other))
    low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
    said = f"{1000 * median(mine):.1f} ms against {1000 * median(other):.1f} ms; middle half of {len(mine)} rounds"
    return Measured(median(mine) / median(other), low, high, f"{said}{note}")


def transformer(size: str, rows: int, length: int, rounds: int) -> Measured:
    """A step of our Transformer over one of nn.Transformer."""
    torch.manual_seed(0)
    settings, tokens = SIZES[size]
    others = [theirs(PlainTransformer(settings, tokens), fused=fused) for fused in (True, False)]
    mine, other, unfused = in_turns([ours(settings, tokens), *others], full_batch(tokens, rows, length), rounds)
    return measured(mine, other, f"; {median(mine) / median(unfused):.2f} of it with the tutorial's Adam")


def recurrent(size: str, rows: int, length: int, rounds: int) -> Measured:
    """A step of our GRU with additive attention over one of the textbook's."""
    torch.manual_seed(0)
    settings, tokens = SIZES[size]
    sides = [ours(RecurrentSettings(width=settings.width), tokens), theirs(PlainRecurrent(settings.width, tokens))]
    return measured(*in_turns(sides, full_batch(tokens, rows, length), rounds))


CASES = [  # size, rows, length, rounds
    ("base", 8, 16, 100), ("base", 64, 16, 40), ("base", 8, 64, 50), ("base", 64, 64, 14),
    ("mid", 8, 16, 24), ("mid", 64, 16, 10), ("mid", 8, 64, 12), ("mid", 64, 64, 5),
]  # fmt: skip
ROWS = [
    *(
        Row(f"train-{size}-{rows}{'' if length == 16 else f'-t{length}'}",
            f"a training step of {size}, batch {rows}, S = T = {length}, dropout {DROPOUT}, against nn.Transformer", "×", 0.80,
            lambda share, size=size, rows=rows, length=length, rounds=rounds:
                transformer(size, rows, length, times(rounds, share, least=3)))
        for size, rows, length, rounds in CASES
    ),
    Row("train-gru-64", f"a training step of a GRU with additive attention, batch 64, S = T = 64, dropout {DROPOUT}, "
        "against the textbook's loop", "×", 0.60, lambda share: recurrent("base", 64, 64, times(10, share, least=3))),
]  # fmt: skip
