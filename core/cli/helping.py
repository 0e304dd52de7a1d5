"""Help in the language of whoever asks for it: what commands, arguments and options say of themselves.

Commands are functions, so what they say is their docstring, and options have a line where they are declared: in English, and
translated when the program is called. The catalogues take these texts from the program as well (tests/languages).
"""

from collections.abc import Iterator
from typing import Any

from typer.core import TyperGroup

from core.language import tr


class SpokenGroup(TyperGroup):
    """A program whose help is said in the language of whoever calls it."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command, or say what there is to know of it."""
        for command in commands(self):
            for one in helped(command):
                one.help = tr(one.help)
        return super().main(*args, **extra)


def commands(group: TyperGroup) -> Iterator[Any]:
    """A group and every command in it, those of its groups too."""
    yield group
    for command in group.commands.values():
        if isinstance(command, TyperGroup):
            yield from commands(command)
        else:
            yield command


def helped(command: Any) -> Iterator[Any]:
    """What has help of a command: itself, its arguments and its options."""
    return (one for one in (command, *command.params) if one.help)
