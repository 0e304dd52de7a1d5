"""The command that speaks."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, Run, show, write_file
from core.errors import SettingError


def say(
    run: Run,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="what to say")],
    out: Annotated[Path, typer.Option(help="the .wav file to write")],
    map_out: Annotated[Path | None, typer.Option("--map", help="write where it looked: .npz, .json or .svg")] = None,
    chance: Annotated[
        int, typer.Option(help="0: none; else the prenet drops while it speaks, by this seed", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Say a text with a voice that was trained by `attnlab train --task tts`, and write the sound."""
    from core.data.audio import write_wav
    from core.figures.export import EXPORTS
    from core.runs.voices import load_voice

    if out.suffix.lower() != ".wav":
        raise SettingError(f"cannot write {out.name}: sound is written as WAV; choose a name that ends in .wav")
    if map_out is not None and map_out.suffix not in EXPORTS:
        raise SettingError(f"cannot write {map_out.name}: choose a name that ends in {', '.join(EXPORTS)}")
    said = load_voice(run).say(text, chance)
    write_file(out, write_wav(said.sound))
    if map_out is not None:
        write_file(map_out, EXPORTS[map_out.suffix]([said.matrix]))
    told = said.told
    data = {
        "written": str(out),
        "seconds": said.seconds,
        "tokens": said.tokens,
        "stopped": said.stopped,
        "doctor": told,
    }
    show(
        data, json, f"{said.seconds:.2f} s written: {out}\ndoctor: {' · '.join(told) or 'nothing wrong with this map'}"
    )
