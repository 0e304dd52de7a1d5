"""Hugging Face with our weights: `generate` with its records of attention and scores, over the one model that is ours.

That is PEGASUS: pre-norm with a norm after each stack, positions looked up in a fixed table without an offset, an offset at
the output, no norm after the embedding. BART, mBART and Marian each differ in one of these. Its attentions have offsets;
they are zeros.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from core.data.batch import pad
from core.data.vocabulary import PAD
from core.decoding.search import AbstractSearch
from core.errors import MissingExtra
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.engine import AbstractEngine, Output, Sources, Work, summed
from tests.benchmarks.weights import LONGEST, Site, Stack, weights_of

if TYPE_CHECKING:
    from transformers import PegasusForConditionalGeneration

# our searches in the words of `generate`; a beam's score is the plain sum of its log-probabilities
OPTIONS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "greedy": lambda search: {},
    "beam": lambda search: {"num_beams": search.width, "num_return_sequences": search.width, "length_penalty": 0.0},
    "sampling": lambda search: {"do_sample": True, "top_k": 0, "num_return_sequences": search.draws},
}
RECORDS = {"output_attentions": True, "output_scores": True, "return_dict_in_generate": True}


class HuggingFace(AbstractEngine):
    """A PEGASUS with our weights, its attention explicit: only so does it give weights.

    Raises:
        MissingExtra: transformers is not installed.
    """

    def __init__(self, model: Seq2Seq, settings: TransformerSettings) -> None:
        self.begin = model.begin
        self.model = _empty(model, settings)
        weights = weights_of(model)
        with torch.no_grad():
            _fill(self.model.model.encoder, weights.encoder)
            _fill(self.model.model.decoder, weights.decoder)
            self.model.lm_head.weight.copy_(weights.output.weight)
            self.model.final_logits_bias.copy_(weights.output.bias)

    def work(self, search: AbstractSearch, sources: Sources, steps: int) -> Work:
        """`generate` over the padded batch."""
        tokens, valid = pad(sources)
        options = {**OPTIONS[search.name](search), **RECORDS, "max_new_tokens": steps}
        return lambda: self.model.generate(tokens, attention_mask=valid.long(), **options)

    def outputs(self, found: Any) -> list[list[Output]]:
        """All outputs stand in one tensor, those of a source together; how many there are, its beams or draws say."""
        log_probs = self.model.compute_transition_scores(
            found.sequences,
            found.scores,
            getattr(found, "beam_indices", None),
            normalize_logits="beam_indices" not in found,
        )
        read = [Output(row[1:].tolist(), logp) for row, logp in zip(found.sequences, log_probs.sum(dim=1).tolist())]
        each = len(read) // len(found.encoder_attentions[0])
        return [read[first : first + each] for first in range(0, len(read), each)]

    @torch.no_grad()
    def forced(self, sources: Sources, targets: Sources) -> list[float]:
        """All positions at once."""
        tokens, valid = pad(sources)
        fed, _ = pad([[self.begin, *target[:-1]] for target in targets])
        logits = self.model(
            input_ids=tokens, attention_mask=valid.long(), decoder_input_ids=fed, use_cache=False
        ).logits
        return summed(logits, targets)


def _empty(model: Seq2Seq, settings: TransformerSettings) -> "PegasusForConditionalGeneration":
    """A PEGASUS of our sizes, untied, that ends only where it wants to."""
    try:
        from transformers import PegasusConfig, PegasusForConditionalGeneration
    except ImportError:
        raise MissingExtra("transformers", "bench", "a row against Hugging Face") from None
    config = PegasusConfig(
        vocab_size=model.decoder.output.out_features, d_model=settings.width, max_position_embeddings=LONGEST,
        encoder_layers=settings.layers, encoder_attention_heads=settings.heads, encoder_ffn_dim=settings.inner,
        decoder_layers=settings.layers, decoder_attention_heads=settings.heads, decoder_ffn_dim=settings.inner,
        activation_function="relu", scale_embedding=True, tie_word_embeddings=False, pad_token_id=PAD,
        decoder_start_token_id=model.begin, eos_token_id=model.end, forced_eos_token_id=None,
        attn_implementation="eager",
    )  # fmt: skip
    return PegasusForConditionalGeneration(config).eval().requires_grad_(False)


def _fill(half: nn.Module, stack: Stack) -> None:
    half.embed_tokens.weight.copy_(stack.tokens)
    half.embed_positions.weight.copy_(stack.positions)
    half.layer_norm.load_state_dict(stack.norm.state_dict())
    for layer, block in zip(half.layers, stack.blocks):
        _fill_site(layer.self_attn, layer.self_attn_layer_norm, block.sites[0])
        for site in block.sites[1:]:
            _fill_site(layer.encoder_attn, layer.encoder_attn_layer_norm, site)
        layer.final_layer_norm.load_state_dict(block.norm.state_dict())
        layer.fc1.load_state_dict(block.widen.state_dict())
        layer.fc2.load_state_dict(block.narrow.state_dict())


def _fill_site(attention: nn.Module, norm: nn.LayerNorm, site: Site) -> None:
    norm.load_state_dict(site.norm.state_dict())
    for projection, matrix in (
        (attention.q_proj, site.query),
        (attention.k_proj, site.key),
        (attention.v_proj, site.value),
        (attention.out_proj, site.output),
    ):
        projection.weight.copy_(matrix)
        projection.bias.zero_()
