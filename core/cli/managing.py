"""Commands that manage runs: list, show, rename, delete, export, import."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, Run, columns, show
from core.language import tr
from core.runs import archive, status, store

runs = typer.Typer(help="List and manage runs.", no_args_is_help=True)


@runs.command("list")
def list_all(json: Json = False) -> None:
    """All runs, yours first; a damaged one says what is wrong with it."""
    rows, data = [], []
    for run in store.list_runs():
        now, problem = status.read(run), run.problem
        task, model = ("", "") if problem else (run.config()["task"]["name"], run.config()["model"]["name"])
        data.append(
            {
                "run": run.address,
                "state": now.state,
                "step": now.step,
                "steps": now.steps,
                "task": task,
                "model": model,
                "problem": problem,
            }
        )
        rows.append([run.address, task, model, now.state, f"{now.step}/{now.steps}", problem or now.reason])
    show(data, json, columns(rows, [tr("run"), tr("task"), tr("model"), tr("state"), tr("step"), ""]))


@runs.command("show")
def show_one(run: Run, json: Json = False) -> None:
    """One run: its settings and how far it is."""
    from core.runs.config import PARTS

    folder = store.open_run(run)
    config, now = folder.config(), status.read(folder)
    settings = [[f"{part}.{name}", value] for part in PARTS for name, value in config.get(part, {}).items()]
    how_far = tr(
        "state {state}, step {step} of {steps} {reason}",
        state=now.state,
        step=now.step,
        steps=now.steps,
        reason=now.reason,
    )
    show(
        {"run": folder.address, "path": str(folder.path), "config": config, "status": asdict(now)},
        json,
        f"{folder.address} ({folder.path})\n{how_far}\n"
        + columns([*settings, ["seed", config.get("seed")]], [tr("setting"), tr("value")]),
    )


@runs.command()
def rename(run: Run, name: Annotated[str, typer.Argument(help="the new name")], json: Json = False) -> None:
    """Give a run of yours another name."""
    renamed = store.rename(store.find_run(run), name)
    show({"run": renamed.address}, json, tr("now called {run}", run=renamed.address))


@runs.command()
def delete(run: Run, json: Json = False) -> None:
    """Delete a run of yours."""
    store.delete(store.find_run(run))
    show({"deleted": run}, json, tr("deleted {run}", run=run))


@runs.command("export")
def export_run(
    run: Run, out: Annotated[Path, typer.Argument(help="the .zip file to write")], json: Json = False
) -> None:
    """Put a run into one zip file."""
    archive.export_file(store.open_run(run), out)
    show({"written": str(out)}, json, tr("written: {path}", path=out))


@runs.command("import")
def import_run(
    source: Annotated[Path, typer.Argument(help="a .zip file that export wrote")],
    name: Annotated[str, typer.Option(help="of the new run")] = "",
    json: Json = False,
) -> None:
    """Read a run back from a zip file."""
    run = archive.import_run(source, name or None)
    word = archive.word_on(source)
    show(
        {"run": run.address, "word": word},
        json,
        tr("imported as {run}", run=run.address) + (f"\n{word}" if word else ""),
    )


@runs.command()
def ship(
    run: Run, folder: Annotated[Path, typer.Argument(help="a folder that does not exist yet")], json: Json = False
) -> None:
    """Write a compact copy of a finished run: half precision, thinned curves, with its recipe."""
    from core.runs import shipping

    copy = shipping.ship(store.open_run(run), folder)
    show({"written": str(copy.path)}, json, tr("written: {path}", path=copy.path))
