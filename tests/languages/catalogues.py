"""Catalogues: a .po file for every room and language, and one compiled file for a language."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.claims.table import CLAIMS
from core.cli.helping import SpokenGroup, commands, helped
from core.cli.program import program
from core.language import COMPILED, ENGLISH, FOLDER, LANGUAGES
from tests.languages.texts import ROOT, room_of, sources, texts_of

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)  # the same texts are compiled to the same bytes, whenever that is
TRANSLATED = tuple(code for code in LANGUAGES if code != ENGLISH)


def templates() -> dict[str, Catalog]:
    """Texts of every room, with the places where they stand and no translation."""
    rooms: dict[str, Catalog] = {}
    for path in sources():
        for text, _ in texts_of(path):
            catalog = rooms.setdefault(room_of(path), Catalog(fuzzy=False))
            catalog.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])  # no line: it changes too often
    for claim in CLAIMS.values():  # with the figures that stand in them: what they say of themselves is no plain string
        for part in ("statement", "effect_is", "baseline_is", "unit", "rule", "source"):
            at = f"{claim.__module__.replace('.', '/')}.py"
            rooms["core-claims"].add(getattr(claim, part), locations=[(at, 0)])
    for text, at in helps():
        rooms["core-cli"].add(text, locations=[(at, 0)])
    return rooms


def helps() -> Iterator[tuple[str, str]]:
    """What commands and options say of themselves, and the file of the command: from the program, as it puts them together."""
    for command in commands(typer.main.get_command(program)):
        module = (command.callback or SpokenGroup).__module__
        yield from ((one.help, f"{module.replace('.', '/')}.py") for one in helped(command))


def read(language: str, room: str) -> Catalog:
    """A room's translations; empty where there are none yet."""
    path = FOLDER / language / f"{room}.po"
    return read_po(io.BytesIO(path.read_bytes())) if path.exists() else Catalog(locale=language)


def brought_up_to_date(language: str, room: str, template: Catalog) -> Catalog:
    """The translations of what is in the code now; what is gone from it is gone here."""
    known = read(language, room)
    catalog = Catalog(
        locale=language, project="Attention Lab", fuzzy=False, header_comment="# Made by `python -m tests.languages`."
    )
    for message in template:
        if message.id:
            before = known.get(message.id)
            said = "" if before is None or before.fuzzy else before.string
            catalog.add(message.id, said, locations=sorted(set(message.locations)))
    return catalog


def to_po(catalog: Catalog) -> bytes:
    """As a file: by place, so that who translates sees a page's texts together."""
    out = io.BytesIO()
    write_po(
        out, catalog, width=120, omit_header=False, sort_by_file=True, include_lineno=False, include_previous=False
    )
    # dates and tools change with every writing and say nothing
    lines = [
        line
        for line in out.getvalue().splitlines(True)
        if not line.startswith(
            (b'"POT-', b'"PO-', b'"Generated-By', b'"Report', b'"Last', b'"Language-Team', b'"Project')
        )
    ]
    return b"".join(lines)


def compiled(language: str) -> bytes:
    """All rooms of a language as one .mo; where two rooms translate the same text, the first in the alphabet is heard."""
    whole = Catalog(locale=language, fuzzy=False, creation_date=_ALWAYS, revision_date=_ALWAYS)
    for path in sorted((FOLDER / language).glob("*.po")):
        for message in read(language, path.stem):
            if message.id and message.string and not message.fuzzy and message.id not in whole:
                whole.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()


def write_all() -> list[str]:
    """Bring every catalogue up to date and compile them; what is not translated, a line for each room and language."""
    missing = []
    rooms = templates()
    for language in TRANSLATED:
        folder: Path = FOLDER / language
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.po"):
            if path.stem not in rooms:
                path.unlink()
        for room, template in rooms.items():
            catalog = brought_up_to_date(language, room, template)
            (folder / f"{room}.po").write_bytes(to_po(catalog))
            count = sum(1 for message in catalog if message.id and not message.string)
            if count:
                missing.append(f"{language} {room}: {count} of {len(catalog)} not translated")
        (folder / COMPILED).write_bytes(compiled(language))
    return missing
