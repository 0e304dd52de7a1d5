"""Where a model that writes all places at once looks in the source: one of its passes, one of its layers, on one scale."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from jaxtyping import Float

from core.language import mark, tr
from core.recording.head_names import head_name
from core.recording.matrix import AttentionMatrix
from core.runs.all_at_once import Stage
from dashboard.components.heatmap import heatmap

_MEAN, _MAX = mark("mean over heads"), mark("max over heads")


def pass_attention(passes: Sequence[Sequence[AttentionMatrix]], stages: Sequence[Stage], *, key: str) -> None:
    """Choose a pass, a layer and heads, and look.

    Args:
        passes: of each pass the cross-attention of every layer; stages: what each pass wrote.
        key: of the widgets.
    """
    left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    number = 1
    if len(passes) > 1:
        number = left.slider(
            tr("Pass"), 1, len(passes), 1, key=f"{key} pass", bind="query-params", help=tr("a call of the decoder each")
        )
    else:
        left.markdown(tr("One pass only."))
    sites = passes[0]
    layer = middle.selectbox(tr("Layer"), range(1, len(sites) + 1), index=len(sites) - 1, key=f"{key} layer")
    heads = [_MEAN, _MAX, *(f"head {head + 1}" for head in range(sites[layer - 1].heads))]
    shown = right.selectbox(tr("Heads"), heads, format_func=head_name, key=f"{key} heads")
    matrix, stage = passes[number - 1][layer - 1], stages[number - 1]
    places = [f"• {token}" if fresh else token for token, fresh in zip(matrix.queries, stage.written)]
    heatmap(
        _weights(matrix, shown), places, matrix.keys, key=f"{key} map",
        title=tr("Pass {number} of {count} · cross · layer {layer} · {shown}", number=number, count=len(passes), layer=layer, shown=head_name(shown)),
        high=max(float(_weights(one[layer - 1], shown).max(initial=0.0)) for one in passes),
        words={"queries": tr("places ↓"), "keys": tr("source →")},
    )  # fmt: skip


def _weights(matrix: AttentionMatrix, shown: str) -> Float[np.ndarray, "place source"]:
    if shown in (_MEAN, _MAX):
        return matrix.mean() if shown == _MEAN else matrix.max()
    return matrix.weights[int(shown.removeprefix("head ")) - 1]
