"""A prior helps where it is true and hurts where it is false: a small vision Transformer against small convolutional nets.

Two tasks on images of 12 × 12 with noise, and the same networks, steps and rate of learning for both. The local pattern:
which of six glyphs of 3 × 3 is there, anywhere; what is near belongs together and where it is does not matter, as a
convolution has it. The global relation: two glyphs in cells of a grid, the same or not. With the mean over all places a
convolutional net adds up what its windows see, and a sum cannot compare. With the maximum over all places it can: the
relation is then a matter of how many different glyphs there are. So the third curve; a prior is more than "convolution".

The paper's crossover (more images, and the Transformer wins on natural ones) lies at hundreds of millions of images. It
is not looked for here, and nothing is said of it unless curves cross in this very run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor, nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made, steps
from core.language import mark
from core.models.transformer_settings import TransformerSettings
from core.models.vision import Images, TinyCNN, TinyViT
from core.seeds import Seeds

SIZE, GLYPH = 12, 3
_NOISE, _BATCH, _STEPS, _RATE, _HELD_OUT = 0.3, 64, 300, 3e-3, 1000
_WIDTH = 32
LEAD = 0.05  # share of images by which one must be ahead
_DRAWN = ("010111010", "101010101", "111010010", "100100111", "110010011", "011010110")  # five dark fields each
_NAMES = ("plus", "cross", "T", "L", "Z", "S")
GLYPHS = torch.tensor([[float(field) for field in glyph] for glyph in _DRAWN]).view(-1, GLYPH, GLYPH)


@dataclass(frozen=True)
class Seen:
    """Images and what they show."""

    images: Images
    labels: Int[Tensor, " batch"]


@dataclass(frozen=True)
class VisionTask:
    """A rule for images.

    Attributes:
        summary: in a few words; sample: draws so many; names: of the classes.
        images: sizes of the training set, from the smallest; fits: the network whose prior is true here.
        other: the network whose prior is not.
    """

    summary: str
    sample: Callable[[torch.Generator, int], Seen]
    names: tuple[str, ...]
    images: tuple[int, ...]
    fits: str
    other: str

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.names)


def local_pattern(generator: torch.Generator, count: int) -> Seen:
    """One glyph at any place."""
    images, labels = _noise(generator, count), torch.randint(len(GLYPHS), (count,), generator=generator)
    places = torch.randint(SIZE - GLYPH + 1, (2, count), generator=generator)
    _draw(images, labels, *places)
    return Seen(images, labels)


def global_relation(generator: torch.Generator, count: int) -> Seen:
    """Two glyphs in two cells of the grid of patches; label 1 where they are the same."""
    images, side = _noise(generator, count), SIZE // GLYPH
    cells = torch.rand(count, side * side, generator=generator).argsort(dim=1)[:, :2]
    first = torch.randint(len(GLYPHS), (count,), generator=generator)
    another = (first + torch.randint(1, len(GLYPHS), (count,), generator=generator)) % len(GLYPHS)
    labels = torch.randint(2, (count,), generator=generator)
    for cell, glyphs in zip(cells.T, (first, torch.where(labels == 1, first, another))):
        _draw(images, glyphs, cell // side * GLYPH, cell % side * GLYPH)
    return Seen(images, labels)


TITLES = {"local pattern": mark("Local pattern"), "global relation": mark("Global relation")}  # of TASKS
TASKS: dict[str, VisionTask] = {
    "local pattern": VisionTask(
        mark("which of six glyphs, anywhere"), local_pattern, _NAMES, (200, 1000, 4000), mark("CNN, mean"), mark("ViT")
    ),
    "global relation": VisionTask(
        mark("two glyphs, the same or not"),
        global_relation,
        ("other", "same"),
        (300, 1000, 3000),
        mark("ViT"),
        mark("CNN, mean"),
    ),
}


def _vit(classes: int) -> nn.Module:
    """Patches that look at each other."""
    settings = TransformerSettings(layers=2, heads=4, width=_WIDTH, feed_forward=2)
    return TinyViT(settings, size=SIZE, patch=GLYPH, classes=classes)


def _cnn_mean(classes: int) -> nn.Module:
    """Convolutions, and the mean of what they see."""
    return TinyCNN(_WIDTH, classes=classes)


def _cnn_max(classes: int) -> nn.Module:
    """Convolutions, and the largest of what they see."""
    return TinyCNN(_WIDTH, classes=classes, summary="max")


NETWORKS: dict[str, Callable[[int], nn.Module]] = {
    "ViT": _vit,
    "CNN, mean": _cnn_mean,
    "CNN, max": _cnn_max,
}


class DataSize(AbstractClaim):
    """Held-out accuracy over the number of training images, for both tasks and all networks."""

    name = "data_size"
    lecture = (16, 15)
    statement = "The convolution's prior helps where it is true and hurts where it is false"
    source = "after Dosovitskiy et al. 2021, section 4.3, arXiv:2010.11929"
    effect_is = "images right, the network whose prior is true (CNN on the pattern, ViT on the relation)"
    baseline_is = "images right, the other one"
    unit = "share of images"
    rule = (
        "shown when at every size the CNN (mean) is ahead by 0.05 on the local pattern and the ViT on the global "
        "relation; where curves do not cross, nothing is said of a crossover"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train every network on every number of images, one after the other."""
        rows, last = list[Row](), steps(_STEPS, budget)
        cells = [(task, images, network) for task in TASKS for images in TASKS[task].images for network in NETWORKS]
        for at, (task, images, network) in enumerate(cells):
            for now in _learned(task, images, network, Seeds(seed), last):
                if isinstance(now, float):
                    rows.append({"task": task, "network": network, "images": images, "accuracy": now})
                yield Progress((at + (1.0 if isinstance(now, float) else now / last)) / len(cells), tuple(rows))
        effect, baseline = (
            fmean(
                float(row["accuracy"] or 0) for row in rows if row["network"] == getattr(TASKS[str(row["task"])], side)
            )
            for side in ("fits", "other")
        )
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the network with the wrong prior is ahead everywhere."""
        by = [[lead for task in TASKS for lead in leads(one.rows, task)] for one in found]
        shows = [all(lead >= LEAD for lead in of) for of in by]
        return judged(shows, [all(lead <= -LEAD for lead in of) for of in by])


def crosses(rows: Sequence[Row], task: str) -> bool:
    """Whether the mean curves of ViT and CNN (mean) change places over the sizes that both have."""
    by = leads(rows, task)
    return any(lead > 0 for lead in by) and any(lead < 0 for lead in by)


def examples(task: str, count: int, seed: int = 0) -> list[tuple[np.ndarray, int]]:
    """A few images of a task, [row, column] each, with their labels."""
    shown = TASKS[task].sample(Seeds(seed).generator(f"{task} examples"), count)
    return [(image[0].numpy(), int(label)) for image, label in zip(shown.images, shown.labels)]


def leads(rows: Sequence[Row], task: str) -> list[float]:
    """By how much the network whose prior is true is ahead, at every size that both have."""
    mean: dict[tuple[str, int], float] = {}
    for network in (TASKS[task].fits, TASKS[task].other):
        for images in TASKS[task].images:
            cell = [r for r in rows if (r["task"], r["network"], r["images"]) == (task, network, images)]
            if cell:
                mean[network, images] = fmean(float(row["accuracy"] or 0) for row in cell)
    return [
        mean[TASKS[task].fits, images] - mean[TASKS[task].other, images]
        for images in TASKS[task].images
        if (TASKS[task].fits, images) in mean and (TASKS[task].other, images) in mean
    ]


def _learned(task: str, images: int, network: str, seeds: Seeds, last: int) -> Iterator[int | float]:
    """The number of a step every few steps; at the end the share of held-out images that are right."""
    rule = TASKS[task]
    given = rule.sample(seeds.generator(f"{task} data"), images)
    made_of = made(lambda: NETWORKS[network](rule.classes), seeds)
    optimizer = torch.optim.Adam(made_of.parameters(), lr=_RATE, fused=True)
    for step in range(1, last + 1):
        chosen = torch.randint(images, (_BATCH,), generator=seeds.generator("batch", step))
        loss = nn.functional.cross_entropy(made_of(given.images[chosen]), given.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            yield step
    held_out = rule.sample(seeds.generator(f"{task} held out"), _HELD_OUT)
    with torch.no_grad():
        right = made_of(held_out.images).argmax(dim=-1) == held_out.labels
    yield float(right.double().mean())


def _noise(generator: torch.Generator, count: int) -> Images:
    return _NOISE * torch.randn(count, 1, SIZE, SIZE, generator=generator)


def _draw(
    images: Images, glyphs: Int[Tensor, " batch"], rows: Int[Tensor, " batch"], columns: Int[Tensor, " batch"]
) -> None:
    """Add a glyph to every image, its upper left field at this row and column."""
    each, side = torch.arange(len(images))[:, None, None], torch.arange(GLYPH)
    images[each, 0, rows[:, None, None] + side[:, None], columns[:, None, None] + side] += GLYPHS[glyphs]
