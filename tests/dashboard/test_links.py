"""Links of pages under AppTest: what is set is in the link, and the link brings it back in a session of its own."""

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.language import speaking
from core.replay.link import open_link
from core.replay.parameter import Choice
from core.replay.runs import Run
from core.replay.table import VIEWS
from core.replay.values import plain
from core.replay.view import View
from core.runs.store import find_run
from tests.replay.made import make_set

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
KINDS = ("selectbox", "text_input", "slider", "select_slider", "number_input", "toggle", "button_group", "multiselect")
SMALL = {"run": "demo/reverse-transformer", "source": "abcd"}
SET: dict[str, dict[str, Any]] = {
    "attention": {**SMALL, "target": "dcab", "reduction": "max over heads"},
    "attention_by_hand": {
        "score": "additive",
        "heads": 2,
        "temperature": 0.5,
        "orientation": "vectors are rows (papers)",
    },
    "depth": {**SMALL, "carry": "attention flow"},
    "inspect_alignment": {"alignment example": "demo/dates-transformer"},
    "positions": {"positions": "rotary", "positions count": 12, "positions shift": 5},
    "masks": {"pattern": "blocks", "length": 12, "window": 3, "layers": 2, "causal": True, "pads": 2},
    "norms": {"norms layers": 4, "norms seed": 7},
    "rivals": {"twin kernel": "blur", "twin size": 5, "twin padding": "valid", "twin alpha": 10},
    "claims": {"claim": "one_hot", "claim seed": 5, "lecture step": 2, "claims verdicts": ["shown"]},
    "guided": {"guided task": "reverse", "guided seed": 3, "guided steps": 200, "guided on": False},
    "alignment_kinds": {"aligners": ["content", "monotonic"], "aligners seed": 5},
    "ladder": {"ladder kinds": ["mocha"], "ladder guided": True, "ladder draw": 4},
    "gold_alignments": {"gold links by": "threshold", "gold n": 20},
    "wrong_word": {"wrong half": 200, "wrong steps": 600, "wrong seed": 9},
    "copying": {"copying seed": 8, "copying source chat": "My name is Aurelia."},
    "train_on_bleu": {"reward noise": 0.1, "reward rate": 1e-3, "reward steps": 200, "reward seed": 6},
    "all_at_once": {"places passes": 2},
    "inputs": {"input run": "demo/reverse-transformer"},
    "gan": {"gan seed": 2, "gan pooled": 2, "gan sample": 3, "gan row": 1, "gan column": 6},
    "detection": {"detection matching": "in_order", "detection seed": 4, "detection query": 2, "detection head": 1},
    "parsing": {"parsing width": 2},
    "labels": {"labels annotators": 1, "labels seed": 3, "labels text": "bread and snow"},
    "compare": {**SMALL},
    "intervene": {**SMALL, "search": "beam", "search beam.width": 3},
    "sampling": {**SMALL, "sampling main.seed": 11, "sampling main.draws": 9, "draw": 4, "repeated n": 3},
    "beam_size": {"sweep n": 10, "sweep nodes": 0, "widths": [1, 3], "sweep.length_norm": "mean"},
    "by_hand": {"by hand beam.width": 3, "by hand sampling.seed": 5},
    "decoder": {**SMALL, "search": "beam", "head": "head 2"},
    "machines": {"machines recurrent": "same", "machines source": "hello friend ?"},
    "tagging": {
        "tagging run saw": "far",
        "tagging held out far": 3,
        "tagging head far": 1,
        "tagging beside far": ["twin"],
    },
    "one_label": {
        "one label task": "molecules",
        "one label which drugs": 1,
        "one label node drugs 1": 2,
        "one label layer drugs": 0,
    },
    "fill_in": {"fill in hidden 0": [0, 2], "fill in layer filled": 0, "fill in head filled": 1},
    "speech_window": {"speech which heard": 5, "speech layer heard": 1, "speech head heard": 1},
    "pictures": {"pictures which seen": 7, "pictures patch seen": 4, "pictures layer seen": 0, "pictures head seen": 1},
    "graphs": {"graphs node": 5, "graphs layer club": 0, "graphs head club": 1},
    "train": {"watch": "demo/reverse-gru", "scrub demo/reverse-gru": 250, "task": "dates", "preset": "full"},
}
"""Of each page some widgets, and what they are set to."""
TRAINED = {
    "tagging": "far",
    "one_label": "drugs",
    "fill_in": "filled",
    "speech_window": "heard",
    "pictures": "seen",
    "graphs": "club",
}
"""Of pages that show what somebody trained, for no such run is shipped: which of tests/replay/made.py."""
COPIED = {"tagging": ("far", "twin"), "machines": ("demo/chat-gru", "same")}
"""Of pages where a second run of a kind is chosen: which there is, and its name."""
USUAL = (
    "attention",
    "masks",
    "rivals",
    "guided",
    "detection",
    "decoder",
    "intervene",
    "sampling",
    "by_hand",
    "beam_size",
    "train",
    "graphs",
    "one_label",
)
"""In the usual run; the others with -m slow."""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(page: str, asked: dict[str, list[str]] | None = None) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=200)
    at.query_params |= {"lang": asked["lang"]} if asked and "lang" in asked else {}  # a session begins in its language
    at.run()
    at.switch_page(f"views/{page}.py")
    for name, texts in (asked or {}).items():
        at.query_params[name] = texts
    return at.run()


def prepare(page: str, home: Path) -> None:
    """The runs that the page shall show."""
    if page in TRAINED:
        make_set(TRAINED[page], home)
    if page in COPIED:
        run, name = COPIED[page]
        shutil.copytree(find_run(run).path, home / "runs" / name)


def widgets(at: AppTest) -> dict[str, Any]:
    assert not at.exception and not at.error
    return {one.key: one for kind in KINDS for one in at.get(kind) if one.key}


def values(at: AppTest) -> dict[str, Any]:
    return {key: one.value for key, one in widgets(at).items()}


def told(at: AppTest) -> list[str]:
    return [one.value for one in [*at.markdown, *at.caption, *at.warning]]


def link_of(at: AppTest) -> str:
    at.button(key="view link").click().run()
    assert not at.exception
    return next(one.value for one in at.code if one.value.startswith(("/", "http")))


def again(link: str) -> AppTest:
    """The link in another session."""
    parts = urlsplit(link)
    return opened(parts.path.rsplit("/", 1)[-1], parse_qs(parts.query, keep_blank_values=True))


@pytest.mark.parametrize(
    "page", [page if page in USUAL else pytest.param(page, marks=pytest.mark.slow) for page in SET]
)
def test_a_link_brings_back_what_was_set(page, tmp_path):
    prepare(page, tmp_path)
    at = opened(page)
    for key, value in SET[page].items():
        widgets(at)[key].set_value(value).run()
    shown, words, link = values(at), told(at), link_of(at)
    for key, value in SET[page].items():
        assert shown[key] == value, "it was not set"
    other = again(link)
    back = values(other)
    assert {key: back.get(key) for key in SET[page]} == SET[page]
    assert told(other) == words
    open_link(link)  # and the command line understands it


@pytest.mark.parametrize("page", [name for name, view in VIEWS.items() if view.sections])
def test_menus_offer_what_a_link_may_say(page):
    at, view = opened(page), VIEWS[page]
    try:
        reading = view.read(page, {})
    except Exception as error:
        assert "train one first" in str(error)
        return
    here, looked = widgets(at), 0
    for parameter in reading.section.all.values():
        menu = here.get(parameter.key(reading.given))
        if (
            menu is None
            or not isinstance(parameter, Choice)
            or isinstance(parameter, Run)
            or not getattr(menu, "options", None)
        ):
            continue
        offered = [getattr(one, "content", one) for one in menu.options]
        known = [parameter.shown(value, reading.given) for value in parameter.values(reading.given)]
        assert offered[: len(known)] == known, parameter.key(reading.given)
        looked += 1
    assert looked or page in {
        "start",
        "attention",
        "compare",
        "sampling",
        "inputs",
        "all_at_once",
        "machines",
        "parsing",
        "by_hand",
    }


def test_a_link_of_a_chinese_session_is_read_in_any():
    with speaking("zh"):  # AppTest itself asks for the words of menus, outside of the session
        at = opened("detection", {"lang": ["zh"], "detection query": ["query 3"]})
        widgets(at)["detection matching"].set_value("in_order").run()
        link = link_of(at)
    assert "lang=zh" in link
    other = again(re.sub("&?lang=zh", "", link))
    assert values(other)["detection matching"] == "in_order" and values(other)["detection query"] == 2
    assert open_link(link).values["matching"] == "in_order"


def test_what_is_not_here_is_said_once_and_something_else_is_shown():
    at = opened("masks", {"pattern": ["diagonal"], "length": ["1000"], "layers": ["2"]})
    (said,) = [one.value for one in at.warning]
    assert "there is no pattern" in said and "it is a whole number from 8 to 64" in said
    assert values(at)["pattern"] == "local" and values(at)["length"] == 24 and values(at)["layers"] == 2


def test_a_link_whose_run_is_absent_says_which_and_how_to_get_it():
    at = opened("gold_alignments", {"gold run": ["mine"]})
    (said,) = [one.value for one in at.warning]
    assert "the run 'mine', which is not here" in said and "attnlab runs import" in said


def test_a_link_names_both_of_two_runs():
    both = {"wrong first": "demo/chat-gru", "wrong second demo/chat-gru": "demo/chat-transformer"}
    at = opened("wrong_word", {name: [value] for name, value in {"wrong models": "Two of the runs", **both}.items()})
    words, link = told(at), link_of(at)
    assert open_link(link).values["second"] == "demo/chat-transformer"
    other = again(link)
    assert {name: values(other)[name] for name in both} == both and told(other) == words


@pytest.mark.slow
def test_a_link_brings_the_head_that_is_looked_at_in_a_run_beside(tmp_path):
    prepare("tagging", tmp_path)
    head = "tagging other 0 head twin"
    at = opened("tagging", {"tagging run saw": ["far"], "tagging beside far": ["twin"], head: ["1"]})
    assert values(at)[head] == 0
    assert values(again(link_of(at)))[head] == 0


def test_every_page_with_numbers_is_set_here():
    assert {page for page, view in VIEWS.items() if view.sections} - {"start"} == set(SET)  # Start has no button for it


def test_pages_without_numbers_say_why_there_is_no_link():
    at = opened("recordings")
    at.button(key="view link").click().run()
    assert any("There is no link for this" in one.value for one in at.info)
    assert isinstance(VIEWS["recordings"], View) and not VIEWS["recordings"].sections


@pytest.mark.parametrize(
    ("page", "asked", "words"),
    [
        ("masks", {"length": "12", "causal": "true"}, lambda found: [f"scores **{found['pairs']:,}** of 144 pairs"]),
        (
            "sampling", {**SMALL, "settings": "sampling:draws=9,seed=11"},
            lambda found: [f"digest `{found['digest of all draws']}`", f"**{found['mean -log p']:.2f} nats**"],
        ),
        ("rivals", {"twin kernel": "blur"}, lambda found: [f"largest difference is {found['largest difference']:.1e}"]),
        ("gold_alignments", {"gold n": "10"}, lambda found: [f"AER {found['the best'][2]:.3f}"]),
        ("attention_by_hand", {"where": "On a real sentence", **SMALL}, lambda found: [f"{found['largest difference']:.1e}"]),
    ],
)  # fmt: skip
def test_what_a_page_says_is_what_its_link_computes(page, asked, words):
    at = opened(page, {name: [value] for name, value in asked.items()})
    found = plain(open_link(link_of(at)).numbers())
    said = " ".join(told(at))
    for wanted in words(found):
        assert wanted in said
