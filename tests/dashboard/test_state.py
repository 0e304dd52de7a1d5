"""What a session remembers by sentence: bounded, and never another sentence's."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.scriptrunner import RerunData, RerunException

from dashboard import state

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


class Ending(dict[str, Any]):
    """A session whose run is ended at its next use, once."""

    ends = True

    def __setitem__(self, name: str, value: Any) -> None:
        if self.ends:
            self.ends = False
            raise RerunException(RerunData())
        super().__setitem__(name, value)


def test_a_press_is_remembered_where_the_run_is_ended_at_that_very_place(monkeypatch):
    session = Ending()
    monkeypatch.setattr(state.st, "session_state", session)
    with pytest.raises(RerunException):
        state.was_pressed("train", "")
    assert state.take_press("train") == "" and state.take_press("train") is None


def test_a_press_ends_with_its_page(memory, monkeypatch):
    memory.clear()
    monkeypatch.setattr(state.st, "query_params", {})
    state.carry("Train")
    state.was_pressed("delete", "mine")
    state.carry("Train")
    assert memory["press of delete"] == "mine"
    state.carry("Decoder")
    assert state.take_press("delete") is None
