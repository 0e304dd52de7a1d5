"""The reference of the command line: every command with its arguments and options, from the program itself."""

import re
from collections.abc import Iterator

import typer
from typer.core import TyperGroup

from core.cli.program import program


def commands(group: TyperGroup, name: str = "attnlab") -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Every command with the words that call it, those of groups too."""
    for word, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def options_page() -> str:
    """A page with a section a command."""
    group = typer.main.get_command(program)
    head = [
        "# Every command and option",
        "",
        "Made from the program. With examples: [the command line](../../command-line.md).",
        "",
    ]
    return "\n".join([*head, *(line for name, one in commands(group) for line in _section(name, one))]) + "\n"


def _section(name: str, command: typer.core.TyperCommand) -> Iterator[str]:
    context = typer.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    yield from (f"## {name}", "", _plain(command.help or ""), "", "```text", usage, "```", "")
    yield from ("| Argument or option | What it says |", "|---|---|")
    for one in command.params:
        shown, said = one.get_help_record(context) or (f"{one.name.upper()}", getattr(one, "help", ""))
        yield f"| `{shown.replace('|', ' or ')}` | {_plain(said or '')} |"
    yield ""


def _plain(text: str) -> str:
    """In one line, with letters that Markdown would read as orders."""
    return re.sub(r"([|<*\[])", r"\\\1", " ".join(text.split()))
