"""The page GAN under AppTest: a press trains both, Stop keeps what was learned, a sample and a pixel are chosen."""

import re
from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.gan_race import GanRace
from dashboard.components import gan_view
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 4
OWN = count(200)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(gan_view, "GanRace", lambda seed, pooled: GanRace(seed, STEPS, pooled))
    monkeypatch.setattr(GanRace, "go_on", lambda one, seconds: [one.advance() for _ in range(2)])


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=240).run().switch_page("views/gan.py").run()
    at.number_input(key="gan seed").set_value(next(OWN))  # trainings are everybody's: each test has its own
    return at.run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def progress(at: AppTest) -> str:
    return at.get("progress")[0].proto.text


def test_it_opens_with_nothing_trained_and_a_pixel_looks_somewhere_all_the_same():
    at = opened()
    assert not at.exception and said(at) == "" and "Press Train" in words(at)
    assert labels(at) == ["Train"] and progress(at) == f"step 0 of {STEPS} of each"
    assert "Sample 1, from row 4, column 4: most" in words(at)


def test_a_press_trains_both_stop_keeps_it_and_it_ends_by_itself():
    at = opened()
    by_label(at.button, "Train").click().run()
    by_label(at.button, "Stop").click().run()
    held = progress(at)
    assert held == f"step 2 of {STEPS} of each · stopped, Train goes on from here" and progress(at.run()) == held
    by_label(at.button, "Train").click().run()
    for _ in range(20):
        if "Stop" not in labels(at):
            break
        at.run()
    assert not at.exception and said(at) == "" and labels(at) == [] and "is not shown here" in words(at)


def test_a_sample_and_a_pixel_are_chosen():
    at = opened()
    before = words(at)
    by_label(at.selectbox, "Sample").select(9).run()
    by_label(at.selectbox, "Pixel: row").select(0).run()
    by_label(at.selectbox, "Pixel: column").select(7).run()
    assert (
        not at.exception
        and said(at) == ""
        and "Sample 10, from row 1, column 8: most" in words(at)
        and words(at) != before
    )


def test_pooled_a_pixel_looks_at_squares_and_it_is_another_training():
    at = opened()
    by_label(at.button, "Train").click().run()
    by_label(at.button, "Stop").click().run()
    by_label(at.selectbox, "Looks at").select(2).run()
    by_label(at.selectbox, "Pixel: row").select(6).run()
    assert not at.exception and said(at) == "" and progress(at) == f"step 0 of {STEPS} of each"
    assert re.search(r"Sample 1, from row 7, column 4: most, 0\.\d+, at rows \d–\d, columns \d–\d", words(at))
    assert "alike at all 16 places" in words(at)
