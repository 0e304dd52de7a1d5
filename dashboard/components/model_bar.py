"""The bar at the top of the pages that look at a model: which model, which source."""

from dataclasses import dataclass

import streamlit as st

from core.errors import AttentionLabError
from core.language import tr
from core.runs.stepwise import AbstractStepwise
from dashboard import links, resources, state
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.recording_bar import recording_bar

STEPPED, READ = "stepped", "read"  # what a page does with models from elsewhere: step them, or only read with them


@dataclass(frozen=True)
class Chosen:
    """What is looked at; a page that steps models is given none that only reads."""

    model: AbstractStepwise
    source: str


def model_bar(elsewhere: str | None = None) -> Chosen | None:
    """Choose a model and type a source; None where there is nothing to show (it says why).

    Args:
        elsewhere: whether models from elsewhere can be chosen: those that can be `STEPPED`, or all that can `READ`.
    """
    known = resources.addresses(writing=elsewhere == STEPPED) if elsewhere else resources.model_addresses()
    if not known:
        st.info(tr("There is no trained model yet. Train one on the page Train."), icon=":material/model_training:")
        return None
    asked, problem = links.wanted_run(known)
    link_notice("run", problem and literal(problem))
    if problem:
        st.query_params.pop(links.RUN, None)
    # the first option is left out of the address, so it must be what the app opens on without one
    known = sorted(known, key=lambda address: address != resources.FIRST_RUN)
    if state.get(links.RUN) not in known:
        state.put(links.RUN, asked or known[0])
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        address = st.selectbox(
            tr("Model"), known, key=links.RUN, bind="query-params", on_change=_other_model,
            help=tr(
                "the app opens on the first; then come your own trainings, the shipped ones, which begin with demo/, and models "
                "from elsewhere, which begin with hf/ (page Your models)"
            ),
        )  # fmt: skip
    try:
        model = resources.any_model(address)
    except AttentionLabError as error:
        st.warning(literal(str(error)), icon=":material/info:")
        return None
    state.first(links.SOURCE, st.query_params.get(links.SOURCE, model.example_text()))
    with right:
        box, menu = st.columns([5, 2], vertical_alignment="bottom")
        with box:
            source = st.text_input(
                tr("Source"), key=links.SOURCE, bind="query-params", help=tr(model.config.task.summary)
            )
        with menu:
            _examples(model)
    state.keep(links.RUN, links.SOURCE)
    if model.config.task.hears:
        recording_bar(model.config.task, source)
    return _readable(model, source)


def _examples(model: AbstractStepwise) -> None:
    texts = [model.config.task.join(example.source) for example in model.examples.test]
    with st.popover(tr("Examples"), icon=":material/lightbulb:", width="stretch", key="examples"):
        st.caption(tr("Held-out sources: the model never saw them in training."))
        st.pills(
            tr("Examples"),
            texts,
            key="example",
            on_change=_take_example,
            label_visibility="collapsed",
            format_func=literal,
        )


def _take_example() -> None:
    chosen = state.get("example")
    if chosen:
        state.put(links.SOURCE, chosen)
        state.put("example", None)


def _other_model() -> None:
    """Another task reads other sources; the example of the new model is a good beginning."""
    try:
        state.put(links.SOURCE, resources.any_model(state.get(links.RUN)).example_text())
    except AttentionLabError:
        state.put(links.SOURCE, "")


def _readable(model: AbstractStepwise, source: str) -> Chosen | None:
    try:
        model.read(source)
    except AttentionLabError as error:
        st.warning(literal(str(error)), icon=":material/edit:")
        return None
    unknown = model.unknown(source)
    if unknown:
        st.caption(
            tr(":material/help: never seen in training, read as <unk>: {list}", list=literal("  ".join(unknown[:12])))
        )
    return Chosen(model, source)
