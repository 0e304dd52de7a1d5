"""Commands for models from elsewhere: look at a folder of Hugging Face's format, keep it under a name, forget it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.printing import Json, columns, show
from core.language import tr
from core.runs import foreign

hf = typer.Typer(
    help="Models in folders of Hugging Face's format: look, keep under a name, forget.", no_args_is_help=True
)
Languages = Annotated[str, typer.Option(help="for models of many languages, as their tokenizer names them")]


@hf.command("show")
def show_folder(
    folder: Annotated[str, typer.Argument(help="the model's folder, or hf/NAME")],
    source_language: Languages = "",
    target_language: Languages = "",
    json: Json = False,
) -> None:
    """Open a model, and say what it is."""
    data = foreign.told(foreign.load_foreign(folder, source_language, target_language))
    show(data, json, columns([[name, _plain(value)] for name, value in data.items()], ["", ""]))


@hf.command()
def keep(
    folder: Annotated[Path, typer.Argument(help="the model's folder; it stays where it is")],
    name: Annotated[str, typer.Option(help="what to call it here; else the folder's name")] = "",
    source_language: Languages = "",
    target_language: Languages = "",
    json: Json = False,
) -> None:
    """Keep a model under a name, so that pages list it and commands take hf/NAME; it is opened once to see whether it can be."""
    where = folder.expanduser().resolve()
    foreign.load_foreign(where, source_language, target_language)
    kept = foreign.KeptModel(name or where.name, str(where), source_language, target_language)
    foreign.keep_model(kept)
    show({"model": kept.address, **asdict(kept)}, json, tr("kept as {address}", address=kept.address))


@hf.command("list")
def list_kept(json: Json = False) -> None:
    """All models that are kept."""
    kept = foreign.kept_models()
    rows = [[one.address, one.path, one.source_language, one.target_language] for one in kept]
    show(
        [{"model": one.address, **asdict(one)} for one in kept],
        json,
        columns(rows, [tr("model"), tr("folder"), tr("from"), tr("to")]),
    )


@hf.command()
def forget(name: Annotated[str, typer.Argument(help="without hf/")], json: Json = False) -> None:
    """Forget a name; the folder stays as it is."""
    plain = name.removeprefix(foreign.PREFIX)
    foreign.forget_model(plain)
    show({"forgotten": plain}, json, tr("forgotten: {model}", model=f"{foreign.PREFIX}{plain}"))


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
