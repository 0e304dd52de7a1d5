"""Depth of a recording: rollout through its self-attention, and how widely each head spreads its weights."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.language import tr
from core.recording.matrix import AttentionMatrix
from core.runs.rolled import Rolled, as_shares, roll, spreads
from dashboard.components.data_table import data_table
from dashboard.components.depth_heads import spread_figure
from dashboard.components.depth_layers import Maps, below, onward, way, way_query
from dashboard.components.downloads import Taken, derived
from dashboard.components.dump_source import Chosen
from dashboard.components.literal import literal


def dump_layers(chosen: Chosen) -> Taken:
    """Maps of one layer beside those of all layers below it."""
    matrices = as_shares(chosen.opened.matrices)
    stack = "encoder" if any(one.site.stack == "encoder" for one in matrices) else "decoder"
    try:
        through = roll(matrices, stack=stack)
    except InputError as error:
        st.info(tr("Nothing is rolled: {error}.", error=literal(str(error))), icon=":material/layers_clear:")
        return {}
    how, layer = way(through, stack)
    maps = below(through, how, layer, stack)
    cross = [one for one in matrices if one.site.kind == "cross"]
    if cross and stack == "encoder":
        maps |= _onward(cross[-1], through, how)
    query = {**chosen.reading.query, **way_query(how, layer)}
    page = "depth" if chosen.example else chosen.reading.page
    return derived(maps, replace(chosen.reading, page=page, query=query))


def _onward(cross: AttentionMatrix, through: Rolled, how: str) -> Maps:
    if cross.keys != through.tokens:
        st.info(
            tr("The cross-attention is not carried on: its columns are other tokens than the encoder's rows."),
            icon=":material/layers_clear:",
        )
        return {}
    st.caption(tr("As if the decoder looked at the last encoder layer; a recording does not say it."))
    return onward(cross, through, how)


def dump_spread(chosen: Chosen) -> None:
    """Entropy of every head, as a picture and as numbers."""
    spread = spreads(as_shares(chosen.opened.matrices))
    spread_figure(spread)
    rows = [
        {"attention": one.site.said, "head": one.head + 1, "entropy (nats)": one.nats, "share": one.share,
         "rows without": one.without}
        for one in spread
    ]  # fmt: skip
    numbers: dict[str, object] = {
        "entropy (nats)": st.column_config.NumberColumn(format="%.3f", help=tr("mean over rows, −Σ w log w")),
        "share": st.column_config.NumberColumn(
            format="percent", help=tr("mean over rows of entropy / log of the keys that the query may look at")
        ),
        "rows without": st.column_config.NumberColumn(help=tr("rows whose weights are no distribution")),
    }
    data_table(pd.DataFrame(rows), hide_index=True, column_config=numbers, key="recorded spread")
