"""For every test: one thread a process (small tensors are slower with two, and two test processes share two cores)."""

import os
import re
import secrets
from collections.abc import Callable

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; no import of the package here (shape checks)
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("ATTNLAB_DEVICE", "cpu")  # tests of accelerators choose theirs

from tests.checking import install

install()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many faults: `pytest -m faults --faults 20` tries each kind of fault twenty times as often as the usual run."""
    parser.addoption("--faults", type=float, default=1.0, metavar="N", help="times as many faults as in the usual run")
    parser.addoption(
        "--faults-seed", type=int, metavar="S", help="the seed that a failed test about faults has printed"
    )


@pytest.fixture(scope="session")
def as_many(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """From how many faults the usual run tries to how many this one shall, at least one."""
    scale: float = request.config.getoption("--faults")
    return lambda usual: max(1, round(usual * scale))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Where the chance of a test about faults comes from: another one each time, shown where the test fails."""
    given: int | None = request.config.getoption("--faults-seed")
    chosen = secrets.randbelow(10**6) if given is None else given
    print(f"to try the same again: --faults-seed {chosen}")
    return chosen


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what their module makes once are run by one process, or every process would make it."""
    for item in items:
        made = item._fixtureinfo.name2fixturedefs.values()
        if any(one.scope == "module" for each in made for one in each) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(re.sub(r"\W", "_", item.nodeid.split(".py")[0])))
