"""The page The 发财 ladder under AppTest: train on a press, Stop keeps, every rung with its sound and its map."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.training.spoken_ladder import Ladder
from dashboard.components import ladder_work

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(ladder_work, "UTTERANCES", 8)
    monkeypatch.setattr(ladder_work, "STEPS", 2)
    for cached in (ladder_work.corpus, ladder_work.ladder, ladder_work._climbed):
        cached.clear()


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page("views/ladder.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def finished(at: AppTest) -> AppTest:
    """Press and redraw, as the page does by itself in a browser, until it is done."""
    by_label(at.button, "Train").click().run()
    for _ in range(20):
        if "Stop" not in labels(at):
            return at
        at.run()
    raise AssertionError("it never ended")


def test_it_opens_with_nothing_trained():
    at = opened()
    assert not at.exception and said(at) == "" and "Press Train" in words(at) and not at.get("audio")


def test_one_press_trains_and_every_rung_has_its_sounds():
    at = finished(opened())
    assert not at.exception and said(at) == ""
    assert len(at.get("audio")) == 4 * 3  # espeak-ng and two speakers
    assert words(at).count("Doctor: ") == 4 * 2
    assert "Loss of the last ten steps: contents alone **" in words(at)
    for times in (1, 2, 3, 4):
        assert f"**发财 ×{times}** · espeak-ng" in words(at)
    by_label(at.selectbox, "Word").select("你好").run()
    assert not at.exception and "**你好 ×4** · espeak-ng" in words(at)


def test_stop_keeps_what_was_learned_and_lets_one_hear_it(monkeypatch):
    monkeypatch.setattr(ladder_work, "STEPS", 50)
    monkeypatch.setattr(ladder_work, "go_on", lambda ladders, seconds: [one.go_on(0.0) for one in ladders.values()])
    at = opened()
    by_label(at.button, "Train").click().run()
    assert not at.get("audio")  # what is learning is not disturbed
    by_label(at.button, "Stop").click().run()
    held = at.get("progress")[0].proto.text
    assert not at.exception and held == "2 of 100 steps · stopped, Train goes on from here"
    assert len(at.get("audio")) == 4 * 3
    by_label(at.button, "Train").click().run()
    assert at.get("progress")[0].proto.text == "4 of 100 steps"


def test_without_an_attention_it_says_so():
    at = opened()
    by_label(at.button_group, "Attention").set_value([]).run()
    assert not at.exception and "choose an attention at least" in said(at)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "espeakng_loader", None)
    at = opened()
    by_label(at.button, "Train").click().run()
    assert not at.exception and 'pip install "attention-lab[speech]"' in said(at).replace("\\", "")


def test_the_true_alignment_follows_the_onsets():
    (rung,) = ladder_work.ladder("content", False, False, 0).rungs(["发财"], [2])
    truth = ladder_work._truth(rung)
    assert truth.shape == (round(rung.true.sound.seconds / 0.05), 5) and (truth.sum(axis=1) == 1).all()
    sounding = truth.argmax(axis=1)
    assert sounding[0] == 0 and sounding[-1] == 3 and (np.diff(sounding) >= 0).all()
    began = [int(np.argmax(sounding == at)) * 0.05 for at in range(4)]
    assert began == pytest.approx(rung.true.onsets, abs=0.026)


def test_the_doctors_findings_have_seconds_and_characters():
    (rung,) = ladder_work.ladder("content", False, False, 0).rungs(["发财"], [2])
    course = [0] * 5 + [1] * 5 + [2] * 5 + [3] * 30
    assert ladder_work._findings(replace(rung, weights=np.eye(5)[course])) == "run-on, 0.75–2.25 s"
    skipping = np.eye(5)[[0] * 5 + [1] * 5 + [3] * 5 + [4] * 5]
    assert ladder_work._findings(replace(rung, weights=skipping)) == "skip, 发 at 3"
    assert ladder_work._findings(replace(rung, weights=np.zeros((4, 5)))) == "it looks at nothing"
    healthy = np.eye(5)[[0] * 5 + [1] * 5 + [2] * 5 + [3] * 5 + [4]]
    assert ladder_work._findings(replace(rung, weights=healthy)) == "nothing wrong with this map"


def test_a_shared_speaker_is_asked_in_turn():
    ladders = {"content": ladder_work.ladder("content", False, False, 0)}
    assert ladder_work.ladder("content", False, False, 0) is ladders["content"]
    assert isinstance(ladders["content"], Ladder) and not ladders["content"].losses
    ladder_work.go_on(ladders, 0.0)
    assert len(ladders["content"].losses) == 1
