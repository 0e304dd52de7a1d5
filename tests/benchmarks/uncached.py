"""A search without a cache, as tutorials write it: torch.nn's Transformer over the whole prefix at every step.

The source is encoded once; beams are rows of one batch. Its weights are ours.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.adapters.sending.weights import Affine, Site, Stack, weights_of
from core.data.batch import pad
from core.decoding.beam import BeamSearch
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.engine import AbstractEngine, Output, Sources, Work, summed


class Uncached(AbstractEngine):
    """torch.nn's encoder and decoder with our weights, and beam search in a plain loop."""

    def __init__(self, model: Seq2Seq, settings: TransformerSettings) -> None:
        self.begin, self.scale, self.weights = model.begin, math.sqrt(settings.width), weights_of(model)
        sizes = (settings.width, settings.heads, settings.inner, 0.0)
        reading = nn.TransformerEncoderLayer(*sizes, batch_first=True, norm_first=True)
        writing = nn.TransformerDecoderLayer(*sizes, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(
            reading, settings.layers, nn.LayerNorm(settings.width), enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(writing, settings.layers, nn.LayerNorm(settings.width))
        for half, stack in ((self.encoder, self.weights.encoder), (self.decoder, self.weights.decoder)):
            _fill(half.eval().requires_grad_(False), stack)

    def work(self, search: BeamSearch, sources: Sources, steps: int) -> Work:
        """The beam of the last step."""
        tokens, valid = pad(sources)
        return lambda: self._beam(tokens, valid, search.width, steps)

    def outputs(self, found: tuple[Tensor, Tensor]) -> list[list[Output]]:
        """Rows of two tensors."""
        return [[Output(*one) for one in zip(*each)] for each in zip(*(part.tolist() for part in found))]

    @torch.no_grad()
    def forced(self, sources: Sources, targets: Sources) -> list[float]:
        """All positions at once."""
        tokens, valid = pad(sources)
        fed, _ = pad([[self.begin, *target[:-1]] for target in targets])
        return summed(self._decoded(fed, self._encoded(tokens, valid), valid), targets)

    @torch.no_grad()
    def _beam(self, tokens: Tensor, valid: Tensor, width: int, steps: int) -> tuple[Tensor, Tensor]:
        batch, vocabulary = len(tokens), len(self.weights.output.bias)
        memory = self._encoded(tokens, valid).repeat_interleave(width, dim=0)
        valid = valid.repeat_interleave(width, dim=0)
        prefix = torch.full((batch * width, 1), self.begin)
        totals = torch.full((batch, width), -torch.inf)
        totals[:, 0] = 0.0  # all beams of a source are one before the first token
        first = torch.arange(batch)[:, None] * width
        for _ in range(steps):
            logits = self._decoded(prefix, memory, valid)[:, -1]
            sums = totals[:, :, None] + torch.log_softmax(logits, dim=-1).unflatten(0, (batch, width))
            totals, places = sums.flatten(1).topk(width)  # batch beam
            rows = (first + places // vocabulary).flatten()
            prefix = torch.cat([prefix[rows], (places % vocabulary).flatten()[:, None]], dim=1)
        return prefix[:, 1:].unflatten(0, (batch, width)), totals

    def _encoded(self, tokens: Tensor, valid: Tensor) -> Tensor:
        memory: Tensor = self.encoder(self._embedded(tokens, self.weights.encoder), src_key_padding_mask=~valid)
        return memory

    def _decoded(self, fed: Tensor, memory: Tensor, valid: Tensor) -> Tensor:
        blocked = nn.Transformer.generate_square_subsequent_mask(fed.shape[1], dtype=torch.bool)
        states: Tensor = self.decoder(
            self._embedded(fed, self.weights.decoder), memory, tgt_mask=blocked, memory_key_padding_mask=~valid,
            tgt_is_causal=True,
        )  # fmt: skip
        return F.linear(states, *self.weights.output)

    def _embedded(self, tokens: Tensor, stack: Stack) -> Tensor:
        return F.embedding(tokens, stack.tokens) * self.scale + stack.positions[: tokens.shape[1]]


def _fill(half: nn.Module, stack: Stack) -> None:
    _copy(half.norm, stack.norm)
    for layer, block in zip(half.layers, stack.blocks):
        norms = [layer.norm1, layer.norm2, *([layer.norm3] if len(block.sites) > 1 else [])]
        attentions = [layer.self_attn, *([layer.multihead_attn] if len(block.sites) > 1 else [])]
        for attention, norm, site in zip(attentions, norms, block.sites):
            _copy(norm, site.norm)
            _fill_site(attention, site)
        for module, affine in ((norms[-1], block.norm), (layer.linear1, block.widen), (layer.linear2, block.narrow)):
            _copy(module, affine)


def _fill_site(attention: nn.MultiheadAttention, site: Site) -> None:
    attention.in_proj_weight.copy_(torch.cat([site.query, site.key, site.value]))
    attention.in_proj_bias.zero_()
    attention.out_proj.weight.copy_(site.output)
    attention.out_proj.bias.zero_()


def _copy(module: nn.LayerNorm | nn.Linear, affine: Affine) -> None:
    module.load_state_dict(affine._asdict())
