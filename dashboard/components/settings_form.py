"""A form for any settings class: one widget per declared setting, its help beside it."""

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from core.language import mark, tr
from core.settings import Declaration, declarations

Bind = Literal["query-params"] | None
SHARED = mark("Limits and penalties")


def settings_form(
    kind: type,
    values: dict[str, Any],
    *,
    key: str,
    columns: int = 2,
    only: Sequence[str] | None = None,
    bind: Bind = None,
) -> dict[str, Any]:
    """Draw the settings of a class and return what was chosen.

    Args:
        kind: a Settings class; values: what to show first.
        key: prefix of the widgets' keys; a new prefix begins anew.
        columns: widgets beside each other; only: the names to show, all where None.
        bind: "query-params" where each is a parameter of the address by itself.
    """
    chosen = dict(values)
    shown = [one for one in declarations(kind) if only is None or one.name in only]
    places = st.columns(columns) if columns > 1 else [st.container()]
    for at, one in enumerate(shown):
        with places[at % columns]:
            chosen[one.name] = _widget(one, values.get(one.name, one.default), f"{key}.{one.name}", bind)
    return chosen


def grouped_form(kind: type, values: dict[str, Any], *, key: str, columns: int = 2) -> dict[str, Any]:
    """The same in two groups: what the class declares itself, and what it shares with its kin."""
    own, shared = groups(kind)
    chosen = settings_form(kind, values, key=key, columns=columns, only=own) if own else dict(values)
    if shared:
        if own:
            st.caption(f"**{tr(SHARED)}**")
        chosen |= settings_form(kind, chosen, key=key, columns=columns, only=shared)
    return chosen


def groups(kind: type) -> tuple[list[str], list[str]]:
    """Names of the settings that a class declares itself, and of those it inherits."""
    names = [one.name for one in declarations(kind)]
    own = [name for name in names if name in vars(kind).get("__annotations__", ())]
    return own, [name for name in names if name not in own]


def _widget(one: Declaration, value: Any, key: str, bind: Bind) -> Any:
    label, text = tr(one.name.replace("_", " ")), _help(one)
    if one.kind is bool:
        return st.toggle(label, value=value, key=key, bind=bind, help=text)
    if one.choices:
        return st.selectbox(label, one.choices, index=one.choices.index(value), key=key, bind=bind, help=text)
    if one.kind is str:
        return st.text_input(label, value=value, key=key, bind=bind, help=text)
    number = one.kind
    # no bounds on the widget: what is out of range is said in words, with the range, and not silently changed
    step = number(one.step) if one.step is not None else number(1) if number is int else 0.1
    return st.number_input(
        label, value=number(value), step=step, key=key, bind=bind, help=text, format=None if number is int else "%g"
    )


def _help(one: Declaration) -> str:
    return tr(one.help) if one.kind not in (int, float) else f"{tr(one.help)} ({one.span()})"
