"""The sizes at which engines are compared, with random weights: they cost what trained ones cost."""

import torch

from core.data.vocabulary import Vocabulary
from core.models.build import build
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

SIZES: dict[str, tuple[TransformerSettings, int]] = {
    "base": (TransformerSettings(layers=2, heads=4, width=128), 64),
    "mid": (TransformerSettings(layers=4, heads=8, width=256), 8000),
}
NEVER = -1e4  # a score that no search chooses, and that no sum of probabilities feels


def model_of(settings: TransformerSettings, tokens: int) -> Seq2Seq:
    """A model that never wants to end: every engine writes exactly as many tokens as it is allowed.

    That <end> and the other specials are out of the question is in the weights, where training would put it, so that no
    engine needs rules for it and the distributions are the same everywhere.
    """
    vocabulary = Vocabulary.of([f"w{at}" for at in range(tokens - 6)])
    model = build(settings, vocabulary, vocabulary, Seeds(0)).eval().requires_grad_(False)
    model.decoder.output.bias[[*model.never_generated, model.end]] = NEVER
    return model


def sources_of(model: Seq2Seq, lengths: list[int]) -> list[list[int]]:
    """Random sources of these lengths, <end> counted."""
    tokens = model.encoder.embedding.table.num_embeddings
    chance = Seeds(0).generator("sources")
    return [[*torch.randint(6, tokens, (length - 1,), generator=chance).tolist(), model.end] for length in lengths]
