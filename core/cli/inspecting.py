"""attnlab inspect: attention maps that other programs wrote, scored and examined."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.printing import Json, columns, show, write_file
from core.errors import SettingError
from core.language import tr

if TYPE_CHECKING:
    from core.metrics.diagnosis import Diagnosis
    from core.recording.alignment import AlignmentDump


def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="maps, or folders of them over training steps")],
    tokens: Annotated[str | None, typer.Option(help="a text file of tokens, or the tokens themselves")] = None,
    hop: Annotated[float | None, typer.Option(help="milliseconds from frame to frame, for seconds on the axis")] = None,
    step: Annotated[int | None, typer.Option(help="the training step to look at; else the last")] = None,
    axes: Annotated[str | None, typer.Option(help="what stands before target and source, as “layer head”")] = None,
    softmax: Annotated[bool, typer.Option(help="the numbers are scores: take the softmax of each row")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="the report .html, the picture .svg, .png or .pdf, scores .csv, the map .map.csv, .map.npz, .map.json"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Say of attention maps what they align, how well, and where they fail; the head is chosen by its quality."""
    from core.adapters.axes import READINGS
    from core.adapters.dumps import read_paths
    from core.adapters.labels import Captions, counts_of, label
    from core.adapters.mending import Reading
    from core.figures.alignment_report import ALIGNMENT_EXPORTS
    from core.figures.endings import by_ending
    from core.metrics.diagnosis import diagnose, ranked

    write = None if out is None else by_ending(out.name, ALIGNMENT_EXPORTS)
    known = [reading for readings in READINGS.values() for reading in readings]
    if axes is not None and axes not in known:
        raise SettingError(tr("axes cannot be {axes!r}; choose one of: {known}", axes=axes, known=", ".join(known)))
    text = told_tokens(tokens)
    dump = read_paths(files, Reading(axes, None, softmax), counts_of(text))
    group, at = dump.groups[0], _step(dump, step)
    rivals = ranked(dump.at(at, group))
    if not rivals:
        raise SettingError(
            tr("{place} has no map at step {step}; choose another --step", place=dump.maps[0].place.label, step=at)
        )
    best = rivals[0].map
    captions = Captions(text, hop=None if hop is None else hop / 1000)
    diagnosis = diagnose(best, label(best, captions), rivals)
    if out is not None and write is not None:
        write_file(out, write(diagnosis, dump))
    show(_data(diagnosis, dump), json, _told(diagnosis, dump))


def told_tokens(given: str | None) -> str:
    """Tokens as they are given, or what stands in the file that they name.

    Raises:
        DataError: the file cannot be read.
    """
    if given is None:
        return ""
    from core.adapters.files import read_bytes
    from core.data.parallel_text import decode

    path = Path(given)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # too long for a name, a NUL: tokens then
        is_file = False
    return decode(read_bytes(path), path.name)[0] if is_file else given


def _step(dump: "AlignmentDump", asked: int | None) -> int | None:
    steps = dump.steps
    if asked is not None and asked not in steps:
        there = f"{steps[0]} … {steps[-1]}" if steps else tr("none")
        raise SettingError(tr("there is no map of step {step}; steps with one: {there}", step=asked, there=there))
    return asked if asked is not None else (steps[-1] if steps else None)


def _data(diagnosis: "Diagnosis", dump: "AlignmentDump") -> dict[str, Any]:
    place = diagnosis.map.place
    return {
        "found": list(dump.found),
        "noticed": [*dump.done, *diagnosis.axes.notes],
        "steps": list(dump.steps),
        "chosen": {"name": place.name, "step": place.step, "layer": place.layer, "head": place.head, "item": place.item},
        "shape": list(diagnosis.map.shape),
        "scores": diagnosis.judged.figures,
        "findings": diagnosis.records,
        "path": [list(cell) for cell in diagnosis.path],
        "rivals": [
            {"layer": one.map.place.layer, "head": one.map.place.head, "quality": one.quality} for one in diagnosis.rivals
        ],
    }  # fmt: skip


def _told(diagnosis: "Diagnosis", dump: "AlignmentDump") -> str:
    lines = [*dump.found, *(tr("noticed: {note}", note=note) for note in (*dump.done, *diagnosis.axes.notes))]
    rivals = [[one.map.place.label, f"{one.quality:.3f}"] for one in diagnosis.rivals[:12]]
    more = len(diagnosis.rivals) - len(rivals)
    rest = "\n" + tr("and {more:,} more; --out scores.csv has all", more=more) if more > 0 else ""
    figures = [[name, f"{value:.3f}"] for name, value in diagnosis.judged.figures.items()]
    doctor = [f"{at}. {told}" for at, told in enumerate(diagnosis.told[:12], 1)]
    doctor = doctor or [tr("the doctor finds nothing wrong")]
    if len(diagnosis.told) > 12:
        doctor.append(tr("… all together {kinds}; --json has each", kinds=diagnosis.kinds))
    return "\n\n".join(
        ["\n".join(lines), columns(rivals, [tr("map"), tr("quality")]) + rest, diagnosis.choice, columns(figures, [tr("score"), ""]),
         "\n".join(doctor)]
    )  # fmt: skip
