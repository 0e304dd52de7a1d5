"""The Transformer's encoder: blocks of self-attention and feed-forward. Source: Vaswani et al. 2017, section 3.1."""

import torch
from torch import nn

from core.attention.masks import valid_keys
from core.attention.multihead import MultiHeadAttention
from core.models.embedding import TokenEmbedding
from core.models.encoder import AbstractEncoder, Memory
from core.models.feed_forward import FeedForward
from core.models.residual import RESIDUALS
from core.models.transformer_settings import TransformerSettings
from core.shapes import Mask, States, Tokens, Valid


class EncoderLayer(nn.Module):
    """One block: every position looks at every position, then is changed by itself."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        width, dropout = settings.width, settings.dropout
        self.self_attention = MultiHeadAttention(width, settings.heads, dropout=dropout)
        self.feed_forward = FeedForward(width, settings.inner, dropout=dropout)
        self.around_attention = RESIDUALS[settings.norm](width, dropout)
        self.around_feed_forward = RESIDUALS[settings.norm](width, dropout)

    def forward(self, states: States, mask: Mask) -> States:
        """Look, then change."""
        states = self.around_attention(
            states, lambda normed: self.self_attention(normed, self.self_attention.prepare(normed), mask)
        )
        changed: States = self.around_feed_forward(states, self.feed_forward)
        return changed


class TransformerEncoder(AbstractEncoder):
    """A stack of blocks over embedded tokens.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors.
    """

    def __init__(self, settings: TransformerSettings, embedding: TokenEmbedding) -> None:
        super().__init__()
        self.embedding = embedding
        self.layers = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))
        self.after_stack = RESIDUALS[settings.norm].after_stack(settings.width)

    def forward(self, source: Tokens, valid: Valid) -> Memory:
        """Encode: positions are counted over real tokens, so left padding moves nothing."""
        positions = (torch.cumsum(valid, dim=1) - 1).clamp(min=0)
        states = self.embedding(source, positions)
        mask = valid_keys(valid)
        for layer in self.layers:
            states = layer(states, mask)
        return Memory(self.after_stack(states), valid)
