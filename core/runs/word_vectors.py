"""How words become vectors: one-hot, and the row of a trained embedding that is the same product."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from core.errors import InputError
from core.language import tr
from core.runs.trained import TrainedModel

_TABLE = "embedding.table"


class WordVectors(NamedTuple):
    """Attributes:
    tokens: as they were read; numbers: their rows of the vocabulary.
    one_hot: 1 in the column of each token's number; embedded: what the model reads.
    difference: largest between one-hot times the table and the rows that the embedding gives.
    alike: cosine of every two embedded tokens.
    """

    tokens: tuple[str, ...]
    numbers: tuple[int, ...]
    one_hot: Float[np.ndarray, "token vocab"]
    embedded: Float[np.ndarray, "token width"]
    difference: float
    alike: Float[np.ndarray, "token token"]


def word_vectors(trained: TrainedModel, text: str) -> WordVectors:
    """The vectors of a text, without positions.

    Raises:
        InputError: the text cannot be read, or the model reads no words.
    """
    tokens = trained.read(text)
    numbers = trained.vocabularies[0].encode(tokens)
    table = next((one for name, one in trained.model.encoder.named_modules() if name.endswith(_TABLE)), None)
    if table is None:
        raise InputError(tr("{address} reads no words: choose a run that reads text", address=trained.run.address))
    weight = table.weight.detach()
    one_hot = torch.nn.functional.one_hot(torch.tensor(numbers), len(weight)).to(weight.dtype)
    rows = table(torch.tensor(numbers)).detach()
    unit = torch.nn.functional.normalize(rows, dim=-1)
    return WordVectors(
        tuple(tokens), tuple(numbers), one_hot.numpy(), rows.numpy(), float((one_hot @ weight - rows).abs().max()),
        (unit @ unit.T).numpy(),
    )  # fmt: skip
