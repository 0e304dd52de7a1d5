"""How to draw: with or without replacement, and every setting; the address says them all, so a link brings them back."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.search import AbstractSearch
from core.errors import SettingError
from core.language import mark, tr
from core.runs.catalog import SEARCHES
from core.settings import declarations
from dashboard import state
from dashboard.components.settings_form import settings_form

KINDS = {"sampling": mark("independent draws"), "stochastic": mark("without replacement")}
MAIN = {"sampling": ("temperature", "top_p", "top_k", "draws", "seed"), "stochastic": ("width", "seed")}
FIRST: dict[str, dict[str, Any]] = {"sampling": {"draws": 50}, "stochastic": {"width": 20}}
_PARAMETER = "settings"
_START = "sampling start"


def read_address(page: str) -> str | None:
    """On a page just opened, take the settings from its address, or those it was left with; what is wrong, if anything.

    Call it before the page's heading.
    """
    if state.get("page") == page:
        return None
    start, problem = state.get("kept sampling", {}), None
    text = st.query_params.get(_PARAMETER)
    if text is not None:
        try:
            kind, values = _read(text)
            start = {**start, kind: values, "kind": kind}
        except SettingError as error:
            problem = tr(
                "The settings in this address cannot be used, others are shown: {error}", error=str(error)[:200]
            )
    state.put(_START, start)
    return problem


def sampling_form() -> tuple[AbstractSearch, DeltaGenerator]:
    """The search that draws, and a place beside the form's first line.

    Raises:
        SettingError: a value that cannot be, said with its range.
    """
    with st.container(border=True):
        left, place = st.columns([2, 3], vertical_alignment="center")
        with left:
            kind = st.segmented_control(
                tr("Draws"), list(KINDS), format_func=lambda kind: tr(KINDS[kind]), key="replacement", required=True,
                default=state.get(_START, {}).get("kind", "sampling"), label_visibility="collapsed", width="stretch",
                help=tr("without replacement no output comes twice (stochastic beam search)"),
            )  # fmt: skip
        search = _settings(kind)
    state.put("kept sampling", {**state.get("kept sampling", {}), kind: search.to_dict(), "kind": kind})
    st.query_params[_PARAMETER] = _written(search)
    return search, place


def _settings(kind: str) -> AbstractSearch:
    known = {one.name: one.default for one in declarations(SEARCHES[kind])}
    start = known | (state.get(_START, {}).get(kind) or FIRST[kind])
    rest = [name for name in known if name not in MAIN[kind]]
    main, more = st.columns([6, 1], vertical_alignment="bottom")
    with main:
        values = settings_form(SEARCHES[kind], start, key=f"{kind} main", columns=len(MAIN[kind]), only=MAIN[kind])
    with more, st.popover(tr("More"), icon=":material/tune:", width="stretch"):
        others = settings_form(SEARCHES[kind], start, key=f"{kind} more", columns=2, only=rest)
    chosen = {name: values[name] if name in MAIN[kind] else others[name] for name in known}
    return SEARCHES[kind].from_dict(chosen)


def _written(search: AbstractSearch) -> str:
    """Its kind, and what differs from the defaults, in one line."""
    defaults = {one.name: one.default for one in declarations(type(search))}
    changed = (f"{name}={value}" for name, value in search.to_dict().items() if value != defaults[name])
    return f"{search.name}:{','.join(changed)}"


def _read(text: str) -> tuple[str, dict[str, Any]]:
    kind, _, rest = text[:1000].partition(":")
    if kind not in KINDS:
        raise SettingError(
            tr("there is no way {kind!r} to draw; choose one of: {kinds}", kind=kind[:40], kinds=", ".join(KINDS))
        )
    pairs = [part.partition("=")[::2] for part in rest.split(",") if part]
    return kind, SEARCHES[kind].from_dict(dict(pairs)).to_dict()
