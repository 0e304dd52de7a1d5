"""Where real data lie beside the checkout; whoever has none skips with a word."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


def real(name: str) -> Path:
    """The folder of a data set, or the test is skipped."""
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not beside this checkout (../shared/data)")
    return DATA / name
