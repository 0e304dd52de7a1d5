"""Where lessons lie: those that are shipped, those of whoever asks, and those that a lecturer has given to the class.

A lesson is one file for each language, `NAME.LANGUAGE.md`, or one for all, `NAME.md`. Its address is its name, with `own/` or
`class/` before it; it holds nothing else, so a link to a lesson means the same whatever language its reader chose.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import AttentionLabError, InputError, RunError
from core.language import ENGLISH, LANGUAGES, language, tr
from core.lessons.lesson import Lesson
from core.lessons.reading import LARGEST, read_lesson
from core.runs import atomic, workspace
from core.runs.classroom import authority, locked
from core.settings import did_you_mean

OWN, CLASS = "own/", "class/"
# of the shipped ones, in the order of the lecture
ORDER = (
    "start", "inputs", "self-attention", "heads", "positions", "applications", "rivals", "seq2seq", "encoder", "decoder",
    "masked", "stopping", "all-at-once", "cross-attention", "training", "copying", "guided", "beam-sampling", "rewards",
    "exposure",
)  # fmt: skip
MOST = 200  # lessons on a shelf
_NAME = re.compile(r"\w[\w-]{0,59}")
_SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "lessons"


@dataclass(frozen=True)
class Found:
    """A lesson on a shelf.

    Attributes:
        address: its name, with the shelf's before it; path: of the file in the language of whoever asks, or the nearest to it.
        lesson: None where the file is damaged; problem: what is wrong with it then.
    """

    address: str
    path: Path
    lesson: Lesson | None
    problem: str = ""

    @property
    def title(self) -> str:
        """Of the lesson; of a damaged one its address."""
        return self.address if self.lesson is None else self.lesson.title


def known() -> list[Found]:
    """All lessons: the shipped ones in the order of the lecture, then those of the class, then one's own."""
    return [_found(address, path) for shelf in _shelves() for address, path in _files(shelf).items()]


def find(address: str) -> Found:
    """The lesson of an address.

    Raises:
        InputError: there is none, or its file is damaged.
    """
    shelf = next((one for one in (OWN, CLASS) if address.startswith(one)), "")
    path = _files(shelf).get(address) if shelf in _shelves() else None
    if path is None:
        names = [one for each in _shelves() for one in _files(each)]
        raise InputError(
            tr("there is no lesson “{address}”{near}; the page Lessons lists those that are here", address=address[:80],
               near=did_you_mean(address[:80], names))
        )  # fmt: skip
    found = _found(address, path)
    if found.lesson is None:
        raise InputError(found.problem)
    return found


def add(data: bytes, file: str) -> Found:
    """Keep a lesson among one's own; an older one of the same name and language is replaced.

    Args:
        file: its name; what stands before .md is the lesson's.

    Raises:
        InputError: it is no lesson, nothing may be called so, or there are too many. LockedControl: bringing files is locked.
        RunError: the disk refuses.
    """
    locked.check("upload")
    return _put(OWN, data, file)


def remove(address: str) -> None:
    """Take away one of one's own lessons, in all its languages.

    Raises:
        InputError: there is no such one.
    """
    _take(OWN, address)


def publish(address: str) -> Found:
    """Give a lesson to everybody in the class, in all its languages.

    Raises:
        InputError: there is no such lesson, or it is damaged. RunError: no lecturer asks, or the disk refuses.
    """
    authority.check_lecturer(tr("giving a lesson to the class"))
    found = find(address)
    name, given = address.removeprefix(OWN).removeprefix(CLASS), found
    for path in _languages(found.path.parent, name):
        given = _put(CLASS, path.read_bytes(), path.name)
    return given


def take_back(address: str) -> None:
    """Take a lesson back from the class; who has it on sees it until the next step.

    Raises:
        InputError: there is no such one. RunError: no lecturer asks, or the disk refuses.
    """
    authority.check_lecturer(tr("taking a lesson back"))
    _take(CLASS, address)


def published() -> list[str]:
    """Addresses of the lessons that the class was given."""
    return list(_files(CLASS)) if CLASS in _shelves() else []


# ---------------------------------------------------------------- shelves
def _shelves() -> tuple[str, ...]:
    """Those there are for whoever asks."""
    if not workspace.in_classroom():
        return "", OWN
    return ("", CLASS, OWN) if authority.asker() is not None else ("", CLASS)


def _folder(shelf: str) -> Path:
    if shelf == OWN:
        return workspace.home() / "lessons"
    return workspace.root() / "published" / "lessons" if shelf == CLASS else _SHIPPED


def _files(shelf: str) -> dict[str, Path]:
    """By address, the file in the language of whoever asks, else one for all languages, else English, else any."""
    wanted = (f".{language()}.md", ".md", f".{ENGLISH}.md", *(f".{code}.md" for code in LANGUAGES))
    try:
        names = sorted(entry.name for entry in _folder(shelf).iterdir() if entry.suffix == ".md" and entry.is_file())
    except OSError:
        return {}
    stems = {stem for name in names if (stem := _stem(name)) is not None}
    order = [one for one in ORDER if one in stems] if shelf == "" else sorted(stems)[:MOST]
    return {
        f"{shelf}{stem}": _folder(shelf) / next(f"{stem}{end}" for end in wanted if f"{stem}{end}" in names)
        for stem in order
    }


def _stem(file: str) -> str | None:
    """The name of a lesson from that of its file, or None where it is none.

    >>> _stem("heads.zh.md"), _stem("我的课.md"), _stem("../x.md"), _stem("a.fr.md")
    ('heads', '我的课', None, None)
    """
    stem, dot, code = file.removesuffix(".md").partition(".")
    return stem if _NAME.fullmatch(stem) and (not dot or code in LANGUAGES) else None


def _languages(folder: Path, name: str) -> list[Path]:
    """All files of a lesson."""
    return [path for end in ("", *(f".{code}" for code in LANGUAGES)) if (path := folder / f"{name}{end}.md").is_file()]


def _found(address: str, path: Path) -> Found:
    try:
        told = path.stat()
        return Found(address, path, _read(path, told.st_mtime_ns, told.st_size, language()))
    except AttentionLabError as error:
        return Found(address, path, None, str(error))
    except OSError as error:
        return Found(address, path, None, tr("{name} cannot be read: {reason}", name=path.name, reason=error.strerror))


@lru_cache(maxsize=512)
def _read(path: Path, changed: int, size: int, spoken: str) -> Lesson:
    """What a file says, read once as long as it stays as it is, and once in each language, as its faults are said in it."""
    with path.open("rb") as file:
        return read_lesson(file.read(LARGEST + 1), path.name)


def _put(shelf: str, data: bytes, file: str) -> Found:
    stem = _stem(file) if file.endswith(".md") else None
    if stem is None:
        raise InputError(
            tr("“{file}” cannot be the name of a lesson; call it NAME.md, NAME.en.md or NAME.zh.md, with letters, digits, _ and -",
               file=file[:80])
        )  # fmt: skip
    read_lesson(data, file)
    folder = _folder(shelf)
    if f"{shelf}{stem}" not in _files(shelf) and len(_files(shelf)) >= MOST:
        raise InputError(tr("there are {most} lessons already; take one away first", most=MOST))
    with atomic.disk_errors(tr("keeping the lesson {name}", name=stem)):
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(folder / file, data)
    return find(f"{shelf}{stem}")


def _take(shelf: str, address: str) -> None:
    if address not in _files(shelf):
        raise InputError(tr("there is no lesson “{address}” to take away", address=address[:80]))
    with atomic.disk_errors(tr("taking away {address}", address=address)):
        for path in _languages(_folder(shelf), address.removeprefix(shelf)):
            path.unlink(missing_ok=True)


def check_file(path: Path) -> Lesson:
    """A lesson from a file anywhere, for whoever writes one.

    Raises:
        RunError: it cannot be read; DataError: it is no lesson.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise RunError(
            tr("cannot read {path}: {reason}; give the path of a lesson", path=path, reason=error.strerror)
        ) from error
    return read_lesson(data, path.name)
