"""A Hugging Face model of one stack (BERT-like encoders, GPT-like decoders): read once, every attention through a tap."""

from collections.abc import Sequence

import torch
from torch import nn
from transformers import PreTrainedModel

from core.adapters.huggingface.attending import stacks
from core.adapters.huggingface.families import Family
from core.shapes import Logits


class AdaptedSingle(nn.Module):
    """Reads texts.

    Args:
        model: in evaluation; its attention is computed here from now on, with the same numbers.
        family: where its attention stands; longest: tokens it can read.

    Raises:
        DataError: it is not of that family.
    """

    def __init__(self, model: PreTrainedModel, family: Family, longest: int) -> None:
        super().__init__()
        for name, stack in stacks(model, family):
            self.add_module(name, stack)
        self.huggingface = model.eval().requires_grad_(False)
        self.longest_source = longest

    @torch.no_grad()
    def forward(self, numbers: Sequence[int]) -> Logits:
        """Scores at every place of one text: of the token hidden there, or of the next."""
        tokens = torch.tensor([list(numbers)])
        logits: Logits = self.huggingface(input_ids=tokens, attention_mask=torch.ones_like(tokens)).logits
        return logits
