"""What a session remembers by sentence: bounded, and never another sentence's."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
