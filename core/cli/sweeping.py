"""The command that decodes with wider and wider beams."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.printing import Assignments, Json, Run, columns, show, write_file
from core.errors import SettingError
from core.language import tr

if TYPE_CHECKING:
    from core.runs.beam_sizes import Progress, SweepPoint


def sweep(
    run: Run,
    widths: Annotated[str, typer.Option(help="beam widths with commas between")] = "1,2,4,8,16,32,64",
    assignments: Assignments = None,
    n: Annotated[int, typer.Option("-n", help="held-out test sentences")] = 40,
    max_nodes: Annotated[int, typer.Option(help="of exact search, a sentence; 0 leaves it out")] = 2000,
    out: Annotated[Path | None, typer.Option(help="write the table to this .csv file")] = None,
    json: Json = False,
) -> None:
    """Beam size against quality: log-probability, BLEU and right outputs for every width, then exact search."""
    from core.decoding.beam import BeamSearch
    from core.runs.beam_sizes import searches, sentences
    from core.runs.beam_sizes import sweep as swept
    from core.runs.beam_verdict import proof_words, rows, to_csv, verdict
    from core.runs.config import parse_assignments
    from core.runs.trained import load

    over = searches(_numbers(widths), BeamSearch.from_dict(parse_assignments(assignments or [])), max_nodes)
    trained = load(run)
    points = []
    for now in swept(trained, sentences(trained, n), over):
        if now.point is not None:
            points.append(now.point)
            print(_progress(now.point, now), file=sys.stderr)
    if out is not None:
        write_file(out, to_csv(points))
    lines = [
        [
            one.name, f"{one.logp:.3f}", f"{one.bleu:.1f}", f"{one.right:.1%}", f"{one.exact_match:.1%}",
            f"{one.empty:.1%}", f"{one.length:.1f}",
        ]
        for one in points
    ]  # fmt: skip
    heads = [
        tr("search"), tr("mean Σ log p"), "BLEU", tr("right"), tr("exact match"), tr("empty"), tr("length"),
    ]  # fmt: skip
    found = verdict(points)
    words = [found.words() if found is not None else "", proof_words(points)]
    table = columns(lines, heads)
    show(rows(points), json, "\n".join(filter(None, [table, *words])))


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() for part in parts):
        raise SettingError(
            tr("cannot read the widths {text!r}; write whole numbers with commas between: 1,2,4,8", text=text)
        )
    return [int(part) for part in parts]


def _progress(point: "SweepPoint", now: "Progress") -> str:
    return tr(
        "{search}: {done} of {total} outputs, {seconds:.1f} s",
        search=point.name, done=now.done, total=now.total, seconds=point.seconds,
    )  # fmt: skip
