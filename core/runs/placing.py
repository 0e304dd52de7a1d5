"""What each kind of positions does, on fresh weights: its vectors, what it adds to scores, and what a shift changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.attention.positions import POSITIONS
from core.attention.relations import RELATIONS
from core.models.combinations import READ_IN_ORDER
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.recording.recorder import Recorder
from core.seeds import Seeds

WIDTH, HEADS, LONGEST = 32, 4, 256
ADDED = tuple(name for name in POSITIONS if name != "none")
INSIDE = tuple(RELATIONS)
ALL = (*POSITIONS, READ_IN_ORDER, *RELATIONS)
SENTENCE = ("我", "看", "见", "我", "的", "猫")  # the same token twice, as in the lecture


@dataclass(frozen=True)
class Twice:
    """What one layer of self-attention makes of a token that stands twice in a sentence.

    Attributes:
        outputs: of every token; difference: the largest between the two equal ones, 0 without positions.
    """

    outputs: Float[np.ndarray, "token width"]
    difference: float


@torch.no_grad()
def vectors(name: str, count: int, seed: int = 0, start: int = 0) -> Float[np.ndarray, "position width"]:
    """What is added to the input at the positions from `start` on.

    Args:
        name: of POSITIONS.
    """
    with _fresh(seed):
        made = POSITIONS[name](WIDTH, LONGEST)
    found: Tensor = made(torch.arange(start, start + count)[None])[0]
    return found.numpy()


@torch.no_grad()
def contributions(name: str, count: int, seed: int = 0, start: int = 0) -> Float[np.ndarray, "head query key"]:
    """What a relation makes of the scores of tokens that are all the same: only places can make a difference.

    Args:
        name: of RELATIONS; one token's features are drawn from `seed`, as are the weights of the relation.
    """
    with _fresh(seed):
        relation = RELATIONS[name](HEADS, WIDTH // HEADS)
        content = torch.randn(1, HEADS, 1, WIDTH // HEADS).expand(-1, -1, count, -1)
    places = torch.arange(start, start + count)[None]
    turned = relation.turn(content, places)
    scores = turned @ turned.mT / np.sqrt(WIDTH // HEADS)
    bias = relation.bias(turned, turned, places, places)
    plain = content @ content.mT / np.sqrt(WIDTH // HEADS)
    added: Tensor = scores - plain + (0.0 if bias is None else bias)
    return added.expand(1, HEADS, -1, -1)[0].numpy()


@torch.no_grad()
def attended(name: str, count: int, shift: int, seed: int = 0) -> Float[np.ndarray, "head query key"]:
    """Attention weights of one layer with fresh weights over random tokens, every position number moved by `shift`."""
    network = _network(name, seed)
    tokens = torch.randint(len(SENTENCE), (1, count), generator=Seeds(seed).generator("tokens"))
    layer, places = network.encoder.layers[0], torch.arange(shift, shift + count)[None]
    states = network.encoder.embedding(tokens, places)
    if network.encoder.reading is not None:
        states, _ = network.encoder.reading(states)
    with Recorder(layer) as recorder:
        layer(states, None, places)
    return recorder.tensor(recorder.paths[0])[0].numpy()


@torch.no_grad()
def twice(name: str, seed: int = 0) -> Twice:
    """The lecture's 我 … 我: what comes out for the two."""
    distinct = list(dict.fromkeys(SENTENCE))
    tokens = torch.tensor([[distinct.index(token) for token in SENTENCE]])
    states = _network(name, seed).encoder(tokens, torch.ones_like(tokens, dtype=torch.bool)).states[0]
    first, second = (at for at, token in enumerate(SENTENCE) if token == SENTENCE[0])
    return Twice(states.numpy(), float((states[first] - states[second]).abs().max()))


def principal(points: Float[np.ndarray, "position width"]) -> tuple[Float[np.ndarray, "position two"], float]:
    """Points in the plane of their two largest principal components, and the share of the variance that it holds."""
    centred = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    return left[:, :2] * sizes[:2], float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-30))


def _network(name: str, seed: int) -> Labeler:
    settings = TransformerSettings(width=WIDTH, heads=HEADS, layers=1, positions=name, longest=LONGEST)
    with _fresh(seed):
        return Labeler(settings, len(SENTENCE), 2).eval()


@contextmanager
def _fresh(seed: int) -> Iterator[None]:
    """Weights drawn from a seed; the global generator is put back as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(Seeds(seed).number("init"))
        yield
