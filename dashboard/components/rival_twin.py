"""A convolution and the attention that is one: an image to paint on, both outputs, their difference, where every head looks.

The browser sends the whole image and the whole query, never a change; what was painted holds until another preset is
chosen (`base`).
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from core.errors import SettingError
from core.figures.drawn.table_words import table_words
from core.language import tr, tr_each
from core.replay.parts import read_painted, read_query, write_painted
from core.runs.convolution_twin import Twin
from dashboard import links
from dashboard.components.canvas import remembered, script, style

WORDS = {
    "image": "Image (paint on it)",
    "output": "Convolution",
    "attended": "Self-attention",
    "difference": "|difference|",
    "paint": "press a field to turn it on or off, and drag",
    "choose": "press a field to see its heads",
    "heads": "Where each head of the framed output looks: one head a tap. Hatched: the zeros around the image.",
    "peaks": "Largest weights: {range}.",
    "tap": "row {row}, column {column}: {tap}",
    "short": "{row}, {column}: {tap}",
    "peak": "largest weight {weight}",
    "idle": "Point at a field to read it.",
    "read": "{what}, row {row}, column {column}: {value}",
    "weight": "Head “{head}” looks at {place} with weight {value}",
    "place": "row {row}, column {column}",
    "outside": "a zero outside the image",
    "range": "{low} to {high}",
}

_component = st.components.v2.component(
    "attention_lab_rival_twin", js=script("number_table", "rival_twin"), css=style("rival_twin", "number_table")
)


def painted(key: str, base: str) -> np.ndarray | None:
    """What was painted on the preset `base`; None where nothing was."""
    kept: Mapping[str, Any] | None = remembered(key, "image")
    return np.array(kept["values"], dtype=float) if kept is not None and kept["base"] == base else None


def chosen(key: str) -> tuple[int, int]:
    """Row and column of the output that was chosen, by itself the sixth of both."""
    row, column = remembered(key, "query") or _linked_query() or (5, 5)
    return int(row), int(column)


def _linked_query() -> tuple[int, int] | None:
    try:
        return read_query(links.linked("twin query") or "", {})
    except SettingError:
        return None


def linked(preset: np.ndarray) -> np.ndarray:
    """The preset as the link that opened the page has it painted; what cannot be read is said at the head of the page."""
    image = preset.copy()
    with suppress(SettingError):
        for row, column, value in read_painted(links.linked("twin painted") or "", {}):
            image[row, column] = value
    return image


def say(image: np.ndarray, preset: np.ndarray, query: tuple[int, int]) -> None:
    """Let the link of the page say what was painted, and which output is looked at."""
    places = np.argwhere(image != preset).tolist()
    painted = tuple((row, column, float(image[row, column])) for row, column in places)
    links.say(**{"twin painted": write_painted(painted), "twin query": f"{query[0]}.{query[1]}"})


def rival_twin(twin: Twin, image: np.ndarray, *, base: str, key: str) -> None:
    """Draw it.

    Args:
        base: the preset that the image came from.
        key: identity of the component in the page.
    """
    data = {
        "image": image.tolist(),
        "base": base,
        "output": twin.output.tolist(),
        "attended": twin.attended.tolist(),
        "difference": twin.difference.tolist(),
        "worst": twin.worst,
        "query": list(twin.query),
        "border": twin.border,
        "center": list(twin.center),
        "heads": [
            {"at": at, "tap": float(tap), "most": float(weights.max()), "weights": np.round(weights, 5).tolist()}
            for at, tap, weights in zip(twin.centres, twin.taps.flat, twin.weights)
        ],
        "notes": {
            "image": tr(WORDS["paint"]),
            "output": tr(WORDS["choose"]),
            "attended": tr("{count} heads", count=len(twin.centres)),
            "difference": tr("largest {worst:.1e}, the strongest colour", worst=twin.worst),
        },
        "words": tr_each(WORDS),
        "table": table_words(),
    }
    _component(key=key, data=data, on_image_change=lambda: None, on_query_change=lambda: None)
