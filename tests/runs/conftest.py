"""A home folder of their own for tests about runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home; processes that a test started end with it."""
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    from tests.runs.made import end_processes  # not at the top: core must not be imported before its types are checked

    end_processes()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Storage that is empty again afterwards, and whose next writer need not wait for the one before."""
    import fsspec

    from core.runs.cluster import writer

    monkeypatch.setattr(writer, "_YIELDED", 0.0)
    yield
    fsspec.filesystem("memory").store.clear()
