"""attnlab open: attention that other programs recorded, every layer and head, as data and as pictures."""

import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.inspecting import told_tokens
from core.cli.printing import Json, show, told_sites, write_file
from core.errors import SettingError
from core.language import tr, tr_count

if TYPE_CHECKING:
    from core.adapters.recordings.hypotheses import Hypothesis
    from core.adapters.recordings.recording import Opened, Recording
    from core.recording.matrix import AttentionMatrix


def open_recording(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="a recording, or folders of its files")],
    source: Annotated[str | None, typer.Option(help="a text file of source tokens, or the tokens themselves")] = None,
    target: Annotated[str | None, typer.Option(help="the same of the target")] = None,
    program: Annotated[
        str | None, typer.Option(help="which program wrote it, where numbers do not tell its axes")
    ] = None,
    kind: Annotated[
        str, typer.Option(help="what it is where no name says so: cross, encoder self, decoder self")
    ] = "cross",
    numbers: Annotated[str, typer.Option(help="what its numbers are: weights, scores or logarithms")] = "weights",
    recording: Annotated[int, typer.Option(min=1, help="which of several recordings")] = 1,
    hypothesis: Annotated[int, typer.Option(min=1, help="which of all sentences and hypotheses")] = 1,
    only: Annotated[str, typer.Option(help="which attentions, by a pattern over their names")] = "*",
    out: Annotated[Path | None, typer.Option(help="write the matrices: .npz, .json or .svg")] = None,
    json: Json = False,
) -> None:
    """Open attention that another program recorded: every layer and head of one sentence, beams followed."""
    from core.adapters.recordings.programs import ANY
    from core.adapters.recordings.reading import read_recording_paths
    from core.adapters.recordings.recording import Given
    from core.figures.attention import Reading, about_heads
    from core.figures.endings import by_ending
    from core.figures.export import EXPORTS
    from core.figures.provenance import Origin

    write = None if out is None else by_ending(out.name, EXPORTS)
    recordings = read_recording_paths(files, program or ANY, kind)
    chosen = _nth(recordings, recording, tr("recording"))
    one = _nth(chosen.crowd.all, hypothesis, tr("hypothesis"))
    opened = chosen.opened(one, Given(told_tokens(source), told_tokens(target), numbers))
    matrices = [matrix for matrix in opened.matrices if fnmatchcase(matrix.site.name, only)]
    if not matrices:
        raise SettingError(
            tr(
                "no attention is called {only!r}; there are {names}",
                only=only,
                names=", ".join(m.site.name for m in opened.matrices),
            )
        )
    if out is not None and write is not None:
        write_file(out, write(matrices, about_heads(matrices, Reading(Origin(), chosen.name))))
    for warning in opened.warnings:
        print(warning, file=sys.stderr)
    show(_data(recordings, chosen, one, opened, matrices), json, _told(recordings, chosen, one, opened, matrices))


def _nth(many: "Any", number: int, what: str) -> "Any":
    if number > len(many):
        raise SettingError(
            tr_count(
                len(many),
                "there is no {what} {number}; there is 1",
                "there is no {what} {number}; there are {n:,}",
                what=what,
                number=number,
            )
        )
    return many[number - 1]


def _data(
    recordings: "list[Recording]", chosen: "Recording", one: "Hypothesis", opened: "Opened",
    matrices: "list[AttentionMatrix]",
) -> dict[str, Any]:  # fmt: skip
    return {
        "recordings": [each.name for each in recordings],
        "recording": chosen.name,
        "hypotheses": [chosen.crowd.label(each) for each in chosen.crowd.all],
        "hypothesis": chosen.crowd.label(one),
        "found": list(chosen.found),
        "noticed": list(opened.noticed),
        "warnings": list(opened.warnings),
        "sites": [
            {
                "site": matrix.site.name, "label": matrix.site.label, "heads": matrix.heads,
                "queries": list(matrix.queries), "keys": list(matrix.keys), "weights": matrix.weights.tolist(),
            }
            for matrix in matrices
        ],
    }  # fmt: skip


def _told(
    recordings: "list[Recording]", chosen: "Recording", one: "Hypothesis", opened: "Opened",
    matrices: "list[AttentionMatrix]",
) -> str:  # fmt: skip
    lines = [
        f"{chosen.name}: {chosen.crowd.label(one)}",
        *chosen.found,
        *(tr("noticed: {note}", note=note) for note in opened.noticed),
    ]
    if len(recordings) > 1:
        names = ", ".join(each.name for each in recordings[:8])
        lines.insert(0, tr("{count:,} recordings: {names}", count=len(recordings), names=names))
    if len(chosen.crowd.all) > 1:
        counted = tr(
            "{count:,} hypotheses of {sentences:,} sentences",
            count=len(chosen.crowd.all),
            sentences=chosen.crowd.sentences,
        )
        lines.insert(-len(chosen.found) or 1, counted)
    return "\n".join([*lines, "", told_sites(matrices)])
