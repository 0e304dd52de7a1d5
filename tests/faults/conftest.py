"""Tests about faults: marked as such, each with a home folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.nursery import Nursery


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in this folder are about faults."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def nursery() -> Iterator["Nursery"]:
    """A process that is forked for every training that is killed."""
    from tests.faults.nursery import Nursery  # not at the top: core must not be imported before its types are checked

    warm = Nursery()
    yield warm
    warm.close()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home; processes that a test started end with it."""
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    from tests.runs.made import end_processes  # not at the top: core must not be imported before its types are checked

    end_processes()
