"""Take an inspection along: a report, a picture, the scores, and the commands that make them anew."""

import streamlit as st

from core.figures.alignment_report import ALIGNMENT_EXPORTS
from core.language import tr
from core.metrics.diagnosis import Diagnosis
from core.recording.alignment import AlignmentDump
from dashboard.components.downloads import download_row, take_away


def alignment_downloads(diagnosis: Diagnosis, dump: AlignmentDump) -> None:
    """The report in every form that it is written in."""

    def draw() -> None:
        files = {ending: lambda write=write: write(diagnosis, dump) for ending, write in ALIGNMENT_EXPORTS.items()}
        download_row(files, "alignment", key="alignment")
        st.caption(tr("CSV has the scores of every map, MAP the weights of this one. The same from the command line:"))
        st.code("attnlab inspect FILES… --tokens TOKENS --out report.html", "bash")

    take_away(draw, key="alignment")
