"""The experiments of the pages under "Systems": what each comes to with every seed, and in how many seconds of training.

The value is the slowest seed's processor seconds, one thread; infinite where a seed ends below the share that its page says
(core/runs/expectations.py).
"""

from collections.abc import Callable
from math import inf

import torch

from core.claims.pretraining import filled_right
from core.claims.set_training import network_of
from core.data.scenes import placed_digits, rectangles
from core.runs.detection import DetectionRun
from core.runs.examples import Examples
from core.runs.expectations import EXPECTATIONS, MOST_SECONDS, Expectation
from core.runs.experiment import trainer_of
from core.runs.label_race import LabelRace
from core.runs.presets import preset_of
from core.runs.set_config import SetConfig
from core.tasks.fill_in import FillIn
from core.tasks.multi_label import MultiLabel
from core.training.evaluation import evaluate
from core.training.set_trainer import judge
from tests.benchmarks.row import Clock, Measured, Row, times, worst

_SCENES = {"rectangles": rectangles, "digits": placed_digits}
Share = Callable[[], float]  # judges what was trained; not timed


def of_sets(one: Expectation, seed: int) -> Share:
    """A bench of a page, as it stands when the page is opened."""
    config = SetConfig.preset(one.kind, one.model).changed({"seed": seed})
    training = network_of(config)
    while True:
        try:
            next(training)
        except StopIteration as done:
            network = done.value
            break
    if one.kind == FillIn.name:  # the class of a hidden word, which can be told; the word itself cannot
        return lambda: filled_right(network, config.task.entrance, seed)
    return lambda: judge(network, config.task.some("test")).right


def of_detection(one: Expectation, seed: int) -> Share:
    """The detector, with the judgements that draw its curve."""
    run = DetectionRun(_SCENES[one.kind](), one.kind, seed, one.model)
    run.go_on()
    return lambda: run.curve[-1].recall


def of_labels(one: Expectation, seed: int) -> Share:
    """Decoder and sigmoids, step by step in turn."""
    race = LabelRace(MultiLabel(annotators=2), seed, names=(one.model,))
    race.go_on()
    return lambda: race.scores()[one.model]["consistent"]


def of_parsing(one: Expectation, seed: int) -> Share:
    """The preset that the page Train offers."""
    config = preset_of(one.kind, one.model).changed({
        "seed": seed, "training.record_every": 0, "training.evaluate_every": 1_000_000, "training.evaluate_on": 200,
    })  # fmt: skip
    trainer = trainer_of(config, Examples.of(config.task))
    list(trainer.events())
    vocabularies = trainer.probe.vocabularies
    return lambda: evaluate(trainer.model, trainer.held_out, vocabularies, step=0, split="validation").exact_match


TRAINED: dict[str, Callable[[Expectation, int], Share]] = {
    "Detection": of_detection, "Labels": of_labels, "Parsing": of_parsing,
}  # fmt: skip


def seconds(one: Expectation) -> Callable[[float], Measured]:
    """A measurement of an experiment over its seeds."""

    def measure(share: float) -> Measured:
        torch.set_num_threads(1)
        took, right = list[float](), list[float]()
        for seed in range(1, 1 + times(one.seeds, share)):
            with Clock() as clock:
                judged = TRAINED.get(one.page, of_sets)(one, seed)
            right.append(judged())
            took.append(clock.processor if right[-1] >= one.right else inf)
        least = f"{one.of}: {min(right):.1%} to {max(right):.1%} right, {one.right:.0%} expected"
        return worst(took, f"slowest of {len(took)} seeds; {least}")

    return measure


ROWS = [
    Row(one.name, f"page {one.page}, {one.kind} with {one.model}, to what its page says", "s", MOST_SECONDS, seconds(one))
    for one in EXPECTATIONS
]  # fmt: skip
