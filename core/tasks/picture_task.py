"""What tasks on pictures share: a picture is cut into patches, side by side, and each is a vector of a set."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from core.data.image_sets import LabelledPictures
from core.data.vector_sets import Entrance, SetExample
from core.errors import SettingError
from core.language import tr
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split

TRAINING: dict[str, Any] = {
    "steps": 600, "batch_size": 32, "learning_rate": 3e-3, "evaluate_every": 100, "weight_decay": 0.01, "record_every": 25,
}  # fmt: skip


def patches(picture: Float[Tensor, "row column"], side: int) -> Float[Tensor, "patch pixel"]:
    """Squares of a picture, row by row, and the pixels of each, row by row.

    >>> patches(torch.arange(16.0).view(4, 4), 2)[1].tolist()
    [2.0, 3.0, 6.0, 7.0]
    """
    rows, columns = picture.shape
    cut = picture.reshape(rows // side, side, columns // side, side).transpose(1, 2)
    return cut.reshape(-1, side * side)


def whole(cut: Float[Tensor, "patch pixel"], grid: tuple[int, int]) -> Float[Tensor, "row column"]:
    """The picture that `patches` cut.

    >>> bool((whole(patches(torch.arange(16.0).view(4, 4), 2), (2, 2)) == torch.arange(16.0).view(4, 4)).all())
    True
    """
    side = int(cut.shape[1] ** 0.5)
    return cut.reshape(*grid, side, side).transpose(1, 2).reshape(grid[0] * side, grid[1] * side)


class AbstractPictureTask(AbstractSetTask):
    """A picture in, one label out; in the order of the data, nine of ten are learned from, of the rest half tests."""

    item: ClassVar[str] = "patch"
    models: ClassVar[tuple[str, ...]] = ("attention", "convolution")
    presets: ClassVar[dict[str, Any]] = {
        "attention": {
            "model": {"layers": 2, "heads": 4, "width": 48, "positions": "learned", "pool": "class"},
            "training": TRAINING,
        },
        "convolution": {"training": TRAINING},
    }
    patch: int
    shift: int

    @abstractmethod
    def read_pictures(self) -> LabelledPictures:
        """All pictures.

        Raises:
            DataError: they cannot be read.
        """

    @cached_property
    def pictures(self) -> LabelledPictures:
        """All pictures, read once."""
        return self.read_pictures()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out."""
        return self.pictures.remarks

    def build_entrance(self) -> Entrance:
        """The pixels of a patch, and one label for all.

        Raises:
            SettingError: pictures that cannot be cut into whole patches.
        """
        _, rows, columns = self.pictures.pixels.shape
        if rows % self.patch or columns % self.patch:
            raise SettingError(
                tr(
                    "pictures of {columns} × {rows} pixels cannot be cut into patches of patch={patch}: choose a divisor of both",
                    columns=columns,
                    rows=rows,
                    patch=self.patch,
                )
            )
        labels = tuple(sorted(set(self.pictures.labels)))
        return Entrance(None, self.patch**2, "one", labels, (rows // self.patch, columns // self.patch))

    def lesson(self, example: SetExample, rng: Random) -> SetExample:
        """Never twice the same: shifted by some pixels at every step, zeros coming in."""
        if not self.shift:
            return example
        grid = self.entrance.grid
        assert grid is not None
        down, right = (rng.randint(-self.shift, self.shift) for _ in range(2))
        picture = torch.nn.functional.pad(whole(example.content, grid), (self.shift,) * 4)
        rows, columns = (count * self.patch for count in grid)
        moved = picture[self.shift + down :, self.shift + right :][:rows, :columns]
        return replace(example, content=patches(moved, self.patch))

    def examples(self, split: Split) -> Sequence[SetExample]:
        """The pictures of a split."""
        return self._cut[split]

    @cached_property
    def _cut(self) -> dict[str, list[SetExample]]:
        grid = self.entrance.grid
        assert grid is not None
        items = tuple(
            tr("row {row}, column {column}", row=row + 1, column=column + 1)
            for row in range(grid[0])
            for column in range(grid[1])
        )
        number = {label: at for at, label in enumerate(self.entrance.labels)}
        found: dict[str, list[SetExample]] = {"train": [], "validation": [], "test": []}
        for at, (picture, label) in enumerate(zip(self.pictures.pixels, self.pictures.labels)):
            split = {18: "validation", 19: "test"}.get(at % 20, "train")
            found[split].append(SetExample(items, patches(picture, self.patch), torch.tensor(number[label])))
        return found
