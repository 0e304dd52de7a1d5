"""A detector learns from pictures with boxes, and is judged by others while it does.

As in loop.py, chance and data are functions of (seed, step): what looks in between changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

import torch

from core.data.boxes import BoxedPicture, BoxedPictures, corners, stacked
from core.errors import SettingError
from core.language import mark, tr
from core.metrics.detection import Found, There, counted, mean_average_precision
from core.models.detector import Detections, TinyDETR
from core.models.detector_settings import DetectorSettings
from core.seeds import Seeds
from core.settings import Settings, setting
from core.training.optimizer import clip
from core.training.schedules import SCHEDULES
from core.training.set_loss import MATCHINGS, set_loss

_CHUNK = 100  # pictures that are looked at together


@dataclass(frozen=True)
class DetectorTraining(Settings):
    """Steps, batches and what answers are told."""

    name: ClassVar[str] = mark("detector training")
    summary: ClassVar[str] = "how a detector learns"

    steps: int = setting(600, low=1, high=100_000, step=100, help="optimizer steps")
    batch_size: int = setting(16, low=1, high=256, step=8, help="pictures in a step")
    learning_rate: float = setting(2e-3, above=0.0, high=1.0, step=1e-4, help="the highest rate, of AdamW")
    warmup: int = setting(20, low=0, high=10_000, step=10, help="steps in which the rate rises from 0 to its highest")
    class_weight: float = setting(
        1.0,
        above=0.0,
        high=100.0,
        step=1.0,
        help="of classes beside boxes in the loss; more where classes are hard to tell",
    )
    matching: str = setting(
        "hungarian",
        choices=tuple(MATCHINGS),
        help="which query answers for which thing: the cheapest pairs, or in order",
    )
    mirrored: bool = setting(
        False, help="turn pictures over by chance, sideways and upside down; not where things are signs"
    )


@dataclass(frozen=True)
class Judged:
    """How held-out pictures were answered after a number of steps, all shares in 0…1.

    Attributes:
        step: steps done; recall, precision: at an overlap of 0.5, of answers surer than 0.5; exact: pictures with as many
            such answers as things; average_precision: mean over classes, at an overlap of 0.5, whatever the threshold.
    """

    step: int
    recall: float
    precision: float
    exact: float
    average_precision: float


class DetectorTrainer:
    """A detector, its optimizer and the number of steps done.

    Args:
        pictures: to learn from; model, training: settings; seeds: where chance comes from.

    Attributes:
        network: the detector; step: steps done; losses: of each step.

    Raises:
        SettingError: fewer queries than things on some picture, or pictures that do not fit the stride.
    """

    def __init__(
        self, pictures: BoxedPictures, model: DetectorSettings, training: DetectorTraining, seeds: Seeds
    ) -> None:
        channels, rows, columns = pictures.shape
        if pictures.most > model.queries:
            raise SettingError(
                tr(
                    "queries={queries} are too few: one picture has {most} boxes; take at least that many",
                    queries=model.queries,
                    most=pictures.most,
                )
            )
        if rows % model.step or columns % model.step:
            raise SettingError(
                tr(
                    "pictures of {columns} × {rows} pixels do not fit stride={stride}: take a divisor of both",
                    columns=columns,
                    rows=rows,
                    stride=model.stride,
                )
            )
        self.pictures, self.training, self.seeds = pictures, training, seeds
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seeds.number("init"))
            self.network = TinyDETR(model, classes=len(pictures.classes), channels=channels)
        self.step, self.losses = 0, list[float]()
        self._parameters = list(self.network.parameters())
        self._optimizer = torch.optim.AdamW(self._parameters, lr=training.learning_rate, weight_decay=1e-4, fused=True)

    @property
    def done(self) -> bool:
        """Whether no step is left."""
        return self.step >= self.training.steps

    def advance(self) -> None:
        """One step."""
        training, step = self.training, self.step + 1
        factor = SCHEDULES["linear"](step, training.warmup, training.steps)
        self._optimizer.param_groups[0]["lr"] = training.learning_rate * factor
        self.network.train()
        batch = self._batch(step)
        terms = set_loss(self.network(stacked(batch)), batch, MATCHINGS[training.matching])
        loss = training.class_weight * terms["classes"] + terms["distance"] + terms["overlap"]
        self._optimizer.zero_grad()
        loss.backward()
        clip(self._parameters, 1.0)
        self._optimizer.step()
        self.step = step
        self.losses.append(float(loss.detach()))

    def judge(self, most: int = 10_000) -> Judged:
        """How it answers held-out pictures, the first so many."""
        pictures = self.pictures.held_out[:most]
        said, there = answers(self.network, pictures), [truth(one) for one in pictures]
        right = counted(said, there)
        classes = len(self.pictures.classes)
        return Judged(self.step, *right, mean_average_precision(said, there, classes))

    def _batch(self, step: int) -> list[BoxedPicture]:
        rng = self.seeds.random("data", step)
        batch = rng.choices(self.pictures.train, k=self.training.batch_size)
        return [_turned(one, rng) for one in batch] if self.training.mirrored else batch


@torch.no_grad()
def said_of(network: TinyDETR, pictures: Sequence[BoxedPicture]) -> Detections:
    """What the queries say after the last layer; the network is left in evaluation."""
    network.eval()
    chunks = [network(stacked(pictures[at : at + _CHUNK]))[-1] for at in range(0, len(pictures), _CHUNK)]
    return Detections(*(torch.cat(part) for part in zip(*chunks)))


def answers(network: TinyDETR, pictures: Sequence[BoxedPicture]) -> list[Found]:
    """Every query's likeliest class that is not "nothing", with its probability: picture by picture, in pictures' widths."""
    said = said_of(network, pictures)
    likely, labels = said.scores.softmax(-1)[..., :-1].max(-1)
    boxes = corners(said.boxes)
    return [
        Found(*(part.double().numpy() if part.is_floating_point() else part.numpy() for part in one))
        for one in zip(boxes, labels, likely)
    ]


def truth(picture: BoxedPicture) -> There:
    """What is on a picture, for metrics."""
    return There(corners(picture.boxes).double().numpy(), picture.labels.numpy())


def _turned(picture: BoxedPicture, rng: Random) -> BoxedPicture:
    """The picture, its left and right or its top and bottom changed by chance, and its boxes with it."""
    pixels, boxes = picture.pixels, picture.boxes
    for axis, at in ((2, 0), (1, 1)):  # columns, rows
        if rng.random() < 0.5:
            pixels, boxes = pixels.flip(axis), boxes.clone()
            boxes[:, at] = 1 - boxes[:, at]
    return replace(picture, pixels=pixels, boxes=boxes)
