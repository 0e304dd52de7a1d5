"""All heads of all layers on one screen: a thumbnail each, a read-out under the pointer, a click to choose one."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from core.figures.drawn.scripts import HEADS
from core.figures.drawn.sites import described, grouped
from core.figures.drawn.table_words import table_words
from core.figures.drawn.words import HEADS as WORDS
from core.figures.drawn.words import SIGNED_HEADS
from core.language import tr_each
from core.recording.matrix import AttentionMatrix
from dashboard.components.canvas import codes, pack, remembered, settled, shared_script, style

_component = st.components.v2.component(
    "attention_lab_heads", js=shared_script(*HEADS, mount=("heads", "HeadsView")), css=style("heads", "number_table")
)


def heads(
    matrices: Sequence[AttentionMatrix],
    *,
    selected: tuple[str, int] | None,
    key: str,
    shared_scale: bool = True,
    words: Mapping[str, str] | None = None,
) -> tuple[str, int] | None:
    """Every layer × head as labelled thumbnails, in groups by kind of attention.

    Args:
        matrices: one per site; each brings its heads and its tokens. Weights below 0 are drawn and read by their size.
        selected: name of a site and a head counted from 0, marked until the user chooses another.
        key: identity of the component in the page.
        shared_scale: one color scale for all, 0 to the largest weight; else each head has its own.
        words: the strings on screen, for other languages; what is missing stays English.

    Returns:
        The chosen site name and head, or what was passed as long as nothing was clicked; None where the choice is not
        among `matrices`.
    """
    pick = remembered(key, "pick")
    passed = list(selected) if selected else None
    now = _known(settled(pick, passed), matrices)
    header, body = _payload(matrices, shared_scale)
    header |= {
        "words": tr_each(
            {**WORDS, **(SIGNED_HEADS if any(matrix.signed for matrix in matrices) else {}), **(words or {})}
        ),
        "table": table_words(),
        "selected": now,
        "passed": passed,
        "seq": (pick or {}).get("seq", 0),
    }
    result = _component(key=key, data=pack(header, *body), on_pick_change=lambda: None)
    after = _known(settled(result.pick, passed), matrices)
    return (after[0], after[1]) if after else None


def _known(at: Sequence | None, matrices: Sequence[AttentionMatrix]) -> list | None:
    """The choice, if there still is such a head: another model has other sites."""
    if not at or len(at) != 2:
        return None
    name, head = at
    fits = isinstance(head, int) and any(m.site.name == name and 0 <= head < m.heads for m in matrices)
    return [name, head] if fits else None


def _payload(matrices: Sequence[AttentionMatrix], shared_scale: bool) -> tuple[dict, list[np.ndarray]]:
    """Header and the levels of every site, one after the other."""
    tops = [np.abs(m.weights).max(axis=(1, 2)) if m.weights.size else np.zeros(m.heads) for m in matrices]
    high = max((float(np.nanmax(top)) for top in tops if top.size), default=0.0)
    sites, bodies = [], []
    for matrix, top in zip(matrices, tops):
        highs = [high] * matrix.heads if shared_scale else [float(value) for value in top]
        bodies.extend(codes(np.abs(matrix.weights[head]), highs[head]) for head in range(matrix.heads))
        sites.append({**described(matrix), "highs": highs})
    return {"sites": sites, "groups": grouped(sites), "high": high, "shared": shared_scale}, bodies
