"""What a lecturer does with one run of somebody: look at it, end it, publish it."""

from collections.abc import Callable

import streamlit as st

from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs import store
from core.runs.classroom import desk, published, roll
from core.runs.classroom.roll import Entry
from dashboard import links, state
from dashboard.components.class_runs import SAID, told
from dashboard.components.literal import literal
from dashboard.components.press import pressed

_LOOKS = (
    ("train", mark("Curves"), "show_chart"),
    ("attention", mark("Attention"), "grid_view"),
    ("decoder", mark("Decoder"), "account_tree"),
)


def class_deeds(run: Entry | None) -> None:
    """The buttons for the run that is chosen."""
    if said := state.get(SAID):
        st.info(literal(said), icon=":material/info:")
    if run is None:
        st.caption(tr("Choose a row: the run can then be opened, ended and published."))
        return
    now = run.status
    st.markdown(
        tr(
            "**{workspace}** · {name} · {told} · step {step:,} of {steps:,}",
            workspace=literal(run.workspace),
            name=literal(run.name),
            told=told(run),
            step=now.step,
            steps=now.steps,
        )
    )
    if run.problem or now.reason:
        st.caption(literal(run.problem or now.reason))
    with st.container(horizontal=True):
        for view, title, icon in _LOOKS:
            if pressed(
                tr(title), icon=f":material/{icon}:", key=f"class open {view}", of=run.address, disabled=bool(run.problem),
                help=tr("opens it for looking only, on the page that everybody knows"),
            ):  # fmt: skip
                _open(run, view)
        st.button(
            tr("Cancel") if now.state == "waiting" else tr("Stop"), icon=":material/stop:", key="class stop", disabled=not now.active,
            on_click=_stop, args=(run,), help=tr("what it has learned is kept, and its owner can resume it"),
        )  # fmt: skip
    wish = st.text_input(tr("Publish as"), value=run.name, key=f"class publish as {run.address}", max_chars=80)
    st.button(
        tr("Publish to all"), icon=":material/campaign:", key="class publish", width="stretch", on_click=_publish, args=(run, wish),
        disabled=bool(run.problem), help=tr("everybody gets a copy to look at, class/NAME; a taken name gets a number"),
    )  # fmt: skip


def opened_runs() -> None:
    """What was opened, and a way to put it back."""
    addresses = desk.opened()
    if addresses:
        st.caption(tr("Opened by you, in the menus of every page:"))
    for address in addresses:
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(literal(address))
        right.button(
            tr("Put back"), key=f"put back {address}", on_click=_told, args=(desk.put_back, address), width="stretch"
        )


def published_runs() -> None:
    """What everybody sees, and a way to take it back."""
    runs = published.published()
    st.markdown(tr("##### Published"))
    if not runs:
        st.caption(tr("Nothing yet: choose a run above and publish it, or one of your own here."))
    for run in runs:
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(literal(run.address))
        right.button(
            tr("Take back"),
            key=f"take back {run.name}",
            on_click=_told,
            args=(published.unpublish, run.name),
            width="stretch",
        )
    own = [run.address for run in store.list_runs() if not run.read_only or run.address.startswith(store.DEMO)]
    which, button = st.columns([3, 2], vertical_alignment="bottom")
    mine = which.selectbox(tr("One of yours"), own, key="class mine", index=None, placeholder=tr("choose a run"))
    button.button(
        tr("Publish"),
        key="class publish mine",
        disabled=mine is None,
        width="stretch",
        on_click=_publish_own,
        args=(mine,),
    )


def _open(run: Entry, view: str) -> None:
    desk.put(run.address)
    with state.undisturbed():
        state.put("next watch", run.address)
        state.restore({links.RUN: run.address})
    st.switch_page(f"views/{view}.py", query_params={})


def _stop(run: Entry) -> None:
    _told(roll.stop, run.workspace, run.name)


def _publish(run: Entry, name: str) -> None:
    _told(
        lambda: tr(
            "published as {address}", address=published.publish(store.find_run(run.address), name.strip()).address
        )
    )


def _publish_own(address: str) -> None:
    _told(lambda: tr("published as {address}", address=published.publish(store.find_run(address)).address))


def _told(deed: Callable[..., object], *arguments: str) -> None:
    """Do it, as a button's callback; what it says, or what was wrong, stands on the page."""
    try:
        state.put(SAID, deed(*arguments))
    except AttentionLabError as error:
        state.put(SAID, str(error))
