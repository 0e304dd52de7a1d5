"""The page Detection under AppTest: a press trains, a query is chosen, own pictures are uploaded, and what is wrong is told."""

import io
from itertools import count
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.scenes import rectangles
from core.runs.detection import DetectionRun
from dashboard.components import detection_view
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
STEPS = 4
OWN = count(100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    few = {"rectangles": lambda: rectangles(40, 10), "digits": lambda: rectangles(30, 6)}
    monkeypatch.setattr(detection_view, "SCENES", few)
    monkeypatch.setattr(detection_view, "DetectionRun", lambda *given: DetectionRun(*given, STEPS))
    monkeypatch.setattr(DetectionRun, "go_on", lambda one, seconds: [one.advance() for _ in range(2) if not one.done])


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=240).run().switch_page("views/detection.py").run()
    at.number_input(key="detection seed").set_value(next(OWN))  # trainings are everybody's: each test has its own
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


def upload(at: AppTest, **contents: bytes) -> AppTest:
    files = [
        (name[::-1].replace("_", ".", 1)[::-1], body, "application/octet-stream") for name, body in contents.items()
    ]
    at.get("file_uploader")[0].set_value(files)
    return at.run()


def blank() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(stream, "PNG")
    return stream.getvalue()


def annotation(name: str) -> bytes:
    box = "<bndbox><xmin>5</xmin><ymin>5</ymin><xmax>30</xmax><ymax>30</ymax></bndbox>"
    return f"<annotation><filename>{name}</filename><object><name>cell</name>{box}</object></annotation>".encode()


def test_it_opens_with_nothing_trained():
    at = opened()
    assert not at.exception and said(at) == "" and "Nothing is learned yet" in words(at)
    assert labels(at) == ["Train"] and progress(at) == f"step 0 of {STEPS}"


def test_a_press_trains_and_stop_keeps_what_was_learned():
    at = opened()
    by_label(at.button, "Train").click().run()
    by_label(at.button, "Stop").click().run()
    held = progress(at)
    assert held == f"step 2 of {STEPS} · stopped, Train goes on from here" and progress(at.run()) == held
    at = pressed(at)
    assert not at.exception and said(at) == "" and labels(at) == []


def test_a_query_a_head_and_another_picture_are_chosen():
    at = pressed(opened())
    by_label(at.selectbox, "Query").select(3).run()
    by_label(at.selectbox, "Head").select(1).run()
    by_label(at.selectbox, "Layer").select(0).run()
    by_label(at.selectbox, "Held-out picture").select(4).run()
    by_label(at.toggle, "Draw the matching").set_value(True).run()
    assert not at.exception and said(at) == ""
    by_label(at.selectbox, "Pictures").select("digits").run()
    assert not at.exception and said(at) == "" and progress(at) == f"step 0 of {STEPS}"


def test_own_pictures_are_learned_from_and_what_is_left_out_is_told():
    at = opened()
    by_label(at.selectbox, "Pictures").select("own").run()
    assert not at.exception and "upload annotations in the form of Pascal VOC" in said(at)
    at = upload(at, a_png=b"words")
    assert not at.exception and "no picture with a box was found in 1 files" in said(at)
    good = {
        f"p{at}_{end}": annotation(f"p{at}.png") if end == "xml" else blank()
        for at in range(5)
        for end in ("xml", "png")
    }
    at = upload(at, **good, q_xml=b"<annotation>")
    assert not at.exception and said(at) == "", said(at)
    assert "16 to learn from, 4 held out: cell" in words(at) and "q.xml is no XML" in words(at)
    assert not pressed(at).exception
