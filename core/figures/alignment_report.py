"""What an inspection leaves behind: one HTML page that needs nothing around it, a table, a picture."""

from collections.abc import Callable, Sequence
from typing import Any

from core.data.spreadsheet import written
from core.figures.alignment import picture, plain
from core.figures.export import NUMBERS
from core.figures.export import Export as NumbersExport
from core.figures.pictures import FIGURE_EXPORTS, Figure
from core.figures.provenance import Origin, Provenance
from core.language import tr
from core.metrics.diagnosis import Diagnosis, Judged
from core.recording.alignment import AlignmentDump
from core.recording.matrix import AttentionMatrix, Site

Export = Callable[[Diagnosis, AlignmentDump], bytes]

_STYLE = """
body { font: 15px/1.5 sans-serif; color: #1f2a33; background: #fff; max-width: 960px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 1.6rem; } svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; } th, td { padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #dde3e8; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } .best { font-weight: 600; } .quiet { color: #55606a; }
"""
_MOST_RIVALS = 64  # rows of the table of heads; the .csv has all


def to_html(diagnosis: Diagnosis, dump: AlignmentDump) -> bytes:
    """The picture, scores, findings, all heads by their quality, and what was done to the files."""
    title = title_of(diagnosis)
    drawn = picture(diagnosis.map, diagnosis.axes, title, diagnosis.path, diagnosis.marks)
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{plain(title)}</title><style>{_STYLE}</style></head><body>',
        f"<h1>{plain(title)}</h1>",
        f"<p>{plain(diagnosis.choice)}</p>",
        drawn,
        _scores(diagnosis),
        _findings(diagnosis),
        _rivals(diagnosis),
        _list(tr("The files"), (*dump.found, *dump.done)),
        _list(tr("The axes"), diagnosis.axes.notes),
        tr(
            '<p class="quiet">Made by Attention Lab. Rows are outputs, columns sources; the line is the path with the most weight.</p>'
        ),
        "</body></html>",
    ]
    return "\n".join(filter(None, parts)).encode()


def alignment_figure(diagnosis: Diagnosis) -> Figure:
    """The picture alone, with what it is of; the files that it was made from are not in it."""
    one, axes, title = diagnosis.map, diagnosis.axes, title_of(diagnosis)
    about = Provenance(
        tr("inspected alignment"), title, Origin(step=one.place.step), "inspect_alignment",
        direction=tr("rows = {rows}, columns = {columns}", rows=axes.rows, columns=axes.columns), site=one.place.name, layer=one.place.layer,
        head=one.place.head, reduction=None if one.place.head is None else "head", queries=axes.queries, keys=axes.keys,
    )  # fmt: skip
    return Figure(picture(one, axes, title, diagnosis.path, diagnosis.marks), about)


def _picture(write: Callable[[Figure], bytes]) -> Export:
    def drawn(diagnosis: Diagnosis, dump: AlignmentDump) -> bytes:
        """The picture alone."""
        return write(alignment_figure(diagnosis))

    return drawn


def _numbers(write: NumbersExport) -> Export:
    def told(diagnosis: Diagnosis, dump: AlignmentDump) -> bytes:
        """The weights of the map with their labels."""
        place, axes = diagnosis.map.place, diagnosis.axes
        site = Site("decoder", place.layer or 0, "cross", place.label)
        matrix = AttentionMatrix(site, diagnosis.map.weights[None], axes.queries, axes.keys)
        return write([matrix], alignment_figure(diagnosis).about)

    return told


def to_csv(diagnosis: Diagnosis, dump: AlignmentDump) -> bytes:
    """Every map of this sentence and step with its scores, the best first."""
    return table(diagnosis.rivals)


def table(judged: Sequence[Judged]) -> bytes:
    """Maps and their scores as CSV; numbers of layers, heads and items count from 1, as everywhere that people read."""
    names = list(judged[0].figures) if judged else []
    rows: list[list[Any]] = [["name", "step", "layer", "head", "item", "rows", "columns", *names]]
    for one in judged:
        place = one.map.place
        counted = ["" if number is None else number + 1 for number in (place.layer, place.head, place.item)]
        rows.append(
            [place.name, "" if place.step is None else place.step, *counted, *one.map.shape, *one.figures.values()]
        )
    return written(rows)


def title_of(diagnosis: Diagnosis) -> str:
    """What the map is of, with its step."""
    step = diagnosis.map.place.step
    return diagnosis.map.place.label + ("" if step is None else tr(" · step {step:,}", step=step))


def _scores(diagnosis: Diagnosis) -> str:
    rows = "".join(
        f'<tr><td>{plain(tr(name))}</td><td class="number">{value:.3f}</td>'
        f'<td class="quiet">{plain(diagnosis.judged.meanings[name])}</td></tr>'
        for name, value in diagnosis.judged.figures.items()
    )
    return tr("<h2>Scores</h2><table>{rows}</table>", rows=rows)


def _findings(diagnosis: Diagnosis) -> str:
    if not diagnosis.findings:
        return tr("<h2>The doctor</h2><p>No skip, repeat, stuck place, collapse, reversal or early end found.</p>")
    items = "".join(f"<li>{plain(told)}</li>" for told in diagnosis.told)
    return tr("<h2>The doctor</h2><p>{plain}</p><ol>{items}</ol>", plain=plain(diagnosis.kinds), items=items)


def _rivals(diagnosis: Diagnosis) -> str:
    if len(diagnosis.rivals) < 2:
        return ""
    rows = "".join(
        f'<tr{" class=best" if one.map is diagnosis.map else ""}><td>{plain(one.map.place.label)}</td><td class="number">{one.quality:.3f}</td></tr>'
        for one in diagnosis.rivals[:_MOST_RIVALS]
    )
    more = len(diagnosis.rivals) - _MOST_RIVALS
    rest = (
        tr('<p class="quiet">and {more:,} more, all of lower quality; the .csv has them</p>', more=more)
        if more > 0
        else ""
    )
    return tr("<h2>All heads, the best first</h2><table>{rows}</table>{rest}", rows=rows, rest=rest)


def _list(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{plain(line)}</li>" for line in lines)
    return f"<h2>{plain(title)}</h2><ul>{items}</ul>" if lines else ""


ALIGNMENT_EXPORTS: dict[str, Export] = {
    ".html": to_html, **{ending: _picture(write) for ending, write in FIGURE_EXPORTS.items()}, ".csv": to_csv,
    **{f".map{ending}": _numbers(write) for ending, write in NUMBERS.items()},
}  # fmt: skip
