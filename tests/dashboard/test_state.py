"""What a session remembers by sentence: bounded, and never another sentence's."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from dashboard import state
from dashboard.hearing import hear_every_press

SENTENCES = st.lists(st.integers(0, 30), min_size=1, max_size=200)


@pytest.fixture(autouse=True, scope="module")
def memory() -> Iterator[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        session: dict[str, Any] = {}
        patch.setattr(state.st, "session_state", session)
        yield session


@given(SENTENCES)
def test_the_last_sentences_have_a_number_each_and_keep_it_and_there_are_no_others(memory, shown):
    memory.clear()
    had: dict[int, int] = {}
    for at, sentence in enumerate(shown):
        number = state.number("of", sentence)
        lately = list(dict.fromkeys(reversed(shown[: at + 1])))[: state.PLACES]
        if sentence in had and sentence in list(dict.fromkeys(reversed(shown[:at])))[: state.PLACES]:
            assert number == had[sentence], "it came back soon enough"
        had[sentence] = number
        assert 0 <= number < state.PLACES
        assert len({had[one] for one in lately}) == len(lately), "no two of them share one"


def test_what_was_done_is_remembered_for_the_last_sentences_alone(memory):
    memory.clear()
    for sentence in range(state.REMEMBERED):
        state.remember("done", sentence, f"done with {sentence}")
    state.remember("done", 0, "done again")
    state.remember("done", "one more", "done")
    assert state.recall("done", 0) == "done again" and state.recall("done", "one more") == "done"
    assert state.recall("done", 1) is None and state.recall("done", 2) == "done with 2"
    assert state.recall("others", 2) is None and len(memory["done"]) == state.REMEMBERED


def ending() -> None:
    raise RerunException(RerunData())


def test_what_is_remembered_undisturbed_is_remembered_whole():
    session = SafeSessionState(SessionState(), ending)
    with state.undisturbed(session):
        session["one"], session["other"] = 1, 2
    with pytest.raises(RerunException):
        session["third"] = 3
    assert session.filtered_state == {"one": 1, "other": 2}


def test_what_a_message_says_is_taken_before_its_run_gives_way(monkeypatch):
    taken: list[str] = []
    monkeypatch.setattr(SessionState, "on_script_will_rerun", lambda self, said, **more: taken.append(said))
    hear_every_press()
    SafeSessionState(SessionState(), ending).on_script_will_rerun("a press")
    assert taken == ["a press"]


def test_a_press_is_heard_once_and_not_when_nobody_expects_it_any_more(memory, monkeypatch):
    memory.clear()
    now = 100.0
    monkeypatch.setattr(state, "monotonic", lambda: now)
    state.was_pressed("train", "")
    assert state.take_press("train") == "" and state.take_press("train") is None
    state.was_pressed("train", "")
    now += 60
    assert state.take_press("train") is None


def test_a_press_ends_with_its_page(memory, monkeypatch):
    memory.clear()
    monkeypatch.setattr(state.st, "query_params", {})
    state.carry("Train")
    state.was_pressed("delete", "mine")
    state.carry("Train")
    assert memory["press of delete"][0] == "mine"
    state.carry("Decoder")
    assert state.take_press("delete") is None
