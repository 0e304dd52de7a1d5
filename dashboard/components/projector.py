"""Projector mode: what a room has to read is large and strong, and what a class does not need waits behind one switch."""

from functools import cache

import streamlit as st

from core.language import tr
from dashboard.components.canvas import ASSETS
from dashboard.components.mode import mode

SHOWN = "settings shown"
_GROUNDS = {"light": ("#ffffff", "#000000"), "dark": ("#000000", "#ffffff")}


def projector() -> None:
    """The switch, and in projector mode the one that shows the settings."""
    if not st.toggle(tr("Projector"), key="projector", bind="query-params", help=tr("large and strong, few controls")):
        return
    settings = st.toggle(tr("Settings"), key=SHOWN, help=tr("show what a class does not need: settings, files, help"))
    ground, ink = _GROUNDS[mode()]
    few = "" if settings else _sheet("projector_few")
    st.html(f"<style>:root {{ --hall-ground: {ground}; --hall-ink: {ink}; }}\n{_sheet('projector')}{few}</style>")


@cache
def _sheet(name: str) -> str:
    return (ASSETS / f"{name}.css").read_text(encoding="utf-8")
