"""Handwritten digits of 8 × 8 pixels, which come with scikit-learn: which digit is it?"""

from dataclasses import dataclass
from typing import ClassVar

from core.data.digits import DIGITS, digits
from core.data.image_sets import LabelledPictures
from core.settings import setting
from core.tasks.picture_task import AbstractPictureTask


@dataclass(frozen=True)
class DigitPictures(AbstractPictureTask):
    """Patches in, a digit out.

    >>> DigitPictures(patch=4).entrance.grid
    (2, 2)
    """

    name: ClassVar[str] = "digits"
    summary: ClassVar[str] = "which digit a picture shows: 1,797 handwritten digits of 8 × 8 pixels"

    patch: int = setting(2, low=1, high=8, help="rows and columns of a patch; a divisor of 8")
    shift: int = setting(0, low=0, high=32, help="pixels by which a picture is moved while training, at most")

    def read_pictures(self) -> LabelledPictures:
        """As scikit-learn has them."""
        found = digits()
        return LabelledPictures(found.pictures, tuple(DIGITS[label] for label in found.labels.tolist()))
