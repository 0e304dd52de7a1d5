"""Arrays of NumPy's files: what a header claims is weighed against what is there before anything is made of it."""

import io
import struct
import zipfile

import numpy as np
import pytest

from core.data.numpy_file import read_npy, read_npz
from core.errors import DataError


def npy(shape: str, descr: str = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, body in files.items():
            out.writestr(f"{name}.npy", body)
    return file.getvalue()


def test_arrays_come_back_and_may_be_written_to():
    file = io.BytesIO()
    np.savez(file, a=np.arange(6, dtype=np.float32).reshape(2, 3), b=np.array("text"), c=np.zeros((2, 0), np.float32))
    found = read_npz(file.getvalue(), "x", 10_000)
    assert found["a"].tolist() == [[0, 1, 2], [3, 4, 5]] and str(found["b"]) == "text" and found["c"].shape == (2, 0)
    found["a"][0, 0] = 9


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (npy("(1099511627776, 0)"), "holds no number and claims the shape"),  # as lists: a million million empty ones
        (npy("(17179869184,)"), "should hold 68,719,476,736 bytes"),
        (npy("(2,)", "<U0"), "records of the kind"),
        (npy("(1,)", "|O", b"x"), "holds Python objects"),
        (npy("(-1,)", data=b"1234"), "should hold"),
        (b"\x93NUMPY\x01\x00\xff\xff(", "its header is damaged"),
        (npy("(" * 500), "its header is damaged"),
    ],
)  # fmt: skip
def test_a_header_is_not_believed(data, said):
    for read in (lambda: read_npy(data, "x.npy"), lambda: read_npz(zipped(a=data), "x.npz", 1_000_000)):
        with pytest.raises(DataError, match=said):
            read()


def test_an_archive_of_arrays_is_weighed_before_it_is_unpacked():
    with pytest.raises(DataError, match="at most 4,096 of 100 are read"):
        read_npz(zipped(a=npy("(100,)", data=bytes(400))), "x", 100)
    with pytest.raises(DataError, match=r"damaged \.npz"):
        read_npz(b"PK\x03\x04", "x", 100)
