"""A disk that is full or read-only, at every moment of a training and on every page: a sentence, and nothing is lost."""

import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import RunError
from core.runs import archive, checkpoint, controls, jobs, status, store
from core.runs.folder import RunFolder
from tests.faults.nursery import TOLD, Ended, Nursery
from tests.faults.trainings import Reader, Result, half_trained, made, plain, same_start, trained

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
OF_A_CLASS = "class_room"  # no page where there is none
VIEWS = sorted(path.stem for path in (APP.parent / "views").glob("*.py") if path.stem not in ("__init__", OF_A_CLASS))


def mount(*words: str) -> bool:
    """Whether the system mounts something."""
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


@pytest.fixture
def mounted(home: Path) -> Iterator[Path | None]:
    """The home, as a small file system of its own; None where the system mounts none (a container without the right to)."""
    home.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=2m", "none", str(home)):
        yield None
        return
    yield home
    subprocess.run(["umount", "--lazy", str(home)], check=True)


@pytest.fixture
def disk(mounted: Path | None) -> Path:
    """The same, for what needs one."""
    if mounted is None:
        pytest.skip("this system lets nobody mount a small disk")
    return mounted


@pytest.fixture
def read_only(disk: Path) -> Callable[[], None]:
    """Makes the disk of the home read-only."""

    def freeze() -> None:
        assert mount("-o", "remount,ro", str(disk))

    return freeze


def fill(disk: Path) -> Path:
    """Leave no room on a disk; what takes the room."""
    ballast = disk / "ballast"
    with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def full_from(nursery: Nursery, begun: RunFolder, expected: Result, at: int, disk: Path | None) -> Ended:
    """Train a copy of a run on a disk that is full from a deed on, make room, and train it to its end.

    Args:
        disk: what is filled; None: no file may grow any more.
    """
    reader = Reader(same_start(begun, f"full-{at}"))
    reader.look_anew()
    ended = nursery.does("work_on_a_full_disk", address=str(reader.run.path), at=at, home=disk and str(disk))
    assert ended.code in (0, TOLD), ended.told
    if ended.code:
        assert "the disk is full; what was there before is intact; free some space" in ended.told
    if ended.code and disk is not None:
        assert status.read(reader.run).reason == ended.told, "the run's status says so, full as the disk is"
    reader.look_anew()
    if disk is not None:
        (disk / "ballast").unlink(missing_ok=True)
    if ended.code:
        trained(nursery, reader.run)
    assert Result.of(reader.run) == expected, f"full from deed {at} on"
    store.delete(reader.run)
    return ended


def test_a_disk_that_is_full_from_any_deed_on_ends_a_training_with_a_sentence_and_nothing_is_lost(nursery, mounted):
    """Where none can be mounted, no file may grow instead."""
    begun, expected = half_trained(nursery)
    at, refused, ended = 0, 0, None
    while ended is None or ended.code or at < ended.deeds:
        ended = full_from(nursery, begun, expected, at, mounted)
        at, refused = at + 1, refused + (ended.code == TOLD)
    assert refused > 30


def test_so_does_a_system_that_lets_no_file_grow(nursery, as_many, seed):
    begun, expected = half_trained(nursery)
    for at in random.Random(seed).sample(range(40), min(40, as_many(6))):
        assert full_from(nursery, begun, expected, at, None).code == TOLD


def test_a_disk_that_goes_read_only_ends_a_training_with_a_sentence_and_nothing_is_lost(nursery, as_many, seed):
    begun, expected = half_trained(nursery)
    chance = random.Random(seed)
    for number in range(as_many(8)):
        reader = Reader(same_start(begun, f"refused-{number}"))
        reader.look_anew()
        at = chance.randrange(40)
        ended = nursery.does("work_on_a_disk_gone_read_only", address=str(reader.run.path), at=at)
        assert ended.code == TOLD and "Read-only file system" in ended.told and "may be written" in ended.told, at
        reader.look_anew()
        trained(nursery, reader.run)
        assert Result.of(reader.run) == expected


def deeds(run: RunFolder) -> dict[str, Callable[[], object]]:
    """What people do with runs."""
    return {
        "train": lambda: jobs.start(run),
        "make": lambda: made("another", plain()),
        "rename": lambda: store.rename(run, "renamed"),
        "delete": lambda: store.delete(run),
        "write notes": lambda: run.write_notes("words " * 2000),
        "ask": lambda: controls.send(run, "pause"),
        "import": lambda: archive.import_run(archive.export_bytes(run), "imported"),
    }


def test_on_a_read_only_disk_every_deed_is_refused_in_a_sentence_and_all_can_be_read(nursery, disk, read_only):
    begun, expected = half_trained(nursery)
    reader = Reader(begun)
    reader.look_anew()
    read_only()
    for name, deed in deeds(begun).items():
        with pytest.raises(RunError, match="Read-only file system") as told:
            deed()
        assert "\n" not in str(told.value) and "None" not in str(told.value), name
    ended = nursery.does("train", address=str(begun.path))
    assert ended.code == TOLD and "Read-only file system" in ended.told
    reader.look_anew()
    assert checkpoint.steps(begun) == [3, 6]
    assert mount("-o", "remount,rw", str(disk))
    trained(nursery, begun)
    assert Result.of(begun) == expected


def test_on_a_full_disk_what_needs_room_is_refused_in_a_sentence_and_a_run_can_be_deleted(disk, nursery):
    begun, expected = half_trained(nursery)
    ballast = fill(disk)
    for name in ("train", "make", "write notes", "ask", "import"):
        with pytest.raises(RunError, match=r"the disk is full; .*free some space"):
            deeds(begun)[name]()
    deeds(begun)["rename"]()
    Reader(store.find_run("renamed")).look_anew()
    ballast.unlink()
    trained(nursery, store.find_run("renamed"))
    assert Result.of(store.find_run("renamed")) == expected
    fill(disk)
    store.delete(store.find_run("renamed"))
    assert [run.name for run in store.list_runs(include_demo=False)] == ["whole"]


def opened(view: str) -> AppTest:
    """A page, as it opens."""
    at = AppTest.from_file(str(APP), default_timeout=120).run()
    return at.switch_page(f"views/{view}.py").run()


def test_pages_open_on_a_read_only_disk(disk, read_only, as_many, seed):
    made("begun", plain())
    read_only()
    others = [view for view in VIEWS if view != "train"]
    for view in ["train", *random.Random(seed).sample(others, min(len(others), as_many(6)))]:
        at = opened(view)
        assert not at.exception, f"{view}: {at.exception[0].message}"


def test_train_on_a_full_disk_says_so(disk):
    ballast = fill(disk)
    at = opened("train")
    button = next(one for one in at.button if one.label == "Train")
    button.click().run()
    assert not at.exception, at.exception[0].message
    assert "the disk is full" in " ".join(one.value for one in at.warning)
    assert store.list_runs(include_demo=False) == []
    ballast.unlink()
