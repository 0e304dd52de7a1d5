"""The page Attention types under AppTest: a press trains all, maps and verdicts come as they learn, Stop keeps."""

from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.aligners import ALIGNERS, AlignerRace
from core.training.repeat_ladder import Rung
from dashboard.components import aligner_view
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 6
TITLES = [one.title for one in ALIGNERS.values()]
OWN = count(100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(aligner_view, "AlignerRace", lambda names, seed: AlignerRace(names, seed, STEPS))
    monkeypatch.setattr(AlignerRace, "go_on", lambda one, seconds: [one.advance() for _ in range(2) if not one.done])


def opened(part: str = "", *, few: bool = True) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/alignment_kinds.py").run()
    at.number_input(key="aligners seed").set_value(next(OWN))  # trainings are everybody's: each test has its own
    if few:
        at.button_group(key="aligners").set_value(["location", "monotonic"])
    if part:
        at.button_group(key="aligners part").set_value(part)
    return at.run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def progress(at: AppTest) -> str:
    return at.get("progress")[0].proto.text


def pressed(at: AppTest) -> AppTest:
    """Press and redraw, as the page does by itself in a browser, until it is done."""
    by_label(at.button, "Train").click().run()
    for _ in range(20):
        if "Stop" not in labels(at):
            return at
        at.run()
    raise AssertionError("it never ended")


def test_it_opens_with_nothing_trained():
    at = opened(few=False)
    assert not at.exception and said(at) == "" and "Press Train" in words(at)
    assert labels(at) == ["Train"] and progress(at) == f"step 0 of {STEPS} of each" and not at.dataframe


def test_all_are_trained_and_each_has_its_row():
    at = pressed(opened(few=False))
    assert not at.exception and said(at) == "" and labels(at) == []
    table = at.dataframe[0].value
    assert list(table["attention"]) == TITLES and set(table["steps"]) == {STEPS}
    assert set(table["output"]) <= {"right", "wrong", "wrong, no end"} and all(table["the alignment doctor"])
    assert "Right from the first frame to the last: **none**" in words(at)


def test_stop_keeps_what_was_learned_and_train_goes_on_from_there():
    at = opened()
    by_label(at.button, "Train").click().run()
    assert progress(at) == f"step 2 of {STEPS} of each"
    by_label(at.button, "Stop").click().run()
    held = progress(at)
    assert held == f"step 2 of {STEPS} of each · stopped, Train goes on from here" and progress(at.run()) == held
    by_label(at.button, "Train").click().run()
    assert not at.exception and progress(at) == f"step 4 of {STEPS} of each"


def test_an_utterance_is_typed_or_taken_and_what_cannot_be_said_is_told():
    at = pressed(opened())
    at.text_input(key="aligners utterance").set_value("ni hao fa cai").run()
    assert "asked: ni hao fa cai → n i h a o f a c a i" in words(at)
    by_label(at.selectbox, "Example").select("发财 four times").run()
    assert at.text_input(key="aligners utterance").value == " ".join(["fa", "cai"] * 4)
    assert list(at.dataframe[0].value["begun"].str[-5:]) == [" of 8", " of 8"]
    at.text_input(key="aligners utterance").set_value("zhu").run()
    assert not at.exception and "no syllables: zhu; type some of" in said(at)


def test_the_ladder_says_what_its_figures_show():
    at = pressed(opened("The repeat ladder"))
    assert not at.exception and said(at) == ""
    assert "once badly and four times well: **not shown at this size**" in words(at)
    rungs, findings = (one.value for one in at.dataframe)
    assert list(rungs["attention"]) == list(findings["attention"]) == ["location-aware", "monotonic"]
    assert [*findings.columns[1:]] == ["×1", "×2", "×3", "×4"] and "fa cai said once" in words(at)
    by_label(at.selectbox, "and").select("hao").run()
    assert not at.exception and "fa hao said once" in words(at)


def test_the_sentence_names_who_shows_it_who_does_not_and_who_turns_it_round():
    ladders = {"content": (1.0, 0.5), "monotonic": (0.9, 0.9), "transformer": (0.1, 0.7)}
    told = aligner_view.ladder_words({
        name: (Rung(1, 132, first, 1.0), Rung(4, 132, last, 1.0)) for name, (first, last) in ladders.items()
    })  # fmt: skip
    assert "**shown by Transformer (10% → 70%)**; not shown at this size by monotonic (90% → 90%)" in told
    assert "well once and badly four times, in additive (100% → 50%). (Share of 132 pairs right" in told


def test_without_a_kind_it_says_so():
    at = opened()
    at.button_group(key="aligners").set_value([]).run()
    assert not at.exception and "Choose one kind of attention at least." in said(at)
