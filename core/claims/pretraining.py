"""Pre-training: who has filled in hidden words needs fewer labels.

A network learns to fill in hidden words of a small language (core/data/hidden_classes.py), where it never hears of the classes
behind it. Then it is tuned to tag words by class from a few labelled sentences, beside a fresh one. With a handful of
sentences nearly every word has been labelled, and nothing is left to gain.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.set_training import network_of
from core.data import hidden_classes
from core.data.vector_sets import Entrance, SetBatch
from core.data.vocabulary import MASK
from core.language import mark
from core.runs.set_config import SetConfig
from core.seeds import Seeds
from core.training.set_trainer import judge

SIZES = (1, 2, 5, 20)  # labelled sentences
FEW = 2  # up to so many it should help
GAIN = 0.02
SCRATCH, PRETRAINED = "from scratch", "pre-trained"
_ASKED = 1000
_LONG = 0.6  # share of the experiment that pre-training takes


@torch.no_grad()
def filled_right(network: nn.Module, entrance: Entrance, seed: int) -> float:
    """Share of hidden words, in 0…1, whose most probable filling is of the right class; one word hidden in each new sentence."""
    rng, known = Seeds(seed).random("asked"), entrance.words
    assert known is not None
    said = [hidden_classes.sentence(rng) for _ in range(_ASKED)]
    content = torch.tensor([known.encode(words) for words in said])
    places = torch.tensor([rng.randrange(1, hidden_classes.LENGTH - 1) for _ in said])  # with a neighbor on both sides
    rows = torch.arange(_ASKED)
    content[rows, places] = MASK
    valid = torch.ones_like(content, dtype=torch.bool)
    scores: Tensor = network.eval()(SetBatch(content, valid, content))
    best = scores[rows, places].argmax(-1).tolist()
    right = [
        hidden_classes.WORDS[entrance.labels[guess]] == hidden_classes.WORDS[words[place]]
        for guess, words, place in zip(best, said, places.tolist())
    ]
    return sum(right) / _ASKED


def fine_tuned(
    before: tuple[nn.Module, Entrance], config: SetConfig, budget: float = 1.0
) -> Generator[tuple[float, list[Row]], None, list[Row]]:
    """Accuracy over the number of labelled sets, from scratch and from a pre-trained network.

    Args:
        before: the pre-trained network and how sets enter it; config: of the labels to learn.
    """
    rows: list[Row] = []
    held = config.task.some("test")
    cells = [(size, name) for size in SIZES for name in (SCRATCH, PRETRAINED)]
    for at, (size, name) in enumerate(cells):
        training = network_of(
            replace(config, training=replace(config.training, labelled=size)),
            budget,
            before if name == PRETRAINED else None,
        )
        while True:
            try:
                share = next(training)
            except StopIteration as done:
                rows.append({"begins": name, "labelled": size, "accuracy": judge(done.value, held).right})
                break
            yield (at + share) / len(cells), rows
    return rows


class Pretraining(AbstractClaim):
    """Filling in, then tagging with 1, 2, 5 and 20 labelled sentences, from scratch and pre-trained."""

    name = "pretraining"
    lecture = (13,)
    statement = "A network that has filled in hidden words learns to tag from fewer labelled sentences"
    source = "Devlin et al. 2019, arXiv:1810.04805"
    effect_is = mark("words tagged right after up to {few} labelled sentences, pre-trained, mean", few=FEW)
    baseline_is = "the same, from scratch"
    unit = "share of words"
    rule = mark(
        "shown when pre-training gains at least {gain} in the mean over 1 and {few} labelled sentences, and filling in is right more "
        "often than anything that reads from the left can be; with 5 and 20 nothing is claimed",
        gain=GAIN,
        few=FEW,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Pre-train once, then tune eight times."""
        filling = SetConfig.preset("fill_in").changed({"seed": seed})
        training = network_of(filling, budget)
        while True:
            try:
                yield Progress(_LONG * next(training))
            except StopIteration as done:
                network: nn.Module = done.value
                break
        filled = filled_right(network, filling.task.entrance, seed)
        tuning = fine_tuned(
            (network, filling.task.entrance), SetConfig.preset("classes").changed({"seed": seed}), budget
        )
        while True:
            try:
                share, so_far = next(tuning)
            except StopIteration as done:
                rows = [row | {"filled in": filled} for row in done.value]
                break
            yield Progress(_LONG + (1 - _LONG) * share, tuple(row | {"filled in": filled} for row in so_far))
        return Measured(_few(rows, PRETRAINED), _few(rows, SCRATCH), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where pre-training does harm."""
        bound = hidden_classes.left_optimum()
        filled = [float(one.rows[0]["filled in"] or 0) for one in found]
        shows = [one.effect >= one.baseline + GAIN and right > bound for one, right in zip(found, filled)]
        return judged(shows, [one.effect <= one.baseline - GAIN for one in found])


def _few(rows: Sequence[Row], name: str) -> float:
    few = [float(row["accuracy"] or 0) for row in rows if row["begins"] == name and int(row["labelled"] or 0) <= FEW]
    return sum(few) / len(few)
