"""What widgets with keys a page draws: of which kind, with which options, as its code asked Streamlit for them."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

KINDS = ("selectbox", "segmented_control", "pills", "radio", "slider", "select_slider", "number_input", "toggle", "checkbox",
         "text_input", "multiselect")  # fmt: skip


@contextmanager
def drawn_widgets() -> Iterator[dict[str, tuple[str, dict[str, Any]]]]:
    """While this lasts: of every widget with a key that is drawn, its kind and what it was asked for with, by its key."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    with pytest.MonkeyPatch.context() as patch:
        for kind in KINDS:
            for owner in (st, DeltaGenerator):
                patch.setattr(owner, kind, _noting(kind, getattr(owner, kind), found))
        yield found


def _noting(kind: str, draw: Any, found: dict[str, tuple[str, dict[str, Any]]]) -> Any:
    signature = inspect.signature(draw)

    def noting(*arguments: Any, **options: Any) -> Any:
        given = dict(signature.bind(*arguments, **options).arguments)
        given |= given.pop("kwargs", {})
        if isinstance(given.get("key"), str):
            found[given["key"]] = (kind, given)
        return draw(*arguments, **options)

    return noting
