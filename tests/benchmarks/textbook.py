"""The textbook's way: `torch.nn.Transformer` trained as its tutorial does, at the size of our model and its best rate.

PyTorch's tutorial on translation (pytorch.org/tutorials/beginner/translation_transformer.html): nn.Transformer, post-norm,
dropout 0.1, sinusoidal positions, embeddings times √width, Xavier-uniform matrices, Adam with betas (0.9, 0.98) and
eps 1e-9 at a constant rate, batches of 128, cross-entropy that ignores pads. Kept: all of it. Changed in its favour: width,
heads, layers and feed-forward are those of our preset, not 512; the rate is 1e-3 after a warm-up (its 1e-4 needs many times
as long at this width), and batches are 64, which reach the goal sooner than 128.
"""

import math

import torch
from torch import Tensor, nn

from core.data.batch import Batch
from core.data.vocabulary import PAD, Vocabulary

WIDTH, HEADS, LAYERS, INNER, DROPOUT = 64, 4, 1, 256, 0.1
RATE, WARMUP, BATCH = 1e-3, 100, 64


class TextbookTransformer(nn.Module):
    """Embeddings, sines and cosines, nn.Transformer, a linear layer."""

    sines: Tensor

    def __init__(self, source: Vocabulary, target: Vocabulary) -> None:
        super().__init__()
        self.source = nn.Embedding(len(source), WIDTH)
        self.target = nn.Embedding(len(target), WIDTH)
        self.transformer = nn.Transformer(
            WIDTH, HEADS, LAYERS, LAYERS, INNER, DROPOUT, batch_first=True, norm_first=False
        )
        self.transformer.encoder.use_nested_tensor = False  # only warns, and only where nothing is timed
        self.output = nn.Linear(WIDTH, len(target))
        self.dropout = nn.Dropout(DROPOUT)
        self.register_buffer("sines", _sines(512), persistent=False)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

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
        vectors: Tensor = self.dropout(table(tokens) * math.sqrt(WIDTH) + self.sines[: tokens.shape[1]])
        return vectors


class TextbookTraining:
    """The tutorial's loop over the same examples.

    Args:
        source, target: vocabularies; seed: of weights and dropout.
    """

    def __init__(self, source: Vocabulary, target: Vocabulary, seed: int) -> None:
        torch.manual_seed(seed)
        self.model = TextbookTransformer(source, target).train()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=RATE, betas=(0.9, 0.98), eps=1e-9)
        self.loss = nn.CrossEntropyLoss(ignore_index=PAD)
        self.step = 0

    def advance(self, batch: Batch) -> None:
        """One step."""
        self.step += 1
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * min(1.0, self.step / WARMUP)
        scores = self.model(batch)
        self.optimizer.zero_grad()
        self.loss(scores.flatten(0, 1), batch.target_out.flatten()).backward()
        self.optimizer.step()


def _sines(longest: int) -> Tensor:
    rates = torch.exp(-torch.arange(0, WIDTH, 2) * math.log(10000) / WIDTH)
    angles = torch.arange(longest)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)
