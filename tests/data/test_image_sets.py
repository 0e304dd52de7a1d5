"""Pictures with labels from files: what is read, what is left out and counted, what ends the reading."""

import gzip
import struct
from random import Random

import numpy as np
import pytest
import torch
from PIL import Image

from core.data.image_sets import read_folders, read_idx
from core.errors import DataError, SettingError
from core.tasks.digit_pictures import DigitPictures
from core.tasks.own_pictures import OwnPictures
from core.tasks.picture_task import patches, whole
from tests.real_data import real


def idx(kind: int, values: np.ndarray) -> bytes:
    return struct.pack(f">{1 + values.ndim}I", kind, *values.shape) + values.astype(np.uint8).tobytes()


@pytest.fixture
def files(tmp_path):
    """Two pictures of 4 × 6 and their labels, one file packed."""
    shown = np.arange(48).reshape(2, 4, 6)
    (tmp_path / "pictures.gz").write_bytes(gzip.compress(idx(0x803, shown)))
    (tmp_path / "labels").write_bytes(idx(0x801, np.array([7, 3])))
    return tmp_path


def test_idx_files_are_read_packed_or_not(files):
    found = read_idx(files / "pictures.gz", files / "labels")
    assert found.labels == ("7", "3") and found.pixels.shape == (2, 4, 6)
    assert found.pixels[1, 0, 0] == pytest.approx(24 / 255)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("pictures", b"abc", "is no IDX file: it has 3 bytes"),
        ("pictures", idx(0x801, np.array([1])) + b"\0" * 20, "is no IDX file of pictures: it begins with 0x801"),
        ("pictures", idx(0x803, np.zeros((2, 4, 6)))[:-1], "says that it holds 48 values and has 47"),
        ("pictures", b"\x1f\x8bnonsense", "cannot be unpacked"),
        ("pictures", idx(0x803, np.zeros((3, 4, 6))), "has 3 pictures and labels 2 labels"),
        (
            "pictures",
            struct.pack(">4I", 0x803, 2**31, 2**31, 2**31),
            "says that it holds 9,903,520,314,283,042,199,192,993,792",
        ),
    ],
)
def test_a_broken_idx_file_is_told(files, name, content, said):
    (files / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_idx(files / name, files / "labels")


def test_folders_of_pictures_of_any_size_and_colors_are_read_and_broken_ones_counted(tmp_path):
    for label, colors, size in (
        ("cat", "RGB", (9, 5)),
        ("cat", "L", (40, 40)),
        ("dog", "RGBA", (3, 30)),
        ("dog", "P", (8, 8)),
    ):
        (tmp_path / label).mkdir(exist_ok=True)
        Image.new(colors, size).save(tmp_path / label / f"{colors}.png")
    (tmp_path / "dog" / "broken.png").write_bytes(b"\x89PNG nonsense")
    found = read_folders(tmp_path, 8)
    assert sorted(found.labels) == ["cat", "cat", "dog", "dog"] and found.pixels.shape == (4, 8, 8)
    assert found.remarks[0].startswith("1 pictures left out; the first: broken.png")
    for place, said in (
        (tmp_path / "nowhere", "there is no folder"),
        (tmp_path / "cat", "has no picture that can be read"),
    ):
        with pytest.raises(DataError, match=said):
            read_folders(place, 8)


def test_patches_are_cut_and_put_together_again_and_shifted_pictures_stay_whole():
    picture = torch.arange(64.0).view(8, 8)
    cut = patches(picture, 2)
    assert cut.shape == (16, 4) and cut[5].tolist() == [18, 19, 26, 27]
    assert torch.equal(whole(cut, (4, 4)), picture)
    task = DigitPictures(shift=1)
    one = task.examples("train")[0]
    moved = {tuple(whole(task.lesson(one, Random(seed)).content, (4, 4)).flatten().tolist()) for seed in range(40)}
    original = whole(one.content, (4, 4))
    assert tuple(original.flatten().tolist()) in moved and 2 <= len(moved) <= 9
    up = torch.cat([original[1:], torch.zeros(1, 8)])
    assert tuple(up.flatten().tolist()) in moved


def test_a_patch_that_does_not_divide_a_picture_and_missing_files_are_told():
    with pytest.raises(SettingError, match="cannot be cut into patches of patch=3"):
        DigitPictures(patch=3).examples("test")
    with pytest.raises(DataError, match=r"needs task\.pictures_file"):
        OwnPictures().examples("test")


def test_mnist_s_own_files_are_read():
    folder = real("mnist-t10k-a")
    task = OwnPictures(
        pictures_file=str(folder / "images-idx3-ubyte.gz"), labels_file=str(folder / "labels-idx1-ubyte.gz")
    )
    counts = [len(task.examples(split)) for split in ("train", "validation", "test")]
    assert counts == [2700, 150, 150] and task.entrance.grid == (7, 7) and task.entrance.labels == tuple("0123456789")
