"""A view that moves, as a value: a notebook shows it, a file keeps it, and neither needs a network.

It is one HTML document with its scripts, its style and its numbers in it, under a policy that forbids it to load anything.
A notebook gets the document in a frame of its own (`srcdoc`): its ids and styles meet those of no other output, and it
runs where outputs are inserted without running their scripts. Text from outside travels as base64 and is only ever set
as text; what stands in the document itself is escaped.
"""

import base64
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import NamedTuple

from core.errors import SettingError
from core.figures.drawn.scripts import HEADS, HEATMAP, TREE, script, style
from core.figures.provenance import Provenance, digest, sealed
from core.language import mark, tr

BEGIN, END = b'<script type="application/json" id="about">', b"</script>"  # around what a view says of itself
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_BLIND = mark("This view is drawn by JavaScript, which is switched off here or which this program does not run.")
_LOADING = 480  # pixels of a frame until its view has said how tall it is


class _Look(NamedTuple):
    """Which files draw it, and the line of JavaScript that begins."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    start: str


_LOOKS = {
    "heatmap": _Look(
        (*HEADS, *HEATMAP, "attention_maps", "attention_page"),
        ("heads", "heatmap", "attention_page", "number_table"),
        'opened("attention", AttentionPage, (all) => all);',
    ),
    "bipartite": _Look(
        ("canvas_cells", "canvas_table", "number_table", "attention_maps", "bipartite_lines", "bipartite"),
        ("bipartite", "number_table"),
        'opened("bipartite", BipartiteView, (all) => all);',
    ),
    "tree": _Look(
        TREE, ("tree", "tree_bars", "number_table"), 'opened("tree", TreeComponent, ({ header }) => header);'
    ),
}


@dataclass(frozen=True)
class HtmlView:
    """A heatmap, a bipartite view or a tree, ready to be shown.

    Attributes:
        view: "heatmap", "bipartite" or "tree".
        title: stands above it; may be empty.
        summary: in one line what is drawn, for whoever does not see it.
        payload: header and numbers, as `packing.pack` writes them.
        about: what it is of, inside the document as JSON.
    """

    view: str
    title: str
    summary: str
    payload: bytes = field(repr=False)
    about: Provenance = field(repr=False)

    def to_html(self) -> str:
        """The whole document."""
        look = _LOOKS[self.view]
        before = "\n".join([
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_safe(self.title or self.summary)}</title>",
            f"<style>\n{style(*look.styles, 'document')}</style>\n</head>\n<body>",
            f'<h1 id="heading">{_safe(self.title)}</h1>' if self.title else "",
            f'<main id="view" data-summary="{_safe(self.summary)}"></main>',
            f"<noscript>{_safe(self.summary)} {_BLIND}</noscript>\n",
        ])  # fmt: skip
        after = (
            f'\n<script type="text/plain" id="numbers">{base64.b64encode(self.payload).decode()}</script>\n'
            f'<script type="module">\n{script(*look.scripts, "document")}\n{look.start}\n</script>\n</body>\n</html>\n'
        )
        about = sealed(self.about, digest((before + after).encode())).replace("<", "\\u003c")
        return f"{before}{BEGIN.decode()}{about}{END.decode()}{after}"

    def save(self, path: str | Path) -> Path:
        """Write the document to a file.

        Raises:
            SettingError: its name does not end in .html, or it cannot be written there.
        """
        place = Path(path)
        if place.suffix.lower() not in (".html", ".htm"):
            raise SettingError(
                tr(
                    "cannot write {name}: a view is an HTML file, choose a name that ends in .html",
                    name=place.name[-60:],
                )
            )
        try:
            place.write_text(self.to_html(), encoding="utf-8")
        except OSError as error:
            raise SettingError(
                tr("cannot write {place}: {strerror}; choose another place", place=place, strerror=error.strerror)
            ) from error
        return place

    def _repr_html_(self) -> str:
        """What Jupyter, marimo and VS Code show."""
        look = f"width: 100%; height: {_LOADING}px; border: 0; display: block"
        return f'<iframe title="{_safe(self.summary)}" style="{look}" srcdoc="{escape(self.to_html())}"></iframe>'


def _safe(text: str) -> str:
    """Text for the document itself: a lone half of a character, which no file can hold, becomes a question mark."""
    return escape(text.encode("utf-8", "replace").decode())
