"""Each format comes back as it was written; a bad file gets one sentence that says what to do."""

import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from core.adapters.dumps import read_dump
from core.adapters.files import read_file
from core.errors import DataError
from tests.adapters.written import WRITERS, as_csv, as_json, npy, npz, safetensors, soft

WEIGHTS = st.floats(0, 1, width=32)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=15, deadline=None)
@given(values=arrays(np.float32, array_shapes(min_dims=1, max_dims=5, min_side=1, max_side=4), elements=WEIGHTS))
def test_an_array_of_any_rank_comes_back_as_it_was_written(name, values):
    (stored,) = read_file(WRITERS[name](values), name).arrays
    np.testing.assert_array_equal(stored.values, values)


@settings(max_examples=20, deadline=None)
@given(
    values=arrays(np.float32, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=5), elements=WEIGHTS),
    mark=st.sampled_from(",;\t "),
)
def test_a_table_comes_back_whatever_separates_its_cells(values, mark):
    table = as_csv(values + np.float32(0.5), mark)  # a first row of 0, 1, 2 … would be the columns' numbers
    (stored,) = read_file(table, "map.csv").arrays
    np.testing.assert_allclose(stored.values, values + np.float32(0.5), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8", "u1", "?", "<i8"])
def test_numbers_of_every_kind_are_read(dtype):
    values = np.eye(3, 5).astype(dtype)
    for name in ("map.npy", "map.npz"):
        one = read_dump([(name, WRITERS[name](values))]).maps[0]
        np.testing.assert_array_equal(one.weights, np.eye(3, 5))
        assert one.weights.dtype == np.float32
    stored = np.asfortranarray(soft(4, 7))
    np.testing.assert_array_equal(read_file(npy(stored), "f.npy").arrays[0].values, stored)


def test_bfloat16_is_widened_exactly():
    from safetensors.torch import save

    values = torch.tensor(soft(4, 7)).to(torch.bfloat16)
    (stored,) = read_file(save({"attn": values}), "map.safetensors").arrays
    np.testing.assert_array_equal(stored.values, values.float().numpy())


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_tokens_on_the_edges_of_a_table_are_its_labels(mark):
    lines = [["", "我", "爱", "你"], ["I", "1", "0", "0"], ["love", "0", "1", "0"]]
    text = "\n".join(mark.join(line) for line in lines)
    one = read_dump([("map.csv", text.encode())]).maps[0]
    assert (one.queries, one.keys) == (("I", "love"), ("我", "爱", "你"))
    np.testing.assert_array_equal(one.weights, np.eye(2, 3))


def test_what_pandas_numpy_and_a_german_spreadsheet_write():
    pandas = read_file(b",0,1,2\n0,1.0,0.0,0.0\n1,0.0,0.5,0.5\n", "map.csv").arrays[0]
    assert pandas.values.tolist() == [[1, 0, 0], [0, 0.5, 0.5]] and pandas.queries is None and pandas.keys is None
    file = io.StringIO()
    np.savetxt(file, soft(3, 4), header="made by numpy")
    np.testing.assert_allclose(read_file(file.getvalue().encode(), "map.txt").arrays[0].values, soft(3, 4), rtol=1e-6)
    german = read_file("1,0;0,0\n0,25;0,75\n".encode("utf-16"), "map.csv").arrays[0]
    assert german.values.tolist() == [[1, 0], [0.25, 0.75]]


def test_json_may_nest_names_steps_and_tokens():
    steps = [{"step": at, "attention": soft(3, 4, at).tolist(), "source_tokens": list("abcd")} for at in (9, 100)]
    dump = read_dump([("log.json", json.dumps({"history": steps}).encode())])
    assert dump.steps == (9, 100) and dump.maps[0].keys == tuple("abcd")
    np.testing.assert_allclose(dump.maps[1].weights, soft(3, 4, 100), rtol=1e-6)
    ragged = [soft(3, 4).tolist(), soft(5, 4).tolist()]
    assert {one.shape for one in read_dump([("log.json", json.dumps(ragged).encode())]).maps} == {(3, 4), (5, 4)}


def test_a_zip_of_files_is_read_as_a_folder():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for step in (5, 40, 100):
            archive.writestr(f"run/step_{step}.csv", as_csv(soft(4, 5, step)))
        archive.writestr("run/readme.md", "hello")
    dump = read_dump([("maps.zip", file.getvalue())])
    assert dump.steps == (5, 40, 100) and any("readme.md left out" in note for note in dump.done)


# ---------------------------------------------------------------- what cannot be read
def torch_file() -> bytes:
    file = io.BytesIO()
    torch.save({"attn": torch.eye(3)}, file)
    return file.getvalue()


def bomb() -> bytes:
    """A zip that claims 3 GB of zeros, 3 MB packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            info = zipfile.ZipInfo(f"{number}.npy")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, b"0")
    packed = bytearray(file.getvalue())
    for at in range(len(packed) - 4):
        if packed[at : at + 4] == b"PK\x01\x02":  # the directory's claim of the size unpacked
            packed[at + 24 : at + 28] = (2**30 - 1).to_bytes(4, "little")
    return bytes(packed)


def lying_header() -> bytes:
    return npy(np.eye(3)).replace(b"(3, 3)", b"(9, 9)")


OBJECTS = io.BytesIO()
np.save(OBJECTS, np.array([np.eye(2), np.eye(3)], dtype=object), allow_pickle=True)
BAD = {
    "empty.npy": (b"", "is empty"),
    "blank.csv": (b" \n\n", "is empty"),
    "objects.npy": (OBJECTS.getvalue(), "Python objects"),
    "cut.npy": (npy(np.eye(30))[:-8], "cut off"),
    "lying.npy": (lying_header(), "for its shape 9 × 9"),
    "header.npy": (b"\x93NUMPY\x01\x00\x10\x00{'descr': os.x}\n", "header is damaged"),
    "version.npy": (b"\x93NUMPY\x07\x00\x10\x00" + b" " * 64, "header is damaged"),
    "records.npy": (npy(np.zeros(3, [("a", "f4")])), "records"),
    "complex.npy": (npy(np.eye(3) * 1j), "complex numbers"),
    "words.npy": (npy(np.array([["a", "b"]])), "text, no weights"),
    "vector.npy": (npy(np.ones(7)), "a list of 7 numbers, not a map"),
    "scalar.npy": (npy(np.float32(1)), "not a map"),
    "rank7.npy": (npy(np.ones((2, 2, 2, 2, 2, 2, 2))), "7 axes (2, 2, 2, 2, 2, 2, 2)"),
    "no-cells.npy": (npy(np.zeros((0, 4))), "without a cell (0, 4)"),
    "nan.npy": (npy(np.full((3, 4), np.nan)), "every cell is NaN"),
    "zeros.npy": (npy(np.zeros((3, 4))), "every weight is 0"),
    "pickle.npy": (pickle.dumps({"attn": [1.0]}), "pickle"),
    "model.pt": (torch_file(), "pickle"),
    "weights.npz": (torch_file(), "pickle"),
    "bomb.npz": (bomb(), "at most 1,024.0 MB are read"),
    "damaged.npz": (npz(a=np.eye(9))[:-30], "damaged zip"),
    "damaged.safetensors": ((40).to_bytes(8, "little") + b"{" + b"x" * 60, "no readable .safetensors"),
    "map.npy.gz": (gzip.compress(npy(np.eye(3))), "gunzip"),
    "map.png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "a picture"),
    "sound.npy": (b"RIFF" + b"\0" * 40 + b"x", "box for audio"),
    "noise.npy": (b"\x07\x00\x00\x01" * 30, "of no kind that is read here"),
    "torn.json": (b'[[1, 2], [3, ', "line 1: no JSON"),
    "deep.json": (b"[" * 100_000, "nested too deep"),
    "words.json": (b'{"a": "b", "c": ["x"]}', "no array of numbers"),
    "words.csv": (b"a,b\nc,d\n", "is no number"),
    "half.csv": (b"1,0\n0,x\n", "row 2, column 2: 'x' is no number"),
    "ragged.csv": (b"1,0\n0,1,0\n", "equally many cells"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_alone_is_refused_in_words(name):
    data, words = BAD[name]
    with pytest.raises(DataError) as refused:
        read_dump([(name, data)])
    assert words in str(refused.value) and name in str(refused.value)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_among_good_ones_is_left_out_and_said(name):
    data, words = BAD[name]
    dump = read_dump([(name, data), ("step_7.npy", npy(soft(3, 4)))])
    assert len(dump.maps) == 1 and any(words in note and note.startswith("left out: ") for note in dump.done)


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_file_is_called_does_not_matter(name):
    dump = read_dump([("map.png", WRITERS[name](soft(3, 4)))])
    np.testing.assert_allclose(dump.maps[0].weights, soft(3, 4), rtol=1e-6)
    assert any("ends in .png but is" in note for note in dump.done)


@settings(max_examples=150, deadline=None)
@given(
    start=st.sampled_from([npy(np.eye(4)), npz(a=np.eye(4)), safetensors(a=np.eye(4)), as_json(np.eye(4)), b""]),
    cut=st.integers(0, 400),
    noise=st.binary(max_size=60),
    at=st.integers(0, 300),
)
def test_damaged_bytes_are_read_or_refused_in_words(start, cut, noise, at):
    data = (start[:at] + noise + start[at + len(noise) :])[:cut]
    try:
        read_dump([("map.npy", data)])
    except DataError as error:
        assert "map.npy" in str(error)
