"""Hugging Face with our weights: `generate` with its records of attention and scores, over the model that is sent there."""

from collections.abc import Callable
from typing import Any

import torch

from core.adapters.sending.hugging_face import HuggingFaceFolder
from core.data.batch import pad
from core.decoding.search import AbstractSearch
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.engine import AbstractEngine, Output, Sources, Work, summed
from tests.benchmarks.weights import opened

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
        self.model = opened(HuggingFaceFolder(), "transformers", model, settings).model.requires_grad_(False)

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
