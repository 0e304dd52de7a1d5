"""What a page that was left still asks is not heard, and what it left behind is forgotten.

A figure that arrives, a pause that ends, a second press: a part of a page may ask to be drawn while the press that
leaves its page is under way. Streamlit (1.65 to 1.67) keeps the parts of the old page until the new page's run is over.
It then draws the old part, or finds it gone, under the old page's name; the browser takes that for one more change of
page, clears the new page, and breaks at the next thing to be drawn ("Bad delta path index"). A request that reaches it
before the new run has begun even takes its page back. Here the parts are forgotten as soon as their page is left.
"""

from functools import cache, wraps

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState


@cache
def forget_pages_left() -> None:
    """Once per server: a session asked for another page forgets the parts of the one it shows, and stops drawing it.

    Streamlit has no public place for this, so its `AppSession.request_rerun` is wrapped;
    tests/browser/test_leaving.py fails when a version of it no longer works this way.
    """
    request = AppSession.request_rerun

    def leaves(session: AppSession, asked: ClientState) -> bool:
        return asked.page_script_hash != session._client_state.page_script_hash

    @wraps(request)
    def forgetting(session: AppSession, client_state: ClientState | None) -> None:
        if client_state and not client_state.fragment_id and leaves(session, client_state):
            session._fragment_storage.clear()
            if session._scriptrunner is not None:  # what the old page still computes keeps nobody on it
                session._scriptrunner.request_stop()
                session._scriptrunner = None
        request(session, client_state)

    AppSession.request_rerun = forgetting


@cache
def forget_widgets_left() -> None:
    """Once per server: a session forgets how to read widgets that are gone, and whom they called.

    Streamlit (1.65 to 1.67) keeps that of every widget that ever stood on a page, for as long as the session lives: with a
    callback of a page all that this run of the page defined. The stepper is another with every sentence that is typed, so a
    class at work would grow without end. A widget that comes back is made known anew; to Streamlit, one that it knows
    nothing of and one that is gone are the same.
    """
    remove = SessionState._remove_stale_widgets

    @wraps(remove)
    def forgetting(state: SessionState, active: frozenset[str]) -> None:
        remove(state, active)
        here, known = get_script_run_ctx(), state._new_widget_state.widget_metadata
        if here is not None:
            within = here.fragment_ids_this_run  # where parts of a page were drawn anew, the rest of it still stands
            for one in list(known.values()):
                if one.id not in active and (not within or one.fragment_id in within):
                    del known[one.id]

    SessionState._remove_stale_widgets = forgetting
