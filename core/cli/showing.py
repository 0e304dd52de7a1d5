"""Commands that show what there is: the app itself, tasks, models, objectives, searches."""

import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.devices import Device, choose
from core.cli.printing import Json, columns, show
from core.errors import RunError
from core.language import tr


def app(
    port: Annotated[int, typer.Option(help="port on this computer", min=1, max=65535)] = 8501,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="do not open a browser window")] = False,
    address: Annotated[
        str, typer.Option(help="network address to listen on; 127.0.0.1 is this computer alone, 0.0.0.0 everybody")
    ] = "127.0.0.1",
    classroom: Annotated[
        bool, typer.Option("--classroom", help="each person logs in to a workspace of their own")
    ] = False,
    trainings: Annotated[
        int | None, typer.Option(help="trainings that run at once, the others wait; one a core where not given", min=1)
    ] = None,
    memory_limit: Annotated[
        int | None, typer.Option(metavar="MB", help="memory one training may take; it needs some 400 to begin", min=1)
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="MINUTES", help="how long one may train at a stretch")
    ] = None,
    cluster: Annotated[
        str, typer.Option(help="train on a Ray cluster: ray://HOST:10001, auto (its head is here) or local (start one)")
    ] = "",
    device: Device = "",
) -> None:
    """Open the app in a browser; its trainings compute on the device, its pages on the CPU."""
    from core.runs.backend import CLUSTER
    from core.runs.classroom.room import load_classroom
    from core.runs.limits import MEMORY, MINUTES, TRAININGS, Limits

    choose(device)
    page = Path(__file__).resolve().parents[2] / "dashboard" / ("gate.py" if classroom else "app.py")
    if not page.exists():
        raise RunError(tr("the app is not at {page}; install from a clone with: pip install -e .", page=page))
    if classroom:
        load_classroom()
    elif not _is_here(address):
        said = tr(
            "attnlab: whoever reaches {address} can see, change and delete everything in this workspace, and use this "
            "computer; for a class, start it with --classroom",
            address=address,
        )
        print(said, file=sys.stderr)
    options = ["--server.port", str(port), "--server.headless", "true" if no_browser else "false"]
    options += ["--server.address", address]
    Limits(memory_limit, time_limit)  # says what cannot be
    given = {TRAININGS: trainings, MEMORY: memory_limit, MINUTES: time_limit}
    environment = {**os.environ, **{name: f"{value:g}" for name, value in given.items() if value is not None}}
    if cluster:
        from core.runs.cluster.ray_backend import check

        check(cluster)
        environment[CLUSTER] = cluster
    print(tr("Attention Lab is at {address}", address=f"http://{address}:{port}"), flush=True)
    sys.exit(subprocess.call([sys.executable, "-m", "streamlit", "run", str(page), *options], env=environment))


def _is_here(address: str) -> bool:
    """Whether only this computer reaches an address."""
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


def tasks(json: Json = False) -> None:
    """List tasks and their settings."""
    from core.runs.catalog import TASKS
    from core.tasks.set_table import SET_TASKS
    from core.tasks.synthesis import Synthesis

    _list({**TASKS, Synthesis.name: Synthesis, **SET_TASKS}, json)


def models(json: Json = False) -> None:
    """List models and their settings."""
    from core.models.set_models import SET_MODELS
    from core.models.speaker_settings import SpeakerSettings
    from core.runs.catalog import MODELS

    _list({**MODELS, SpeakerSettings.name: SpeakerSettings, **SET_MODELS}, json)


def objectives(json: Json = False) -> None:
    """List what a training may minimize, and the settings."""
    from core.runs.catalog import OBJECTIVES

    _list(OBJECTIVES, json)


def searches(json: Json = False) -> None:
    """List decoding strategies and their settings: searches, then those of models that write all places at once."""
    from core.runs.catalog import DECODINGS, SEARCHES

    _list({**SEARCHES, **DECODINGS}, json)


def _list(table: dict[str, Any], as_json: bool) -> None:
    from core.settings import declarations

    data = [
        {
            "name": name,
            "summary": kind.summary,
            "settings": [
                {
                    "name": one.name, "default": one.default, "kind": one.kind.__name__, "low": one.low, "high": one.high,
                    "above": one.above, "choices": list(one.choices), "help": one.help,
                }
                for one in declarations(kind)
            ],
        }
        for name, kind in table.items()
    ]  # fmt: skip
    blocks = []
    for item in data:
        rows = [["  " + one["name"], one["default"], tr(one["help"])] for one in item["settings"]]
        blocks.append(
            f"{item['name']}: {tr(item['summary'])}\n"
            + (columns(rows, [f"  {tr('setting')}", tr("default"), ""]) if rows else "")
        )
    show(data, as_json, "\n\n".join(blocks))
