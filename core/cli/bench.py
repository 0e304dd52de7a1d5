"""The command that measures what the lab promises about speed."""

import fnmatch
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import psutil
import typer

from core.cli.printing import Json, columns, show
from core.errors import MissingExtra, RunError, SettingError
from core.language import mark, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
HEADS = [mark("row"), mark("measured"), mark("target"), mark("met"), mark("what")]


def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="rows to run, as patterns too: 'class-*'; all where none is named"),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="only say which rows there are")] = False,
    share: Annotated[float, typer.Option(help="of the repetitions, for a first look", min=0.001, max=1.0)] = 1.0,
    json: Json = False,
) -> None:
    """Measure speed against its targets; ends with 1 if one was missed. Needs a clone, and a machine at rest."""
    rows = _rows()
    unknown = sorted(name for name in set(names or []) if not fnmatch.filter(rows, name))
    if unknown:
        raise SettingError(
            tr("there is no row {unknown}; there are: {rows}", unknown=", ".join(unknown), rows=", ".join(rows))
        )
    chosen = {found: rows[found] for name in names or rows for found in fnmatch.filter(rows, name)}
    if listed:
        show(
            [_row(row) for row in chosen.values()],
            json,
            columns(
                [[row.name, _figure(row.target, row.unit), row.what] for row in chosen.values()],
                [tr("row"), tr("target"), tr("what")],
            ),
        )
        return
    found = [_measure(row, share) for row in chosen.values()]
    show(found, json, columns([_line(one) for one in found], [tr(head) for head in HEADS]))
    if any(one["met"] is False for one in found):
        raise typer.Exit(1)


def _rows() -> "Mapping[str, Any]":
    """The rows by name.

    Raises:
        RunError: this is not a clone.
    """
    if not (ROOT / "tests" / "benchmarks" / "table.py").exists():
        raise RunError(
            tr(
                "the benchmarks are not at {place}; they come with a clone of the repository: "
                'git clone it, then pip install -e ".[test]"',
                place=ROOT / "tests" / "benchmarks",
            )
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    rows: Mapping[str, Any] = importlib.import_module("tests.benchmarks.table").ROWS
    return rows


def _measure(row: Any, share: float) -> dict[str, Any]:
    busy = psutil.getloadavg()[0] / (os.cpu_count() or 1)
    warning = (
        tr(" (the machine is busy, {busy:.1f} processes a core: times come out too long)", busy=busy)
        if busy > 1
        else ""
    )
    print(f"{row.name} …{warning}", file=sys.stderr, flush=True)
    try:
        measured = row.measure(share)
    except MissingExtra as missing:
        return {**_row(row), "value": None, "low": None, "high": None, "note": str(missing), "met": None}
    figures = {name: _finite(getattr(measured, name)) for name in ("value", "low", "high")}
    return {**_row(row), **figures, "note": measured.note, "met": row.met(measured)}


def _row(row: Any) -> dict[str, Any]:
    return {"name": row.name, "what": row.what, "unit": row.unit, "target": row.target}


def _line(one: dict[str, Any]) -> list[str]:
    spread = f"{_figure(one['value'], one['unit'])} ({_figure(one['low'], '')}–{_figure(one['high'], '')})"
    spread = tr("not measured") if one["value"] is None and one["met"] is None else spread
    met = {None: "", True: tr("yes"), False: tr("NO")}[one["met"]]
    return [one["name"], spread, _figure(one["target"], one["unit"]), met, f"{one['what']}; {one['note']}".rstrip("; ")]


def _figure(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.3g} {unit}".rstrip()


def _finite(value: float) -> float | None:
    """JSON has no infinity: a goal that was never reached is null."""
    return value if abs(value) != float("inf") else None
