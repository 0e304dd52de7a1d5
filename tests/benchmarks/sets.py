"""Labelling many sets for an evaluation: in batches of like sizes, against one by one."""

from statistics import median

import torch

from core.data.vector_sets import SetExample
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.seeds import Seeds
from core.training.set_trainer import judge
from tests.benchmarks.row import Clock, Measured, Row, times

SENTENCES, SINGLE = 10_000, 400  # labelled together; labelled one by one, of the same lengths
LENGTHS = (4, 40)  # words of a sentence, evenly spread


def evaluation(share: float) -> Measured:
    """Time a sentence takes in an evaluation of 10,000, over the time it takes alone."""
    torch.set_num_threads(1)
    config = SetConfig.preset("fill_in")
    network, words = build_set_model(config.model, config.task.entrance, Seeds(1)), len(config.task.entrance.labels)
    chance = torch.Generator().manual_seed(1)
    sentences = [sentence(LENGTHS[0] + at % (LENGTHS[1] - LENGTHS[0]), words, chance) for at in range(SENTENCES)]
    together, alone = list[float](), list[float]()
    for _ in range(times(5, share, least=1)):
        with Clock() as clock:
            judge(network, sentences)
        together.append(clock.processor / SENTENCES)
        with Clock() as clock:
            for one in sentences[:SINGLE]:
                judge(network, [one])
        alone.append(clock.processor / SINGLE)
    ratios = [one / other for one, other in zip(together, alone)]
    note = f"{1e3 * median(together):.2f} ms a sentence together, {1e3 * median(alone):.2f} alone"
    return Measured(median(ratios), min(ratios), max(ratios), note)


def sentence(length: int, words: int, chance: torch.Generator) -> SetExample:
    """Words by chance, each asked for."""
    labels = torch.randint(words, (length,), generator=chance)
    return SetExample(("",) * length, labels + 6, labels)


ROWS = [
    Row("sets-evaluation", f"labelling {SENTENCES:,} sentences for an evaluation, a sentence over one labelled alone", "×", 0.2,
        evaluation),
]  # fmt: skip
