"""A Hugging Face encoder–decoder as a step model of the house.

Its state keeps the keys and values of every hypothesis as tensors that nobody writes into: each step puts them into a cache
of the library's, which grows by a token, and takes them out again. So a state may be stepped from twice, and hypotheses may
be reordered, dropped and branched as a search likes.

What a model is fed before it may choose (whisper's task, a language) is led in when it starts; `begin` is the last of it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import Cache, DynamicCache, EncoderDecoderCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer
from transformers.modeling_outputs import BaseModelOutput

from core.adapters.huggingface.attending import stacks
from core.adapters.huggingface.families import Family
from core.data.batch import Batch, pad_sources
from core.recording.tap import leading_in
from core.shapes import Logits, Source, Tokens, Valid
from core.step_model import Step

Layers = tuple[tuple[Tensor, ...], ...]  # of each layer keys and values of the prefix, then of the source


@dataclass(frozen=True)
class Prompt:
    """How a model begins and ends.

    Attributes:
        fed: what it is fed before its first choice, at least one number; end: what ends a sequence; pad: what fills a batch.
        never: numbers that are never generated; longest: places in the decoder, what is fed counted; `source` in the encoder.
    """

    fed: tuple[int, ...]
    end: int
    pad: int
    never: tuple[int, ...] = ()
    longest: int = sys.maxsize
    source: int = sys.maxsize


@dataclass(frozen=True)
class Held:
    """What is carried from step to step, a row per hypothesis.

    Attributes:
        memory: states of the source; valid: where they are real; layers: keys and values.
        items, slots: how many; rows stand item after item.
    """

    memory: Float[Tensor, "row source width"]
    valid: Valid
    layers: Layers
    items: int
    slots: int

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "Held":
        """Other rows of the same state."""
        first = torch.arange(self.items) if items is None else items
        rows = (first[:, None] * self.slots + parents).flatten()
        layers = tuple(tuple(one[rows] for one in layer) for layer in self.layers)
        return Held(self.memory[rows], self.valid[rows], layers, *parents.shape)


class AdaptedSeq2Seq(nn.Module):
    """Steps a model, and reads whole targets, with every attention passing a tap.

    Args:
        model: in evaluation; its attention is computed here from now on, with the same numbers.
        family: where its attention stands; prompt: how it begins and ends.

    Raises:
        DataError: it is not of that family.
    """

    trees, distinct = None, False  # whatever it writes, no search may assume more than tokens

    def __init__(self, model: PreTrainedModel, family: Family, prompt: Prompt) -> None:
        super().__init__()
        for name, stack in stacks(model, family):
            self.add_module(name, stack)
        self.huggingface = model.eval().requires_grad_(False)
        self.prompt = prompt
        self.begin, self.end, self.never_generated = prompt.fed[-1], prompt.end, prompt.never
        self.led_in = prompt.fed[:-1]
        self.longest, self.longest_source = prompt.longest - len(prompt.fed), prompt.source

    @torch.no_grad()
    def start(self, sources: Sequence[Sequence[int]]) -> Held:
        """Encode sources (numbers, what the encoder wants around them included); one slot each."""
        return self._start(*pad_sources(sources))

    @torch.no_grad()
    def step(self, tokens: Int[Tensor, "item slot"], state: Held) -> Step:
        """Feed one token per slot; natural log-probabilities of the next."""
        logits, after = self._feed(tokens.flatten()[:, None], state)
        log_probs = torch.log_softmax(logits[:, -1].float(), dim=-1).unflatten(0, tuple(tokens.shape))
        return Step(log_probs, Held(after.memory, after.valid, after.layers, *tokens.shape))

    def forward(self, batch: Batch) -> Logits:
        """Scores of the next token at every target position, under the gold prefix."""
        logits, _ = self._feed(batch.target_in, self._start(batch.source, batch.source_valid))
        return logits

    def _start(self, source: Source, valid: Valid) -> Held:
        memory = self._encode(source, valid)
        state = Held(memory, valid, (), len(memory), 1)
        if len(self.prompt.fed) > 1:
            with leading_in():
                _, state = self._feed(torch.tensor([self.prompt.fed[:-1]] * len(memory)), state)
        return state

    def _encode(self, source: Source, valid: Valid) -> Float[Tensor, "row source width"]:
        """States of the source; some encoders count places by which numbers are pads, so pads are the model's own."""
        numbers = torch.where(valid, source, self.prompt.pad)
        states: Tensor = self.huggingface.get_encoder()(
            input_ids=numbers, attention_mask=valid.long()
        ).last_hidden_state
        return states

    def _feed(self, tokens: Tokens, state: Held) -> tuple[Logits, Held]:
        given: dict[str, Any] = {"decoder_input_ids": tokens, "attention_mask": state.valid.long()}
        cache = EncoderDecoderCache(*(_cache([layer[at : at + 2] for layer in state.layers]) for at in (0, 2)))
        outputs = self.huggingface(
            encoder_outputs=BaseModelOutput(last_hidden_state=state.memory), cache=cache, use_cache=True, **given
        )
        layers = tuple(
            (*(mine.keys, mine.values), *(theirs.keys, theirs.values))
            for mine, theirs in zip(cache.self_attention_cache.layers, cache.cross_attention_cache.layers)
        )
        return outputs.logits, Held(state.memory, state.valid, layers, state.items, state.slots)


def _cache(layers: Sequence[tuple[Tensor, ...]]) -> Cache:
    """A cache that begins with these keys and values, which it grows beyond and never writes into; built so, none is copied."""
    held = []
    for keys, values in layers:
        one = DynamicLayer()
        one.lazy_initialization(keys, values)
        one.keys, one.values = keys, values
        held.append(one)
    return Cache(layers=held) if held else DynamicCache()
