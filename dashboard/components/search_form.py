"""Choose a search and its settings."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.decoding.search import AbstractSearch
from core.language import tr
from core.runs.catalog import SEARCHES
from core.settings import declarations
from dashboard.components.settings_form import grouped_form


def search_form(name: str, *, key: str, columns: int = 1, start: Mapping[str, Any] | None = None) -> AbstractSearch:
    """The settings of one search: its own first, then the limits and penalties it shares with others.

    Args:
        start: values to show first instead of the defaults.

    Raises:
        SettingError: a value that cannot be, said with its range.
    """
    kind = SEARCHES[name]
    defaults = {one.name: one.default for one in declarations(kind)} | dict(start or {})
    return kind.from_dict(grouped_form(kind, defaults, key=key, columns=columns))


def search_menu(*, key: str, anew: str = "", start: AbstractSearch | None = None) -> AbstractSearch:
    """A choice among all searches, the settings of the chosen one behind a button.

    Args:
        anew: with another one the settings begin anew; start: what they begin with where this search is chosen.
    """
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        name = st.segmented_control(
            tr("Search"),
            list(SEARCHES),
            default="greedy",
            key=key,
            required=True,
            bind="query-params",
            help=tr("what takes the next token when you do not force one"),
        )
    with right, st.popover(tr("Settings"), icon=":material/tune:", width="stretch"):
        values = start.to_dict() if start and start.name == name else None
        return search_form(name, key=f"{key} {name}{anew}", start=values)
