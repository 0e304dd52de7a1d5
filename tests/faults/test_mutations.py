"""Ten thousand damaged files over all readers: each gets through as something valid or is refused in one line.

None raises anything else, takes memory without bound, runs anything, reads or writes outside its folder, or stays behind. The
same files every time; --faults-seed takes others, --faults more of them.
"""

import io
import zipfile
from random import Random

import numpy as np
import pytest

from core.errors import AttentionLabError
from tests.faults.child import mutations
from tests.faults.mutation import mutated
from tests.faults.readers import READERS, Reader

IN_ALL = 10_000
EACH = IN_ALL / sum(reader.share for reader in READERS.values())


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_refused_in_a_word_or_read_as_something_valid(name, as_many, pytestconfig, tmp_path):
    seed = pytestconfig.getoption("--faults-seed", None) or 0
    count = as_many(int(EACH * READERS[name].share) + 1)
    found = mutations(name, READERS[name], count, seed, tmp_path)
    assert not found, f"{len(found)} of {count}: {found[:5]}"


@pytest.mark.parametrize("name", READERS)
def test_good_files_are_read(name, tmp_path):
    reader = READERS[name]
    for at, data in enumerate(reader.seeds()):
        place = tmp_path / str(at)
        place.mkdir()
        reader.read(data, place)
        reader.read(reader.seal(data), place)


def test_damage_is_done_behind_checksums():
    """Of many damaged archives most can still be unpacked: else the readers behind the zip would never be met."""
    file = io.BytesIO()
    np.savez(file, numbers=np.ones((3, 4), np.float32), header=np.array("{}"))
    whole = 0
    for number in range(100):
        data = mutated(file.getvalue(), Random(number))
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                whole += archive.testzip() is None and data != file.getvalue()
        except Exception:  # damaged as a disk would
            continue
    assert whole > 40


# ---------------------------------------------------------------- the net itself
def _runs(data, folder):
    import os

    os.system("true")


def _hoards(data, folder):
    return np.ones(4_000_000_000, np.uint8)


def _stumbles(data, folder):
    return {}["what is not there"]


def _rambles(data, folder):
    raise AttentionLabError("")


def _dies(data, folder):
    import os

    os.abort()


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (_runs, "os.system"),
        (_hoards, "MemoryError"),
        (_stumbles, "KeyError"),
        (_rambles, "message"),
        (_dies, "ended with"),
    ],
)
def test_the_net_catches_what_it_is_for(read, said, tmp_path):
    found = mutations("net", Reader(lambda: [b"x"], read), 1, 0, tmp_path)
    assert len(found) == 1 and said in str(found[0])
