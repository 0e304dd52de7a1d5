"""Take an inspection along: a report, a picture, the scores, and the commands that make them anew."""

import streamlit as st

from core.figures.alignment_report import ALIGNMENT_EXPORTS
from core.metrics.diagnosis import Diagnosis
from core.recording.alignment import AlignmentDump

_WHAT = {".html": "Report", ".svg": "Picture", ".csv": "Scores"}


def alignment_downloads(diagnosis: Diagnosis, dump: AlignmentDump) -> None:
    """The report in every form that it is written in."""
    with st.expander("Take it along", icon=":material/download:"):
        for column, (ending, write) in zip(st.columns(len(ALIGNMENT_EXPORTS)), ALIGNMENT_EXPORTS.items()):
            column.download_button(
                f"{_WHAT[ending]} {ending}",
                lambda write=write: write(diagnosis, dump),
                f"alignment{ending}",
                on_click="ignore",
                width="stretch",
                key=f"alignment {ending}",
            )
        st.caption("The PNG button above the map saves the picture as it is drawn. The same from the command line:")
        st.code("attnlab inspect FILES… --tokens TOKENS --out report.html", "bash")
