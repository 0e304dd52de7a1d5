"""Saved sessions: what goes out comes back and replays; what was edited, damaged or belongs elsewhere is refused."""

import base64
import json
import zlib
from dataclasses import replace

import pytest

from core.decoding.session import Branch, Explorer, Session
from core.decoding.trees.tree import DecodingTree
from core.errors import DataError, InputError, RunError
from core.runs.catalog import SEARCHES
from core.runs.sessions import LARGEST_FILE, SavedSession, same_tree
from core.runs.trained import TrainedModel, load


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return load("demo/dates-transformer")


@pytest.fixture(scope="module")
def saved(trained) -> SavedSession:
    """A session in which every search has had its turn, and one branch was undone."""
    first, *_ = trained.search(trained.example_text()).best.tokens()
    session = Session(trained.example_text(), SEARCHES["sampling"].from_dict({"draws": 3, "seed": 11}))
    for at, kind in enumerate(SEARCHES.values()):
        session = session.add(Branch((first,), 6 + at, kind()))
    session = session.add(
        Branch((), trained.token("2"), SEARCHES["sampling"].from_dict({"seed": 4, "temperature": 3.0}))
    )
    return SavedSession.of(trained, session.add(Branch((), None, SEARCHES["greedy"]())).undo())


def replayed(trained: TrainedModel, session: Session) -> DecodingTree:
    explorer = Explorer(trained.stepped, *trained.item(session.source, 9))
    return explorer.tree(session, trained.vocabularies[1].tokens, {"model": trained.run.address})


def test_a_link_brings_the_same_session_and_the_same_tokens(trained, saved):
    link = saved.to_link()
    assert link.isascii() and not set(link) & set("+/=&?# ")
    opened = SavedSession.from_link(link)
    assert opened == saved
    opened.check(load("demo/dates-transformer"))
    assert replayed(trained, opened.session).nodes["token"] == replayed(trained, saved.session).nodes["token"]


def test_a_file_brings_the_session_and_its_tree_and_the_replay_is_that_tree(trained, saved):
    tree = replayed(trained, saved.session)
    opened, kept = SavedSession.from_file(saved.to_file(tree).encode())
    assert opened == saved
    assert same_tree(kept, replayed(load("demo/dates-transformer"), opened.session))
    other = replace(saved.session, line=saved.session.line[:-1], done=saved.session.done - 1)
    assert not same_tree(kept, replayed(trained, other))


def test_another_model_is_told_from_the_one_it_was_made_with(saved):
    with pytest.raises(
        RunError, match=r"made with demo/dates-transformer, weights \w+ of step [\d,]+; here demo/dates-gru"
    ):
        saved.check(load("demo/dates-gru"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"forced": 6', '"forced": 7'),
        ('"seed": 11', '"seed": 12'),
        ('"logp": ', '"logp":  [], "x": '),
        ("}", ' , "a": 1}'),
    ],
)
def test_an_edited_file_is_refused(trained, saved, old, new):
    text = saved.to_file(replayed(trained, saved.session))
    assert old in text
    with pytest.raises(DataError, match=r"edited or damaged|columns are damaged"):
        SavedSession.from_file(
            (text[::-1].replace(old[::-1], new[::-1], 1)[::-1] if old == "}" else text.replace(old, new, 1)).encode()
        )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "not a saved session"),
        (b'{"schema": "attnlab/tree/1"}', "not a saved session: schema 'attnlab/tree/1'"),
        (b'{"schema": "attnlab/session/1"}', "branches cannot be read"),
        (b" " * (LARGEST_FILE + 1), "has 20,000,001 bytes"),
    ],
)
def test_a_file_that_is_no_session_is_refused_in_words(raw, words):
    with pytest.raises(DataError, match=words):
        SavedSession.from_file(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"source": 7},
        {"run": None},
        {"checkpoint_step": "1"},
        {"checkpoint_step": True},
        {"search": []},
        {"search": {"name": "divination"}},
        {"search": {"name": "beam", "width": 0}},
        {"search": {"name": "beam", "width": [1]}},
        {"search": {"name": "beam", "heigth": 1}},
        {"branches": {}},
        {"branches": [7]},
        {"branches": [{"prefix": ["1"], "forced": None, "search": {"name": "greedy"}}]},
        {"branches": [{"prefix": [True], "forced": None, "search": {"name": "greedy"}}]},
        {"branches": [{"prefix": [], "forced": 1.5, "search": {"name": "greedy"}}]},
        {"branches": [{"prefix": [], "forced": 1, "search": {"name": "greedy"}}] * 1001},
    ],
)
def test_nothing_in_a_link_is_trusted(saved, change):
    raw = json.dumps({**saved.to_dict(), **change}).encode()
    link = base64.urlsafe_b64encode(zlib.compress(raw)).decode().rstrip("=")
    with pytest.raises(InputError):
        SavedSession.from_link(link)


def test_a_link_that_was_cut_off_mistyped_or_unfolds_without_end_is_refused(saved):
    link = saved.to_link()
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000)).decode()
    for bad in ("", link[: len(link) // 2], link[:-3], "!" + link, link + "é", "AAAA", bomb):
        with pytest.raises(DataError, match=r"the link's session cannot be read"):
            SavedSession.from_link(bad)


def test_a_session_too_long_for_a_link_says_so(trained, saved):
    steps = tuple(
        Branch(tuple((17 * n + k * k) % 9973 for k in range(n % 40)), n, saved.session.search) for n in range(900)
    )
    long = replace(saved, session=Session(saved.session.source, saved.session.search, steps, len(steps)))
    with pytest.raises(DataError, match="too long for a link"):
        long.to_link()
