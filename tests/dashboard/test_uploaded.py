"""Uploads keep to the limit of their box on the server too, and a name of theirs is never a path."""

from dataclasses import dataclass

import pytest

from core.errors import DataError
from core.runs.uploads import keep, uploads_folder
from dashboard.components.uploaded import content


@dataclass
class File:
    size: int
    name: str = "x.bin"

    def getvalue(self) -> bytes:
        return b"x" * min(self.size, 10)


def test_what_did_not_come_through_the_box_is_refused_before_it_is_read():
    assert content(File(1 << 20), 1) == b"x" * 10
    with pytest.raises(DataError, match=r"x\.bin has 2 MB; this box takes at most 1"):
        content(File((1 << 20) + 600_000), 1)


@pytest.mark.parametrize("suffix", ["./../../evil", "/etc/passwd", ".PY", ".", "", ".a b", ".txt\n", "." + "x" * 40])
def test_the_end_of_a_name_leads_nowhere(suffix, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    path = keep(b"x", suffix)
    assert path.parent == uploads_folder() and path.suffix == ".txt" and list(uploads_folder().iterdir()) == [path]
