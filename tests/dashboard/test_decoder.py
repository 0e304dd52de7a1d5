"""The Decoder page under AppTest: links, files, and what it says when they cannot be opened."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.decoding.session import Branch, Explorer, Session
from core.decoding.trees.tree import DecodingTree
from core.runs.catalog import SEARCHES
from core.runs.sessions import LARGEST_FILE, SavedSession
from core.runs.trained import TrainedModel, load
from dashboard.state import PLACES

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
SOURCE = "Donnerstag, 30. April 1981"
BEAM = SEARCHES["beam"].from_dict({"width": 7})


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return load("demo/dates-transformer")


@pytest.fixture(scope="module")
def session(trained) -> Session:
    drawn = SEARCHES["sampling"].from_dict({"seed": 3, "temperature": 4.0})
    return (
        Session(SOURCE, BEAM).add(Branch((), trained.token("2"), drawn)).add(Branch((trained.token("1"),), None, drawn))
    )


def opened(**params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.run()
    at.switch_page("views/decoder.py")
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error])


def tree_of(trained: TrainedModel, session: Session) -> DecodingTree:
    explorer = Explorer(trained.stepped, *trained.item(session.source, 9))
    return explorer.tree(session, trained.vocabularies[1].tokens, {})


def kept(at: AppTest) -> list[Session]:
    return list(at.session_state["sessions"].values())


def test_a_link_opens_its_session_with_its_search_and_settings(trained, session):
    at = opened(session=SavedSession.of(trained, session).to_link())
    assert not at.exception and said(at) == ""
    assert session in kept(at)
    assert next(one for one in at.text_input if one.label == "Source").value == SOURCE
    assert next(one for one in at.number_input if one.label == "width").value == 7


def test_a_link_of_another_model_says_so_and_shows_no_branch(trained, session):
    saved = SavedSession("demo/dates-transformer", "0123456789abcdef", 7, session)
    at = opened(session=saved.to_link())
    assert (
        not at.exception and "weights 0123456789abcdef of step 7" in said(at) and "would show other tokens" in said(at)
    )
    assert all(one.branches == () for one in kept(at))


@pytest.mark.parametrize(
    ("link", "words"),
    [("nonsense", "cut off or mistyped"), ("<script>", "cut off or mistyped"), ("x" * 5_000, "cut off or mistyped")],
)
def test_a_damaged_link_says_so_and_the_page_is_drawn(link, words):
    at = opened(session=link)
    assert not at.exception and words in said(at) and len(kept(at)) == 1


def test_a_link_whose_run_is_not_here_is_not_opened(trained, session):
    away = SavedSession("demo/nowhere", trained.model_hash, trained.step, session)
    assert "demo/nowhere”, which is not here" in said(opened(session=away.to_link()))


def test_a_branch_that_this_model_cannot_write_is_refused_when_its_link_is_opened(trained):
    bad = Session(SOURCE, BEAM, (Branch((9_999,), None, BEAM),), 1)
    at = opened(session=SavedSession.of(trained, bad).to_link())
    assert not at.exception and "9999 cannot be generated" in said(at) and bad not in kept(at)


def test_a_saved_file_is_opened_again_and_a_damaged_one_leaves_the_session_as_it_was(trained, session):
    text = SavedSession.of(trained, session).to_file(tree_of(trained, session))
    at = opened(run="demo/pinyin-gru")
    at.file_uploader[0].upload("session.json", text.encode(), "application/json").run()
    assert not at.exception and said(at) == "" and session in kept(at)
    assert next(one for one in at.selectbox if one.label == "Model").value == "demo/dates-transformer"
    before = kept(at)
    for raw, words in (
        (b"{", "it is no JSON"),
        (text.replace('"forced": ', '"forced":  ', 1).replace(SOURCE, "April 1", 1).encode(), "edited or damaged"),
        (b" " * (LARGEST_FILE + 1), "bytes; a session has at most"),
    ):
        at.file_uploader[0].upload("session.json", raw, "application/json").run()
        assert not at.exception and words in said(at) and "as it was" in said(at)
        assert kept(at) == before


def test_a_file_whose_tree_this_program_would_not_decode_is_not_passed_off_as_the_saved_one(trained, session):
    other = tree_of(trained, session.undo())
    at = opened()
    at.file_uploader[0].upload("session.json", SavedSession.of(trained, session).to_file(other).encode()).run()
    assert not at.exception and "decodes it differently" in said(at) and session not in kept(at)


def test_keys_do_not_grow_with_sentences():
    """Streamlit never forgets one, so of a class that types for an hour there must not be ever more."""
    at = opened(run="demo/dates-transformer", source=SOURCE)
    known: list[int] = []
    for day in range(1, 2 * PLACES + 3):
        at.text_input(key="source").input(f"{day} May 1900").run()
        assert not at.exception
        known.append(len(at.session_state._state._state._key_id_mapper.id_key_mapping))
    assert known[-1] == known[PLACES]
    assert len(kept(at)) == len(known) + 1, "what was done with each is remembered"
