"""Train: choose a task and a model, watch them learn, compare runs."""

import streamlit as st

from core.language import tr
from core.replay.training import first_watched
from dashboard import links, state
from dashboard.components.heading import heading
from dashboard.components.panel import guarded
from dashboard.components.run_table import run_manager, run_table, watchable
from dashboard.components.run_view import run_view
from dashboard.components.training_form import WATCH, training_form


def page() -> None:
    """A form, the run that is watched, all runs."""
    heading(
        "Train", tr("A training is a process of its own: reload, close the tab or restart the server, and it goes on.")
    )
    _read_on()
    form, watched = st.columns([1, 2], gap="large")
    with form:
        guarded(tr("The form"))(training_form)()
    with watched:
        address = _watching()
        place = st.container()
        beside = [one for one in guarded(tr("The table of runs"))(run_table)() or [] if one != address]
        links.say(**{links.BESIDE: ",".join(beside)})
        run_manager(address)
    if address is not None:
        with place:
            guarded(tr("This run"))(run_view)(address, beside)


def _read_on() -> None:
    """A link says how much its journals had said; the page shows all of them, and so does the next link."""
    st.query_params.pop("events", None)
    state.forget("events")


def _watching() -> str | None:
    known = watchable()
    if not known:
        st.info(
            tr("Nothing is trained yet. Press Train: the preset fast takes seconds."), icon=":material/model_training:"
        )
        return None
    wish = state.get("next watch")
    if wish in known:
        state.put(WATCH, wish)
    state.forget("next watch")
    asked = st.query_params.get(WATCH)
    if asked is not None and asked not in known:  # the head of the page says how it is brought here
        st.query_params.pop(WATCH, None)
    if state.get(WATCH) not in known:
        usual = first_watched(known, state.get("task"), state.get("model"))
        state.put(WATCH, asked if asked in known else usual)
    return st.selectbox(tr("Run"), known, key=WATCH, bind="query-params", help=tr("yours first, then the shipped ones"))


page()
