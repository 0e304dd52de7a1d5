"""Commands about the line of trainings: list, cancel."""

import typer

from core.cli.printing import Json, Run, columns, show
from core.language import tr

queue = typer.Typer(help="The line in which trainings wait for their turn.", no_args_is_help=True)


@queue.command("list")
def list_line(json: Json = False) -> None:
    """What runs, then what waits in the order in which it will begin; files there that are no tickets are named.

    Trainings of `attnlab train` are not among them: they run where they were started, at once.
    """
    from core.runs import job_queue, status
    from core.runs.backend import chosen

    places, line = chosen().places(), job_queue.line()
    data = []
    for before, ticket in [*((None, one) for one in line.running), *enumerate(line.waiting)]:
        now = status.read(ticket.run)
        data.append({
            "run": ticket.address, "path": ticket.path, "owner": ticket.owner, "state": now.state, "before": before,
            "step": now.step, "steps": now.steps,
        })  # fmt: skip
    told = [[one["run"], one["owner"], one["state"], _place(one["before"])] for one in data]
    heads = [tr("run"), tr("owner"), tr("state"), tr("place")]
    text = columns(told, heads) if told else tr("nothing runs and nothing waits")
    text = "\n".join([tr("at most {places} at once", places=places), text, *line.problems])
    show({"places": places, "trainings": data, "problems": list(line.problems)}, json, text)


@queue.command()
def cancel(run: Run, json: Json = False) -> None:
    """Take a run out of the line, or end its training: with a checkpoint; asked again some seconds later, at once."""
    from core.runs import job_queue, status, store

    folder = store.open_run(run)
    job_queue.cancel(folder)
    now = status.read(folder)
    told = (
        tr("{run} was asked to stop after its step", run=folder.address)
        if now.alive
        else tr("{run} is {state}", run=folder.address, state=now.state)
    )
    show({"run": folder.address, "state": now.state}, json, told)


def _place(before: int | None) -> str:
    return "" if before is None else tr("{count} before it", count=before)
