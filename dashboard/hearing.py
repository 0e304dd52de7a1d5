"""What is pressed right before the browser says something else is heard.

A press is in one message of the browser alone. Streamlit (1.65 to 1.67) lets the message that follows end the run of the one
before at its first breath, before the callbacks of what was pressed are called: the press comes to nothing. A person who
presses a button while a figure arrives sends two such messages within some milliseconds; a busy server needs longer to begin.
"""

from functools import cache, wraps
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

from dashboard.state import undisturbed


@cache
def hear_every_press() -> None:
    """Once per server: what a message says is taken, and its callbacks are called, before its run gives way to the next.

    Streamlit has no public place for this, so `SafeSessionState.on_script_will_rerun` is wrapped;
    tests/benchmarks/test_classroom.py fails when a version of it no longer works this way.
    """
    take = SafeSessionState.on_script_will_rerun

    @wraps(take)
    def taking(session: SafeSessionState, *said: Any, **more: Any) -> None:
        with undisturbed(session):
            take(session, *said, **more)

    SafeSessionState.on_script_will_rerun = taking
