"""One label for each picture of a person's own: IDX files as MNIST's, or a folder of pictures for each label."""

from dataclasses import dataclass
from typing import ClassVar

from core.data.image_sets import LabelledPictures, read_folders, read_idx
from core.data.named_file import named_file
from core.errors import DataError
from core.language import tr
from core.settings import setting
from core.tasks.picture_task import AbstractPictureTask


@dataclass(frozen=True)
class OwnPictures(AbstractPictureTask):
    """Patches in, a label out; colors are made grey."""

    name: ClassVar[str] = "pictures"
    summary: ClassVar[str] = "one label for each picture: your own MNIST files, or a folder of pictures for each label"
    needs_data: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("pictures_file", "labels_file")

    pictures_file: str = setting("", help="IDX file of pictures, as train-images-idx3-ubyte.gz")
    labels_file: str = setting("", help="IDX file of their labels, as train-labels-idx1-ubyte.gz")
    folder: str = setting("", help="instead of these: a folder that holds a folder of JPEG or PNG files for each label")
    side: int = setting(28, low=4, high=256, help="of a folder only: rows and columns that pictures are brought to")
    patch: int = setting(4, low=1, high=64, help="rows and columns of a patch; a divisor of those of a picture")
    shift: int = setting(0, low=0, high=32, help="pixels by which a picture is moved while training, at most")

    def read_pictures(self) -> LabelledPictures:
        """From the files, or the folder.

        Raises:
            DataError: neither is given, or it cannot be used.
        """
        if self.folder:
            return read_folders(named_file(self.folder), self.side)
        if not self.pictures_file or not self.labels_file:
            raise DataError(tr("task=pictures needs task.pictures_file and task.labels_file, or task.folder"))
        return read_idx(named_file(self.pictures_file), named_file(self.labels_file))
