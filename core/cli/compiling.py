"""The command that compiles a run's decoding ahead of time."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, Run, columns, show
from core.language import tr


def compile_run(
    run: Run,
    width: Annotated[
        int, typer.Option(help="of the beam search to compile; greedy search always is", min=1, max=256)
    ] = 4,
    wait: Annotated[bool, typer.Option("--wait", help="until everything is built and checked")] = False,
    look: Annotated[bool, typer.Option("--look", help="build nothing, only say what there is")] = False,
    json: Json = False,
) -> None:
    """Compile greedy and beam search for a run, in the background; decoding uses what was built and checked."""
    from core.runs.compilation import start
    from core.runs.compiled import folder_of
    from core.runs.store import open_run

    found = open_run(run)
    folder, code = folder_of(found), 0
    if not look:
        process = start(found, width)
        if not wait:
            show(
                {"run": found.address, "folder": str(folder), "pid": process.pid}, json,
                tr(
                    "compiling {run} in the background; what comes of it is said in {log}",
                    run=found.address, log=folder / "log.txt",
                ),
            )  # fmt: skip
            return
        code = process.wait()
    _report(found.address, folder, json)
    if code:
        print(tr("not everything was built: {line}", line=_last_line(folder / "log.txt")), file=sys.stderr)
        sys.exit(1)


def _report(address: str, folder: Path, json: bool) -> None:
    from core.runs.atomic import read_json

    packages = {path.stem: read_json(path, tr("compile the run again")) for path in sorted(folder.glob("*.json"))}
    rows = [
        [name, f"{one['seconds']:.0f} s", one["sources"], f"{one['log_probs']:.1e}", f"{one['weights']:.1e}"]
        for name, one in packages.items()
    ]
    heads = [tr("package"), tr("built in"), tr("sources checked"), "Δ log p", tr("Δ weights")]
    text = f"{columns(rows, heads)}\n{tr('in {folder}', folder=folder)}"
    data = {"run": address, "folder": str(folder), "packages": packages}
    show(data, json, text if rows else tr("nothing is compiled for {run}", run=address))


def _last_line(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8").splitlines()[-1]
    except (OSError, IndexError):
        return tr("see {file}", file=log.with_name("output.txt"))
