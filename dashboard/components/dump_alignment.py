"""Which head of a recording aligns: its cross-attention scored and examined as on the page Inspect my alignment."""

from dataclasses import replace

import streamlit as st

from core.adapters.labels import Captions
from core.language import tr
from core.recording.alignment import AlignmentDump, of_matrices
from dashboard.components.alignment_source import Brought
from dashboard.components.alignment_view import alignment_view
from dashboard.components.dump_source import Chosen


def dump_alignment(chosen: Chosen) -> None:
    """Every head of cross-attention, the best aligned first."""
    dump = of_matrices([(0, chosen.opened.matrices)], chosen.title)
    if not dump.maps:
        st.info(
            tr("There is no cross-attention in this recording, so there is nothing to align."),
            icon=":material/link_off:",
        )
        return
    maps = tuple(replace(one, place=one.place.site) for one in dump.maps)  # of one moment, not of a training
    alignment_view(Brought(AlignmentDump(maps), (chosen.key,), Captions()))
