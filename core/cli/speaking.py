"""The command that speaks."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, Run, show, write_file
from core.errors import SettingError
from core.language import tr


def say(
    run: Run,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="what to say")],
    out: Annotated[Path, typer.Option(help="the .wav file to write")],
    map_out: Annotated[
        Path | None, typer.Option("--map", help="write where it looked: .svg, .png, .pdf, .csv, .npz or .json")
    ] = None,
    chance: Annotated[
        int, typer.Option(help="0: none; else the prenet drops while it speaks, by this seed", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Say a text with a voice that was trained by `attnlab train --task tts`, and write the sound."""
    from core.data.audio import write_wav
    from core.figures.attention import Reading, about_heads
    from core.figures.endings import by_ending
    from core.figures.export import EXPORTS
    from core.figures.provenance import Origin
    from core.runs.voices import load_voice

    if out.suffix.lower() != ".wav":
        raise SettingError(
            tr("cannot write {name}: sound is written as WAV; choose a name that ends in .wav", name=out.name)
        )
    write = None if map_out is None else by_ending(map_out.name, EXPORTS)
    voice = load_voice(run)
    said = voice.say(text, chance)
    write_file(out, write_wav(said.sound))
    if map_out is not None and write is not None:
        origin = Origin(voice.run.address, None, voice.step, voice.config.seed)
        write_file(map_out, write([said.matrix], about_heads([said.matrix], Reading(origin, text))))
    told = said.told
    data = {
        "written": str(out),
        "seconds": said.seconds,
        "tokens": said.tokens,
        "stopped": said.stopped,
        "doctor": told,
    }
    doctor = " · ".join(told) or tr("nothing wrong with this map")
    written = tr("{seconds:.2f} s written: {out}", seconds=said.seconds, out=out)
    show(data, json, f"{written}\n{tr('doctor: {told}', told=doctor)}")
