"""A home folder of their own for tests about runs."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home."""
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
