"""Pages under test start no trainings by themselves."""

import pytest


@pytest.fixture(autouse=True)
def nobody_attends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's look at the line goes on as long as its process lives; in tests that is longer than the home of any of them."""
    monkeypatch.setattr("core.runs.attending.attend", lambda: None)
