"""A Plotly figure that can be fed live: zoom, hover and DOM survive each tick, which st.plotly_chart's do not.

Plotly's own script comes from the installed plotly package and goes to the browser once per page: the component asks for
it by its state `needs_library`, and only where no other figure of the page has brought it already. (A tick that falls
between its arrival and the answer carries it a second time.)

Its table is made when somebody opens it (the state `table`: which block of which part), and with the next tick again.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from core.figures.drawn.table_words import table_words
from core.figures.figure_tables import as_tables
from core.figures.figure_words import in_words
from core.figures.panels import plain
from core.figures.table_blocks import block
from core.language import mark, tr
from dashboard.components.canvas import pack, remembered, script, style_alone

# Plotly puts its styles into the document's head, where a shadow tree does not see them: so no isolation, and a style
# sheet that names its own class only.
_component = st.components.v2.component(
    "attention_lab_live_figure",
    js=script("number_table", "live_figure_sizes", "live_figure"),
    css=".live-figure { width: 100%; }\n.live-figure .wait { padding: 1rem 0; }\n" + style_alone("number_table"),
    isolate_styles=False,
)
_LINK = re.compile(r"(?i)(?:<|\\u003c)(?=a[\s/])")  # as it stands in JSON


def live_figure(figure: Figure, *, key: str, height: int = 320, alt: str = "", wait: str = mark("Drawing …")) -> None:
    """Draw `figure` in the page's colors; drawing it again under the same key moves only the data.

    Args:
        figure: colors of paper, text and grid are the page's; a user's zoom is kept unless `layout.uirevision` changes.
        key: identity of the component in the page.
        height: points at the normal text size; grows with projector mode.
        alt: the take-away in a sentence, for screen readers, which are told its size and its largest number after it.
        wait: shown until Plotly has arrived.
    """
    plain = _LINK.sub("&lt;", figure.to_json())  # Plotly reads some HTML, and no figure of the house has a link
    drawing = np.frombuffer(plain.encode(), dtype=np.uint8)
    library = _library() if remembered(key, "needs_library") else np.empty(0, np.uint8)
    header = {
        "figure": drawing.size, "library": library.size, "height": height, "wait": tr(wait), "name": alt.replace("**", "") or _title(figure),
        "told": in_words(figure), "words": table_words(), "block": _asked(figure, remembered(key, "table")),
    }  # fmt: skip
    _component(
        key=key, data=pack(header, drawing, library), on_needs_library_change=lambda: None, on_table_change=lambda: None
    )


def _title(figure: Figure) -> str:
    return plain(figure.layout.title.text) or tr("Figure")


def _asked(figure: Figure, place: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The block of the figure's table that the browser asked for last; None while no table is open."""
    if place is None:
        return None
    at = {name: int(place[name]) for name in ("at", "row", "column") if isinstance(place.get(name), int | float)}
    return block(as_tables(figure), **at)


@cache
def _library() -> np.ndarray:
    return np.frombuffer(get_plotlyjs().encode(), dtype=np.uint8)
