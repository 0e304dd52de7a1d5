"""A table on a page: columns have the names they have in the code, and are headed in the language of whoever looks."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.language import tr


def data_table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    *,
    column_config: Mapping[str, Any] | None = None,
    words: Collection[str] = (),
    **options: Any,
) -> Any:
    """Draw one.

    Args:
        rows: a row each, or a frame.
        column_config: Streamlit's, by column.
        words: columns whose cells are words of the lab, to be translated; others are data.
        options: of `st.dataframe`.

    Returns:
        What `st.dataframe` gives: what is selected, where rows can be.
    """
    frame = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    for column in set(words) & set(frame.columns):
        frame[column] = [tr(cell) if isinstance(cell, str) else cell for cell in frame[column]]
    config = dict(column_config or {})
    for column in (*config, *(name for name in frame.columns if name not in config)):
        given = config.get(column, {})
        if isinstance(column, str) and isinstance(given, Mapping):  # None hides a column
            config[column] = {**given, "label": tr(given.get("label") or column)}
    return st.dataframe(frame, column_config=config, **options)
