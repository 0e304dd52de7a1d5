"""attnlab classroom publish, unpublish, lock, unlock, list: what the lecturer does on the page Class, from the server's own shell."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.printing import Json, Run, columns, show
from core.errors import RunError
from core.language import tr

if TYPE_CHECKING:
    from core.runs.classroom.locked import Lock

Place = Annotated[str, typer.Option("--of", metavar="WORKSPACE", help="the run is in this workspace of the class")]
Whom = Annotated[str, typer.Option("--for", metavar="WORKSPACE", help="one workspace alone; all of them if left out")]
What = Annotated[
    list[str], typer.Argument(metavar="CONTROL …", help="train, practice, upload, import, download, delete")
]


def publish(
    run: Run,
    of: Place = "",
    name: Annotated[str, typer.Option("--as", help="of the copy; a taken name gets a number")] = "",
    json: Json = False,
) -> None:
    """Give everybody a copy of a run to look at, as class/NAME."""
    from core.runs import store
    from core.runs.classroom import published, roll

    copy = published.publish(roll.run_of(of, run) if of else store.open_run(run), name)
    show({"run": copy.address, "path": str(copy.path)}, json, tr("published as {run}", run=copy.address))


def unpublish(
    name: Annotated[str, typer.Argument(help="as published, with class/ before it or without")], json: Json = False
) -> None:
    """Take a published run back."""
    from core.runs import store
    from core.runs.classroom import published

    published.unpublish(name)
    address = f"{store.CLASS}{name.removeprefix(store.CLASS)}"
    show({"unpublished": address}, json, tr("taken back: {run}", run=address))


def lock(controls: What, whom: Whom = "", json: Json = False) -> None:
    """Lock controls for students; what is running goes on."""
    from core.runs.classroom import locked

    _check(whom)
    for control in controls:
        locked.lock(control, whom)
    _show_locks(json)


def unlock(controls: What, whom: Whom = "", json: Json = False) -> None:
    """Unlock controls; for all also lifts what was locked for one."""
    from core.runs.classroom import locked

    _check(whom)
    for control in controls:
        locked.unlock(control, whom)
    _show_locks(json)


def list_class(json: Json = False) -> None:
    """The class as it is: who is here, what trains, what is locked and published."""
    from core.runs.classroom import locked, published, roll
    from core.runs.classroom.used import megabytes
    from core.runs.workspace import workspaces

    places = workspaces()
    people = [
        {
            "workspace": page.name, "name": page.owner, "here": page.here, "runs": len(page.runs), "training": page.active,
            "megabytes": round(megabytes(places[page.name]), 1),
        }
        for page in roll.roll() if page.name in places
    ]  # fmt: skip
    given = [run.address for run in published.published()]
    locks = locked.locks()
    told = [_locked(locks), tr("published: {runs}", runs=", ".join(given) or tr("nothing"))]
    rows = [[one["workspace"], tr("here") if one["here"] else "", *list(one.values())[3:]] for one in people]
    heads = [tr("workspace"), "", tr("runs"), tr("training"), "MB"]
    table = columns(rows, heads) if rows else tr("nobody has logged in yet")
    show(
        {"workspaces": people, "locks": [asdict(one) for one in locks], "published": given},
        json,
        "\n".join([*told, table]),
    )


def _show_locks(json: bool) -> None:
    from core.runs.classroom import locked

    locks = locked.locks()
    show({"locks": [asdict(one) for one in locks]}, json, _locked(locks))


def _locked(locks: "Sequence[Lock]") -> str:
    told = [
        tr("{control} for {whom}", control=one.control, whom=one.workspace) if one.workspace else one.control
        for one in locks
    ]
    return tr("locked: {controls}", controls=", ".join(told) or tr("nothing"))


def _check(whom: str) -> None:
    from core.runs.workspace import workspaces

    known = workspaces()
    if whom and whom not in known:
        raise RunError(
            tr(
                "there is no workspace {whom!r}; workspaces: {known}",
                whom=whom[:60],
                known=", ".join(known) or tr("none yet"),
            )
        )
