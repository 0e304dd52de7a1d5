"""A recorded decoding as a map that grows: a row of attention for each token that is written, played, paused or stepped."""

import streamlit as st

from core.language import tr
from core.runs.first_map import FirstMap
from dashboard.components.canvas import script, style

_component = st.components.v2.component(
    "attention_lab_living_map", js=script("canvas_table", "living_map"), css=style("living_map")
)


def living_map(shown: FirstMap, *, key: str) -> None:
    """Draw it; it plays by itself, but for people whose system asks for less motion.

    Args:
        shown: what was decoded.
        key: identity of the component in the page.
    """
    data = {
        "tokens": list(shown.tokens),
        "written": list(shown.written),
        "weights": [[round(float(weight), 4) for weight in row] for row in shown.weights],
        "words": _words(shown),
    }
    _component(key=key, data=data)


def _words(shown: FirstMap) -> dict[str, str]:
    """What stands on it; {what} in braces is filled in the browser."""
    return {
        "title": tr(
            "A map of attention that grows: the model reads {source} and writes {output}",
            source=shown.source,
            output="".join(shown.written[:-1]),
        ),
        "reads": tr("reads"),
        "writes": tr("writes"),
        "waits": tr("The model has read the date. It writes its first token …"),
        "said": tr("It writes {token} and looks most at {most} ({weight})"),
        "ends": tr("It ends, and looks most at {most} ({weight})"),
        "place": tr("token {step} of {steps}"),
        "play": tr("Play"),
        "pause": tr("Pause"),
        "back": tr("Back one token"),
        "next": tr("Next token"),
        "keys": tr("← → step, space plays and pauses"),
    }
