"""Detectors on pictures that ask more than rectangles do, each held against who does not look.

The floor draws the same boxes on every picture: those that are right most often on the pictures to learn from
(core/metrics/constant_boxes.py). Blood cells are photographs that do not come with the program (real_data.py); handwritten digits
on a canvas are embedded.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.claims.real_data import real_folder
from core.data.boxes import BoxedPictures
from core.data.pascal_voc import read_folder
from core.data.scenes import placed_digits
from core.data.tiles import tiled
from core.runs.detection import PRESETS, DetectionRun
from core.training.detector_trainer import DetectorTraining

_CELLS = "BCCD, github.com/Shenggan/BCCD_Dataset"
_SIZE, _PARTS = (128, 96), 2  # columns and rows that a photograph is brought to; tiles along each side
_SCENES, _FEWEST = 4000, 200  # of digits, to learn from


class _AbstractFloor(AbstractClaim):
    """One detector and the same boxes everywhere, on the same held-out pictures.

    Attributes:
        kind: of PRESETS; margin: average precision by which the detector must be ahead.
    """

    effect_is = "average precision at an overlap of 0.5, mean over classes, on held-out pictures"
    baseline_is = "the same, of boxes that are the same on every picture"
    unit = "average precision"
    kind: ClassVar[str]
    margin: ClassVar[float]

    @abstractmethod
    def pictures(self, budget: float) -> BoxedPictures:
        """What is learned from, and what is held out; with less than a budget of 1 drawn scenes may be fewer."""

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one, and judge it on the way.

        Raises:
            MissingData: the pictures are not there; DataError: they cannot be used.
        """
        usual = DetectorTraining.from_dict(PRESETS[self.kind].training).steps
        one = DetectionRun(self.pictures(budget), self.kind, seed, steps=steps(usual, budget))
        while not one.done:
            one.advance()
            yield Progress(one.step / one.steps, _rows(one))
        return Measured(one.curve[-1].average_precision, one.floor, _rows(one))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= one.baseline + self.margin for one in found]
        return judged(shows, [one.effect < one.baseline for one in found])


def _rule(margin: float) -> str:
    return (
        f"shown when with every seed average precision is at least {margin:g} above that of the same boxes everywhere; "
        "contradicted when it is below with every seed"
    )


class BloodCells(_AbstractFloor):
    """Cells of three classes on photographs through a microscope, each cut into four tiles."""

    name = "blood_cells"
    lecture = (26, 15)
    statement = "From eighty photographs a small detector learns to find blood cells better than who does not look"
    source = "Carion et al. 2020, arXiv:2005.12872; average precision as in Everingham et al. 2010"
    kind, margin = "own", 0.1
    rule = _rule(margin)

    def pictures(self, budget: float) -> BoxedPictures:
        """The photographs of the data set's own two lists."""
        return tiled(read_folder(Path(real_folder("bccd-detection", "**/*.xml", _CELLS)), _SIZE), _PARTS)


class PlacedDigits(_AbstractFloor):
    """Ten classes, up to three digits anywhere on a canvas; held-out ones were written by others."""

    name = "placed_digits"
    lecture = (26, 15)
    statement = "Told only by matching, a detector finds handwritten digits on a canvas and tells which they are"
    source = "Carion et al. 2020, section 3.1, arXiv:2005.12872"
    kind, margin = "digits", 0.5
    rule = _rule(margin)

    def pictures(self, budget: float) -> BoxedPictures:
        """Scenes of scikit-learn's digits."""
        return placed_digits(max(_FEWEST, steps(_SCENES, min(1.0, budget))))


def _rows(one: DetectionRun) -> tuple[Row, ...]:
    """The same boxes everywhere first, then the detector at each look."""
    floor: Row = {"detector": "the same boxes everywhere", "steps": 0, "average precision": one.floor}
    floor |= dict.fromkeys(("recall", "precision", "exact count"))
    looks: list[Row] = [
        {
            "detector": "queries",
            "steps": now.step,
            "average precision": now.average_precision,
            "recall": now.recall,
            "precision": now.precision,
            "exact count": now.exact,
        }
        for now in one.curve
    ]
    return (floor, *looks)
