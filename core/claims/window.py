"""A window is not enough: "I saw a saw".

A word has one of two labels, and which one is said by the first word of the sentence. A fully connected network that
sees a window around each word is at chance wherever the window does not reach; one whose window covers the longest
sentence can do it, with parameters for every place. Self-attention reaches every place with one layer and the same
parameters for all. Truncated self-attention reaches as far as its window times its layers, and no farther.
"""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, accuracy, labeler, learn, made, steps
from core.models.transformer_settings import TransformerSettings
from core.models.window_labeler import WindowLabeler
from core.seeds import Seeds

VOCABULARY, LABELS, LENGTH, SAW = 12, 4, 20, 5
_BATCH, _FAR = 64, 10  # distance to the evidence from which on it counts
_WINDOWS = (0, 3, 9, LENGTH)
_BAND = 4  # of a truncated attention, which two layers carry twice as far: not far enough
BANDED = f"self-attention ±{_BAND}, 2 layers"
_STEPS, _RATE = 400, 3e-3


def sentences(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
    """Random words; those that are no "saw" have their parity for a label, a "saw" has 2 plus the first token."""
    tokens = torch.randint(2, VOCABULARY, (batch, LENGTH), generator=generator)
    tokens[torch.rand(batch, LENGTH, generator=generator) < 0.2] = SAW
    tokens[:, 0] = torch.randint(2, (batch,), generator=generator)
    labels = torch.where(tokens == SAW, 2 + tokens[:, :1], tokens % 2)
    everywhere = torch.ones_like(tokens, dtype=torch.bool)
    return Labelled(tokens, everywhere, labels, everywhere)


def about_saw(batch: Labelled, nearest: int, farthest: int = LENGTH) -> Labelled:
    """The same sentences, asked only about a "saw" so many places from the first token."""
    place = torch.arange(LENGTH)
    asked = (batch.tokens == SAW) & (place >= nearest) & (place < farthest)
    return Labelled(batch.tokens, batch.valid, batch.labels, asked)


class Window(AbstractClaim):
    """Windows of several sizes against one layer of self-attention, on the same sentences."""

    name = "window"
    lecture = (6,)
    statement = "A window is not enough where the evidence is far away; self-attention reaches it"
    source = "Lee 2021, Self-attention (I saw a saw)"
    effect_is = 'a "saw" at least 10 places from the evidence, self-attention'
    baseline_is = "the same, the best of the windows that do not reach"
    unit = "share of right labels"
    rule = (
        "shown when self-attention is right for at least 0.95 and every window that does not reach for at most 0.6; "
        "a window that covers all is in the table"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one network after the other."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        held_out = sentences(seeds.generator("held out"), 512)
        networks = _networks(seeds)
        for at, (name, make) in enumerate(networks.items()):
            network = make()
            for now in learn(network, sentences, seeds, last, rate=_RATE):
                if now.step % 50 == 0:
                    yield Progress((at + now.step / last) / len(networks), tuple(rows))
            rows += _by_distance(name, network, held_out)
        far = {row["network"]: float(row["accuracy"] or 0) for row in rows if row["distance"] == f"≥ {_FAR}"}
        short = max(far[_called(window)] for window in _WINDOWS if window < _FAR)
        return Measured(far["self-attention"], short, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where a window that does not reach is as good."""
        shows = [one.effect >= 0.95 and one.baseline <= 0.6 for one in found]
        return judged(shows, [one.baseline >= one.effect for one in found])


def _called(window: int) -> str:
    return f"window ±{window}"


def _networks(seeds: Seeds) -> dict[str, Callable[[], nn.Module]]:
    """How each network is made; each begins from the same seed."""
    attention = TransformerSettings(layers=1, heads=1, width=32)
    short = TransformerSettings(layers=2, heads=1, width=32, pattern="local", window=_BAND)
    windows = {
        _called(window): lambda window=window: made(
            lambda: WindowLabeler(window, width=16, inner=64, vocabulary=VOCABULARY, labels=LABELS), seeds
        )
        for window in _WINDOWS
    }
    return windows | {
        BANDED: lambda: labeler(short, VOCABULARY, LABELS, seeds),
        "self-attention": lambda: labeler(attention, VOCABULARY, LABELS, seeds),
    }


def _by_distance(name: str, network: nn.Module, held_out: Labelled) -> list[Row]:
    """Accuracy on "saw" by how far away the evidence is."""
    parameters = sum(parameter.numel() for parameter in network.parameters())
    spans = {str(far): (far, far + 1) for far in range(1, LENGTH)} | {f"≥ {_FAR}": (_FAR, LENGTH)}
    return [
        {
            "network": name, "parameters": parameters, "distance": words,
            "accuracy": accuracy(network, about_saw(held_out, *span)),
        }
        for words, span in spans.items()
    ]  # fmt: skip
