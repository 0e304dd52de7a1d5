"""All runs on one task on sets beside each other, on the same held-out sets."""

import math
from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.errors import AttentionLabError
from core.runs.trained_set import TrainedSet
from dashboard import resources
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal


def set_comparison(task: str, told: Callable[[TrainedSet], dict[str, object]], *, title: str, caption: str) -> None:
    """Draw a table; the best run comes first.

    Args:
        told: what is said of each run beside what it gets right.
    """
    st.markdown(f"##### {title}")
    rows = []
    for address in resources.set_addresses(task):
        if not resources.has_weights(address):
            continue
        one = resources.set_model(address)
        try:
            right = resources.set_evaluation(address).token_accuracy
        except AttentionLabError as error:  # its data are gone; the others are here
            right = math.nan
            st.caption(f"{literal(address)}: {literal(str(error))}")
        rows.append({"run": address, **told(one), "right": right})
    data_table(
        pd.DataFrame(rows).sort_values("right", ascending=False), hide_index=True,
        column_config={"right": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)},
    )  # fmt: skip
    st.caption(caption)


def parameters(one: TrainedSet) -> int:
    """How many numbers it learns."""
    return sum(weight.numel() for weight in one.network.parameters())
