"""The command that sends a trained Transformer to other programs, and compares it there with itself."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.printing import Json, Run, show
from core.language import tr

if TYPE_CHECKING:
    from core.adapters.sending.agreement import Agreement


def send(
    run: Run,
    out: Annotated[Path, typer.Option(help="the folder to write, which must not exist or be empty")],
    kind: Annotated[
        str, typer.Option("--as", help="hf: Hugging Face transformers; onnx: two ONNX graphs; ctranslate2")
    ] = "hf",
    check: Annotated[int, typer.Option(help="held-out sources to decode here and there; 0: none", min=0)] = 200,
    json: Json = False,
) -> None:
    """Write a trained Transformer for Hugging Face, ONNX or CTranslate2; exit code 1 where it decodes otherwise there."""
    from core.adapters.sending.agreement import compare, held_out_texts
    from core.adapters.sending.table import SENT_AS, packed_for
    from core.adapters.sending.table import send as write
    from core.runs.catalog import entry
    from core.runs.trained import load

    target = entry(SENT_AS, kind, tr("target"))()
    trained = load(run)
    parcel = packed_for(trained, target)
    if check:
        target.require_program()
    write(parcel, target, out)
    found = None
    if check:
        found = compare(trained, target.open(out, parcel), held_out_texts(trained, check, parcel.longest))
    data = {
        "written": str(out),
        "as": kind,
        "reads_text": parcel.tokenizer is not None,
        "agreement": found and asdict(found),
    }
    show(data, json, f"{tr('written: {path}', path=out)}\n{_told(found)}")
    if found is not None and not found.ok:
        sys.exit(1)


def _told(found: "Agreement | None") -> str:
    if found is None:
        return tr("not compared")
    text = tr("{same} of {checked} greedy outputs are the same there", same=found.same, checked=found.checked)
    if found.read_alike is not None:
        text += tr(", {alike} of {checked} sources are read alike", alike=found.read_alike, checked=found.checked)
    else:
        text += tr("; it reads numbers, no text")
    if found.first is not None:
        here, there = (" ".join(tokens) for tokens in (found.first.here, found.first.there))
        text += "\n" + tr(
            "first difference, for {source!r}:\n  here   {here}\n  there  {there}",
            source=found.first.source,
            here=here,
            there=there,
        )
    return text
