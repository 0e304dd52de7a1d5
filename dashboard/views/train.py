"""Train: choose a task and a model, watch them learn, compare runs."""

import streamlit as st

from core.language import tr
from core.runs import status
from core.runs.store import find_run
from dashboard import state
from dashboard.components.heading import heading
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.panel import guarded
from dashboard.components.run_table import run_manager, run_table, watchable
from dashboard.components.run_view import run_view
from dashboard.components.training_form import WATCH, training_form


def page() -> None:
    """A form, the run that is watched, all runs."""
    heading(
        "Train", tr("A training is a process of its own: reload, close the tab or restart the server, and it goes on.")
    )
    form, watched = st.columns([1, 2], gap="large")
    with form:
        guarded(tr("The form"))(training_form)()
    with watched:
        address = _watching()
        place = st.container()
        beside = guarded(tr("The table of runs"))(run_table)() or []
        run_manager(address)
    if address is not None:
        with place:
            guarded(tr("This run"))(run_view)(address, [one for one in beside if one != address])


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
    told = None
    if asked is not None and asked not in known:
        told = tr("There is no run “{asked}” here; another one is shown.", asked=literal(asked[:80]))
        st.query_params.pop(WATCH, None)
    link_notice("watch", told)
    if state.get(WATCH) not in known:
        state.put(WATCH, asked if asked in known else _first(known))
    return st.selectbox(tr("Run"), known, key=WATCH, bind="query-params", help=tr("yours first, then the shipped ones"))


def _first(known: list[str]) -> str:
    """What trains now; else the latest of one's own; else the shipped run of the task and model in the form."""
    shipped = f"demo/{state.get('task')}-{state.get('model')}"
    active = (one for one in known if status.read(find_run(one)).active)
    return next(active, shipped if known[0].startswith("demo/") and shipped in known else known[0])


page()
