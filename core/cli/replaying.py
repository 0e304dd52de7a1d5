"""The command that computes what a link shows, and proves that its Python gives the same."""

import json as json_module
import sys
from typing import Annotated, Any

import typer

from core.cli.printing import Json, show
from core.language import tr

_WIDTH = 100  # characters of a line that tells a list of numbers
_MOST = 12  # differences that are told


def replay(
    link: Annotated[str, typer.Argument(metavar="LINK", help="the address of a page, or from the page's name on")],
    check: Annotated[
        bool, typer.Option("--check", help="run the Python for it in a process of its own, and compare every number")
    ] = False,
    python: Annotated[bool, typer.Option("--python", help="print the Python that gives the same numbers")] = False,
    json: Json = False,
) -> None:
    """Print the numbers that a link shows; exit code 1 where --check finds that its Python gives others."""
    import torch

    from core.replay.link import open_link
    from core.replay.script import script
    from core.replay.values import plain

    torch.set_num_threads(1)  # as the app computes
    reading = open_link(link)
    if python:
        show({"python": script(reading)}, json, script(reading).rstrip())
    elif check:
        _check(reading, json)
    else:
        numbers = plain(reading.numbers())
        show(json_module.loads(json_module.dumps(numbers)) if json else None, json, told(numbers))


def _check(reading: Any, json: bool) -> None:
    from core.replay.check import check

    found = check(reading)
    same = not found.differing
    words = (
        tr("{count:,} values, equal to the last digit: the link's Python gives what its page shows", count=found.count)
        if same
        else tr("{count:,} of {total:,} values differ:", count=len(found.differing), total=found.count)
        + "\n"
        + "\n".join(found.differing[:_MOST])
    )
    show({"equal": same, "values": found.count, "differing": list(found.differing)}, json, words)
    if not same:
        sys.exit(1)


def told(numbers: dict[str, Any]) -> str:
    """Numbers for people: a line each, long lists cut short."""
    lines = []
    for name, value in numbers.items():
        text = json_module.dumps(value, ensure_ascii=False)
        lines.append(f"{name}: {text if len(text) <= _WIDTH else text[:_WIDTH] + ' …'}")
    return "\n".join(lines)
