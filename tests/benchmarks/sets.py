"""Labelling many sets for an evaluation, sentences and pictures: in batches of like sizes, against one by one."""

from collections.abc import Callable, Sequence
from statistics import median

import torch
from torch import nn

from core.data.vector_sets import SetExample
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.seeds import Seeds
from core.training.set_trainer import judge
from tests.benchmarks.row import Clock, Measured, Row, times

SETS, SINGLE = 10_000, 400  # labelled together; labelled one by one, of the same lengths
LENGTHS = (4, 40)  # words of a sentence, evenly spread


def sentences() -> tuple[nn.Module, list[SetExample]]:
    """A network that fills in, and sentences of words by chance, each asked for."""
    config = SetConfig.preset("fill_in")
    network, words = build_set_model(config.model, config.task.entrance, Seeds(1)), len(config.task.entrance.labels)
    chance = torch.Generator().manual_seed(1)
    return network, [sentence(LENGTHS[0] + at % (LENGTHS[1] - LENGTHS[0]), words, chance) for at in range(SETS)]


def sentence(length: int, words: int, chance: torch.Generator) -> SetExample:
    """Words by chance, each asked for."""
    labels = torch.randint(words, (length,), generator=chance)
    return SetExample(("",) * length, labels + 6, labels)


def pictures() -> tuple[nn.Module, list[SetExample]]:
    """Self-attention over patches, and the handwritten digits over and over."""
    config = SetConfig.preset("digits")
    network, known = build_set_model(config.model, config.task.entrance, Seeds(1)), config.task.some("train")
    return network, [known[at % len(known)] for at in range(SETS)]


def evaluation(made: Callable[[], tuple[nn.Module, Sequence[SetExample]]]) -> Callable[[float], Measured]:
    """Time a set takes in an evaluation of 10,000, over the time it takes alone."""

    def measure(share: float) -> Measured:
        torch.set_num_threads(1)
        network, sets = made()
        together, alone = list[float](), list[float]()
        for _ in range(times(5, share, least=1)):
            with Clock() as clock:
                judge(network, sets)
            together.append(clock.processor / SETS)
            with Clock() as clock:
                for one in sets[:SINGLE]:
                    judge(network, [one])
            alone.append(clock.processor / SINGLE)
        ratios = [one / other for one, other in zip(together, alone)]
        note = f"{1e3 * median(together):.2f} ms together, {1e3 * median(alone):.2f} alone"
        return Measured(median(ratios), min(ratios), max(ratios), note)

    return measure


ROWS = [
    Row("sets-evaluation", f"labelling {SETS:,} sentences for an evaluation, a sentence over one labelled alone", "×", 0.2,
        evaluation(sentences)),
    Row("pictures-evaluation", f"labelling {SETS:,} pictures for an evaluation, a picture over one labelled alone", "×", 0.2,
        evaluation(pictures)),
]  # fmt: skip
