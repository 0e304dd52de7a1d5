"""The address of a page: what it may say, and what is refused.

Widgets bind themselves to query parameters; this file only judges the ones that name things on this computer.
"""

import streamlit as st

RUN = "run"
SOURCE = "source"


def wanted_run(known: list[str]) -> tuple[str | None, str | None]:
    """The run the address asks for, and what is wrong with it where it cannot be.

    Args:
        known: the runs that can be looked at.
    """
    asked = st.query_params.get(RUN)
    if asked is None or asked in known:
        return asked, None
    return None, f"There is no run “{asked[:80]}” with a checkpoint here; another one is shown."
