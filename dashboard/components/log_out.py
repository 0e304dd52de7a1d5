"""Log out: the badge is taken back on the server, for every tab, and this one leaves the page."""

import streamlit as st
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.language import tr
from core.runs.classroom import badges
from dashboard import state
from dashboard.components.canvas import ASSETS
from dashboard.member import badge
from dashboard.place import here

_LEFT = "logged out"
_component = st.components.v2.component("attention_lab_log_out", js=(ASSETS / "log_out.js").read_text(encoding="utf-8"))


def log_out() -> None:
    """The button."""
    st.button(tr("Log out"), icon=":material/logout:", key="log out", on_click=_dismiss)


def logged_out() -> None:
    """All that is shown to somebody who is not logged in (any more), and the way to log in."""
    st.info(tr("You are logged out. Reload this page to log in."), icon=":material/logout:")
    if not state.get(
        _LEFT
    ):  # the badge has run out, or this is no app behind a gate: the page stays until it is reloaded
        return
    # what an OpenID provider said is kept in a cookie of Streamlit's, which only that address takes away
    confirmed = USER_COOKIE_NAME in st.context.cookies
    _component(data={"to": here("/auth/logout" if confirmed else "/log-in")}, key="leave")


def _dismiss() -> None:
    badges.take_back(badge())
    state.put(_LEFT, True)
