"""The Transformer's encoder: blocks of self-attention and feed-forward. Source: Vaswani et al. 2017, section 3.1."""

from functools import partial

import torch
from torch import nn

from core.attention.masks import Masks, valid_keys
from core.attention.patterns import PATTERNS
from core.attention.seen import Seen
from core.models.embedding import Embedding
from core.models.encoder import AbstractEncoder, Memory
from core.models.feed_forward import FeedForward
from core.models.parts import norm_of, reading_of, residual_of, self_attention_of
from core.models.residual import RESIDUALS
from core.models.transformer_settings import TransformerSettings
from core.models.wiring import ONLY_LAST
from core.shapes import Mask, Places, States, Tokens, Valid


class EncoderLayer(nn.Module):
    """One block: every position looks at every position, then is changed by itself."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.self_attention = self_attention_of(settings, causal=False)
        self.feed_forward = FeedForward(settings.width, settings.inner, dropout=settings.dropout)
        self.around_attention, self.around_feed_forward = residual_of(settings), residual_of(settings)

    def forward(
        self, states: States, mask: Mask | None, places: Places | None = None, valid: Valid | None = None
    ) -> States:
        """Look, then change.

        Args:
            mask: True where a query may look; places: where each state stands; valid: which are no padding.
        """

        def look(normed: States) -> States:
            projected = self.self_attention.project(normed, places)
            return self.self_attention.look(*projected, mask, places, places)

        states = self.around_attention(states, look, valid)
        changed: States = self.around_feed_forward(states, self.feed_forward, valid)
        return changed


class TransformerEncoder(AbstractEncoder):
    """A stack of blocks over embedded tokens.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors.
    """

    def __init__(self, settings: TransformerSettings, embedding: Embedding) -> None:
        super().__init__()
        self.embedding = embedding
        self.reading = reading_of(settings)
        self.layers = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))
        after_stack = partial(RESIDUALS[settings.norm].after_stack, partial(norm_of, settings))
        seen = (
            0 if settings.wiring == ONLY_LAST else settings.layers - 1
        )  # layers before the last that a decoder may see
        self.after_layers = nn.ModuleList(after_stack() for _ in range(seen))
        self.after_stack = after_stack()
        self.pattern, self.window = settings.pattern, settings.window
        self.self_masks = Seen(("padding", settings.pattern))

    def forward(self, source: Tokens | States, valid: Valid) -> Memory:
        """Encode: positions are counted over real tokens, so left padding moves nothing."""
        places = (torch.cumsum(valid, dim=1) - 1).clamp(min=0)
        states: States = self.embedding(source, places)
        if self.reading is not None:
            states, _ = self.reading(states, valid)
        mask = self.self_masks(self._masks(valid, places))
        after = []
        for layer in self.layers:
            states = layer(states, mask, places, valid)
            after.append(states)
        last: States = self.after_stack(states, valid)
        return Memory(last, valid, (*(norm(one, valid) for norm, one in zip(self.after_layers, after)), last))

    def _masks(self, valid: Valid, places: Places) -> Masks:
        """Why a token may not look at another: it is padding, or the pattern leaves it out."""
        parts = Masks({"padding": valid_keys(valid)})
        if self.pattern == "full":
            return parts
        allowed = PATTERNS[self.pattern].mask(valid.shape[1], self.window)
        if not valid[:, 0].all():  # pads at the left: a pattern counts places, as positions do
            allowed = allowed[0, 0][places[:, :, None], places[:, None, :]][:, None]
        return parts & Masks({self.pattern: allowed})
