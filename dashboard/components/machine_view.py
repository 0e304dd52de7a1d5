"""One machine's answer in a card, and what all of them cost beside each other."""

import pandas as pd
import streamlit as st

from core.figures.copying import CopyMap, copy_map
from core.language import tr, tr_count
from core.runs.machines import MACHINES, Answer
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode


def machine(name: str, one: Answer, source: tuple[str, ...]) -> None:
    """A card: what it wrote, whether that is right, its calls and its time, and where it looked.

    Args:
        name: of MACHINES; source: tokens, without <end>.
    """
    title, told = tr(MACHINES[name].title), one.told
    verdict = {True: f" :green-badge[{tr('right')}]", False: f" :red-badge[{tr('not right')}]", None: ""}[told.right]
    calls = tr_count(told.calls, "1 call", "{n} calls")
    st.markdown(
        tr(
            "**{title}**{verdict} · {calls} · {milliseconds:.1f} ms",
            title=title,
            verdict=verdict,
            calls=calls,
            milliseconds=one.milliseconds,
        )
    )
    st.text(told.output or tr("(nothing)"))
    figure = copy_map(
        CopyMap(one.written, (*source, "<end>"), one.unseen, one.rows, one.p_gen, one.copied, one.sure), mode()
    )
    live_figure(figure, key=f"answer {name}", height=figure.layout.height, alt=f"{title}: {told.output}")


def costs(answers: dict[str, Answer], addresses: dict[str, str]) -> None:
    """A row each: the run, its calls, its time, and how sure it was."""
    rows = [
        {
            "machine": tr(MACHINES[name].title), "run": addresses[name], "calls": one.told.calls,
            "milliseconds": one.milliseconds, "least sure": float(one.sure.min()),
        }
        for name, one in answers.items()
    ]  # fmt: skip
    data_table(
        pd.DataFrame(rows), hide_index=True, width="content", key="machines table",
        column_config={
            "calls": st.column_config.NumberColumn(help=tr("how often the decoder was called for this output")),
            "milliseconds": st.column_config.NumberColumn(
                format="%.2f", help=tr("from the source to the output, the fastest of a few times; nothing is recorded meanwhile")
            ),
            "least sure": st.column_config.NumberColumn(
                format="percent", help=tr("probability of the word of which it was least sure when it wrote it")
            ),
        },
    )  # fmt: skip
