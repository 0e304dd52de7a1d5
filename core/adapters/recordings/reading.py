"""Files as recordings: several files are one recording as long as they do not speak of the same attention.

>>> (one,) = read_recordings([("cross_attention.json", b"[[[1, 0, 0], [0, 1, 0]]]")])
>>> one.opened(one.crowd.all[0]).matrices[0].weights.shape
(1, 2, 3)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Int

from core.adapters.dumps import find_files
from core.adapters.files import KINDS, read_bytes, read_file
from core.adapters.names import natural
from core.adapters.recordings.hypotheses import crowd_of, slots_mixed
from core.adapters.recordings.pieces import Piece, pieces_of, place_of
from core.adapters.recordings.programs import ANY, PROGRAMS
from core.adapters.recordings.recording import Recording
from core.adapters.recordings.sites import KINDS as ATTENTIONS
from core.adapters.stored import Contents, check_size
from core.adapters.token_lists import TokenLists
from core.errors import DataError, InputError, SettingError
from core.language import tr

_SHOWN = 4
File = tuple[str, Contents]


def read_recordings(files: Sequence[tuple[str, bytes]], program: str = ANY, kind: str = "cross") -> list[Recording]:
    """The recordings in some files; see `recordings_of`.

    Args:
        files: names and bytes.

    Raises:
        DataError: nothing can be read.
    """
    return recordings_of(*read_files(files), program, kind)


def read_recording_paths(paths: Sequence[Path], program: str = ANY, kind: str = "cross") -> list[Recording]:
    """The recordings in files and folders on this computer.

    Raises:
        DataError: nothing can be read.
    """
    return read_recordings([(path.name, read_bytes(path)) for path in find_files(paths)], program, kind)


def read_files(files: Sequence[tuple[str, bytes]]) -> tuple[list[File], list[str]]:
    """What files hold, and what is wrong with those that cannot be read, as long as one can.

    Raises:
        DataError: none can.
    """
    if not files:
        raise DataError(tr("no file; expected attention: {list}", list=", ".join(KINDS[:4])))
    check_size(sum(len(data) for _, data in files), tr("what you brought, together,"))
    read, problems = [], []
    for name, data in sorted(files, key=lambda one: natural(one[0])):
        try:
            read.append((name, read_file(data, name)))
        except InputError as error:
            problems.append(str(error) if str(error).startswith(name) else f"{name}: {error}")
    if not read:
        raise DataError("; ".join(problems[:_SHOWN]))
    return read, [tr("left out: {problem}", problem=problem) for problem in problems]


def recordings_of(
    files: Sequence[File], problems: Sequence[str] = (), program: str = ANY, kind: str = "cross"
) -> list[Recording]:
    """Recordings from what files hold; nothing is copied.

    Args:
        problems: of files that could not be read.
        program: which one wrote them, one of PROGRAMS.
        kind: what attention is where no name says it: "cross", "encoder self" or "decoder self".

    Raises:
        DataError: there is no attention in them.
        SettingError: an unknown program or kind.
    """
    if program not in PROGRAMS or kind not in ATTENTIONS:
        word, given, known = ("program", program, PROGRAMS) if program not in PROGRAMS else ("kind", kind, ATTENTIONS)
        raise SettingError(
            tr("there is no {word} {given!r}; choose one of: {known}", word=word, given=given, known=", ".join(known))
        )
    parts = [_part(name, contents, program, kind) for name, contents in files]
    read = [part for part in parts if part.pieces]
    warnings = [*problems, *(warning for part in parts for warning in part.warnings)]
    if not read:
        raise DataError("; ".join(warnings[:_SHOWN]) or tr("{files}: no attention in it", files=files[0][0]))
    together = [_joined(read)] if _agree(read) else read
    return [one for part in together for one in _by_step(part, warnings, PROGRAMS[program].hop)]


@dataclass(frozen=True)
class _Part:
    """What belongs together.

    Attributes:
        name: for people; beams: as Hugging Face's `beam_indices`, where there are some.
    """

    name: str
    pieces: tuple[Piece, ...]
    texts: tuple[TokenLists, ...]
    beams: Int[np.ndarray, "hypothesis step"] | None
    found: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def _part(name: str, contents: Contents, program: str, kind: str) -> _Part:
    stem = PurePosixPath(name).with_suffix("").name
    pieces, found, left = pieces_of(contents, stem, program, kind)
    warnings = (*contents.notes, *(tr("{name}: left out: {one}", name=name, one=one) for one in left))
    return _Part(name, tuple(pieces), contents.texts, _beams(contents, name), tuple(found), warnings)


def _beams(contents: Contents, name: str) -> Int[np.ndarray, "hypothesis step"] | None:
    """Where hypotheses stood in the beam.

    Raises:
        DataError: no whole numbers.
    """
    for stored in contents.arrays:
        if re.split(r"[./]", stored.key)[-1] == "beam_indices":
            values = np.atleast_2d(stored.values)
            if values.ndim != 2 or values.size == 0 or not np.array_equal(values, np.rint(values)):
                raise DataError(
                    tr(
                        "{name}: beam_indices {shape} are not whole numbers [hypothesis, step]; save them as "
                        "generate returned them",
                        name=name,
                        shape=stored.values.shape,
                    )
                )
            return values.astype(np.int64)
    return None


def _agree(parts: Sequence[_Part]) -> bool:
    """Whether no two files speak of the same attention: then they are parts of one recording."""
    places = [place_of(piece) for part in parts for piece in part.pieces]
    return len(set(places)) == len(places)


def _joined(parts: Sequence[_Part]) -> _Part:
    return _Part(
        parts[0].name if len(parts) == 1 else tr("{count:,} files", count=len(parts)),
        tuple(piece for part in parts for piece in part.pieces),
        tuple(texts for part in parts for texts in part.texts),
        next((part.beams for part in parts if part.beams is not None), None),
        tuple(dict.fromkeys(note for part in parts for note in part.found)),
    )


def _by_step(part: _Part, warnings: Sequence[str], hop: float | None) -> Iterator[Recording]:
    """A recording for each step of a training."""
    steps = sorted({piece.step for piece in part.pieces if piece.step is not None})
    sources = max((len(told.lists) for told in part.texts if told.side == "keys"), default=0)
    for step in steps or [None]:
        pieces = tuple(piece for piece in part.pieces if piece.step == step)
        name = part.name if len(steps) < 2 else tr("{name} · step {step:,}", name=part.name, step=step)
        crowd = crowd_of(pieces, part.beams, sources)
        mixed = slots_mixed(pieces, crowd)
        said = (*warnings, mixed) if mixed else tuple(warnings)
        yield Recording(name, crowd, pieces, part.texts, part.found, said, hop)
