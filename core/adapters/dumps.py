"""Attention maps that other programs wrote, one file or many over training steps, as one AlignmentDump.

>>> dump = read_dump([("align_1000.json", b"[[1, 0, 0], [0, 1, 0]]"), ("align_200.csv", b"1 0 0\\n1 0 0")])
>>> dump.steps, dump.maps[0].weights.shape
((200, 1000), (2, 3))
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.adapters.axes import read_axes, single_maps
from core.adapters.files import KINDS, read_bytes, read_file
from core.adapters.mending import AS_FOUND, Reading, mend
from core.adapters.names import Named, natural, said_by, steps_of
from core.adapters.stored import Stored, check_size
from core.errors import DataError, InputError
from core.language import tr, tr_count
from core.recording.alignment import AlignmentDump, AlignmentMap, Place

_UNNAMED = re.compile(r"(?:^|\.)arr_(\d+)$|\[(\d+)\]$")  # np.savez without names; an element of a JSON list
_MOST_FILES = 2000
_SHOWN = 4  # equal notes are said once, with how often


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files of maps that paths mean: a file itself, of a folder those of a known kind, numbers in their order.

    Raises:
        DataError: there are none, or too many.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in KINDS]
            files += sorted(inside, key=lambda one: natural(str(one)))
            if not inside:
                raise DataError(
                    tr(
                        "the folder {path} holds no attention maps; expected files that end in {list}",
                        path=path,
                        list=", ".join(KINDS[:5]),
                    )
                )
        else:
            files.append(path)
    if len(files) > _MOST_FILES:
        raise DataError(
            tr(
                "{count:,} files; at most {most_files:,} are read at once: bring every tenth step",
                count=len(files),
                most_files=_MOST_FILES,
            )
        )
    return files


def read_paths(paths: Sequence[Path], reading: Reading = AS_FOUND, tokens: Sequence[int] = ()) -> AlignmentDump:
    """The maps of files and folders on this computer; see `read_dump`.

    Raises:
        DataError: nothing can be read.
    """
    return read_dump([(path.name, read_bytes(path)) for path in find_files(paths)], reading, tokens)


def read_dump(
    files: Sequence[tuple[str, bytes]], reading: Reading = AS_FOUND, tokens: Sequence[int] = ()
) -> AlignmentDump:
    """All maps of some files. A file that cannot be read is left out and said, as long as another one can.

    Args:
        files: names and bytes.
        reading: what a person says of them.
        tokens: how many tokens were given, each way of counting them (core.adapters.labels.cuts_of).

    Raises:
        DataError: no file can be read.
    """
    if not files:
        raise DataError(tr("no file; expected attention maps: {list}", list=", ".join(KINDS[:5])))
    if len(files) > _MOST_FILES:
        raise DataError(
            tr(
                "{count:,} files; at most {most_files:,} are read at once: bring every tenth step",
                count=len(files),
                most_files=_MOST_FILES,
            )
        )
    check_size(sum(len(data) for _, data in files), tr("what you brought, together,"))
    ordered = sorted(files, key=lambda one: natural(one[0]))
    stems = steps_of([str(PurePosixPath(name).with_suffix("").name) for name, _ in ordered])
    alone = len({one.rest for one in stems}) == 1  # then the files' own names tell nothing apart
    maps: list[AlignmentMap] = []
    found: list[str] = []
    done: list[str] = []
    problems: list[str] = []
    for (name, data), stem in zip(ordered, stems):
        try:
            one = _read_one(name, data, stem, alone, reading, tokens)
        except InputError as error:
            problems.append(str(error) if str(error).startswith(name) else f"{name}: {error}")
            done.append(tr("left out: {problem}", problem=problems[-1]))
        else:
            maps, found, done = [*maps, *one.maps], [*found, *one.found], [*done, *one.done]
    if not maps:
        raise DataError("; ".join(problems[:_SHOWN]))
    all_maps = tuple(sorted(_told_apart(maps), key=_order))
    return AlignmentDump(all_maps, (*_counted(found), _steps_said(all_maps)), (*_counted(done), *_common(all_maps)))


def _read_one(
    name: str, data: bytes, stem: Named, alone: bool, reading: Reading, tokens: Sequence[int]
) -> AlignmentDump:
    """The maps of one file.

    Raises:
        DataError: there are none.
    """
    contents = read_file(data, name)
    maps: list[AlignmentMap] = []
    found: list[str] = []
    problems: list[str] = []
    for stored in contents.arrays:
        place = _place(stored, stem, alone, len(contents.arrays))
        try:
            read = read_axes(stored, place, reading.axes)
            found += [read.note] if read.note else []
            for at, values in single_maps(read, place):
                maps.append(_labelled(mend(values, at, reading, tokens), stored))
        except InputError as error:
            key = f"{stored.key}: " if stored.key else ""
            problems.append(f"{key}{str(error).removeprefix(key)}")
    if not maps:
        raise DataError(f"{name}: {'; '.join([*problems, *contents.notes][:_SHOWN])}")
    left_out = (tr("left out: {name}: {one}", name=name, one=one) for one in problems)
    return AlignmentDump(tuple(maps), tuple(found), (*contents.notes, *left_out))


def _place(stored: Stored, stem: Named, alone: bool, arrays: int) -> Place:
    """Where an array belongs: the file says it, else the array's key, else the file's name."""
    key = said_by(_UNNAMED.sub("", stored.key))
    step, layer, head = (
        next((one for one in values if one is not None), None)
        for values in (
            (stored.step, key.step, stem.step),
            (stored.layer, key.layer, stem.layer),
            (stored.head, key.head, stem.head),
        )
    )
    index = _UNNAMED.search(stored.key)
    if index and arrays > 1:  # unnamed arrays in a row: layers where each has heads, else steps of the training
        number = int(index[1] or index[2])
        if stored.values.ndim > 2 and layer is None:
            layer = number
        elif step is None:
            step = number
    names = (key.rest or stem.rest,) if alone else (stem.rest, key.rest)
    return Place(" · ".join(filter(None, names)), step, layer, head)


def _labelled(one: AlignmentMap, stored: Stored) -> AlignmentMap:
    """With the tokens its file names, where they fit the map as it is now."""
    rows, columns = one.weights.shape
    queries, keys = stored.queries, stored.keys
    if one.shape == stored.values.shape[-2:][::-1] and rows != columns:  # it was turned
        queries, keys = keys, queries
    return replace(
        one,
        queries=queries if queries is not None and len(queries) == rows else None,
        keys=keys if keys is not None and len(keys) == columns else None,
    )


def _told_apart(maps: list[AlignmentMap]) -> list[AlignmentMap]:
    """Two maps of one place would hide each other: they are numbered."""
    counts = Counter(one.place for one in maps)
    seen: Counter[Place] = Counter()
    apart = []
    for one in maps:
        seen[one.place] += 1
        name = f"{one.place.name} #{seen[one.place]}".strip() if counts[one.place] > 1 else one.place.name
        apart.append(replace(one, place=replace(one.place, name=name)))
    return apart


def _order(one: AlignmentMap) -> tuple[object, ...]:
    place = one.place
    numbers = (place.item, place.layer, place.head, place.step)
    return natural(place.name), *(-1 if number is None else number for number in numbers)


def _counted(notes: list[str]) -> list[str]:
    return [
        note if count == 1 else tr("{note} ({count} times)", note=note, count=count)
        for note, count in Counter(notes).items()
    ]


def _steps_said(maps: Sequence[AlignmentMap]) -> str:
    steps = sorted({one.place.step for one in maps if one.place.step is not None})
    over = (
        tr(
            " at {count:,} steps, {steps:,} to {steps2:,}, by names and keys",
            count=len(steps),
            steps=steps[0],
            steps2=steps[-1],
        )
        if len(steps) > 1
        else ""
    )
    return tr_count(len(maps), "1 map", "{n:,} maps") + over


def _common(maps: Sequence[AlignmentMap]) -> list[str]:
    """What was done to the maps: said of all, of how many, or of which."""
    notes = Counter(note for one in maps for note in one.notes)
    said = []
    for note, count in notes.items():
        if len(maps) == 1:
            said.append(note)
        elif count == len(maps):
            said.append(tr("all {count:,} maps: {note}", count=count, note=note))
        else:
            which = next(one for one in maps if note in one.notes)
            step = "" if which.place.step is None else tr(" at step {step:,}", step=which.place.step)
            said.append(
                tr(
                    "{count:,} of {count2:,} maps (first: {label}{step}): {note}",
                    count=count,
                    count2=len(maps),
                    label=which.place.label,
                    step=step,
                    note=note,
                )
            )
    return said
