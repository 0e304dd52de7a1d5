"""attnlab lessons list, check, add, remove: lessons of one's own, checked and kept without the app."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, columns, show
from core.language import tr

lessons = typer.Typer(help="Lessons: list them, check and keep one of your own.", no_args_is_help=True)
File = Annotated[
    Path, typer.Argument(help="a lesson, NAME.md, NAME.en.md or NAME.zh.md; docs/lessons.md says how to write one")
]


@lessons.command("list")
def list_lessons(json: Json = False) -> None:
    """All lessons that are here: the shipped ones in the order of the lecture, then your own."""
    from core.lessons.shelves import known

    rows = [
        {
            "lesson": one.address, "title": one.title, "problem": one.problem,
            "minutes": one.lesson.minutes if one.lesson else None, "steps": len(one.lesson.steps) if one.lesson else None,
            "questions": one.lesson.asked if one.lesson else None,
        }
        for one in known()
    ]  # fmt: skip
    heads = ["lesson", "minutes", "steps", "questions", "title"]
    told = [
        [*(row[head] if row[head] is not None else "–" for head in heads[:-1]), row["problem"] or row["title"]]
        for row in rows
    ]
    show(
        {"lessons": rows}, json, columns(told, [tr("lesson"), tr("minutes"), tr("steps"), tr("questions"), tr("title")])
    )


@lessons.command()
def check(file: File, json: Json = False) -> None:
    """Check a lesson; what is wrong is said with its line."""
    from core.lessons.shelves import check_file

    lesson = check_file(file)
    said = tr(
        "{title}: {steps} steps, {asked} questions", title=lesson.title, steps=len(lesson.steps), asked=lesson.asked
    )
    show(
        {"title": lesson.title, "steps": len(lesson.steps), "questions": lesson.asked, "minutes": lesson.minutes},
        json,
        said,
    )


@lessons.command()
def add(file: File, json: Json = False) -> None:
    """Keep a lesson among your own, where the page Lessons finds it; an older one of that name is replaced."""
    from core.lessons import shelves

    shelves.check_file(file)
    kept = shelves.add(file.read_bytes(), file.name)
    show({"lesson": kept.address, "path": str(kept.path)}, json, tr("kept as {address}", address=kept.address))


@lessons.command()
def remove(
    name: Annotated[str, typer.Argument(help="of a lesson of your own, with own/ before it or without")],
    json: Json = False,
) -> None:
    """Take away a lesson of your own."""
    from core.lessons import shelves

    address = f"{shelves.OWN}{name.removeprefix(shelves.OWN)}"
    shelves.remove(address)
    show({"removed": address}, json, tr("{address} is gone", address=address))
