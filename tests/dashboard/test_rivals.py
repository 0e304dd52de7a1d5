"""The page Rivals under AppTest: it answers at once, measures when asked, and every number in its words is computed."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.claims.data_size import TASKS
from core.runs.convolution_twin import IMAGES, KERNELS, twin
from dashboard.components import rival_experiment, rival_measures

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    rival_experiment.found.clear()


def opened(section: str | None = None) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/rivals.py").run()
    return at if section is None else by_label(at.button_group, "Rival").set_value(section).run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def finished(at: AppTest) -> AppTest:
    """Press Measure and redraw, as the page does by itself in a browser, until it is done."""
    by_label(at.button, "Measure").click().run()
    for _ in range(300):
        if "Stop" not in [button.label for button in at.button]:
            return at
        at.run()
    raise AssertionError("it never ended")


def fine(at: AppTest) -> bool:
    return not at.exception and not at.error and not at.warning


def largest(at: AppTest) -> str:
    return next(element.value for element in at.markdown if "largest difference" in element.value)


def test_it_opens_on_the_convolution_and_says_the_difference():
    at = opened()
    assert fine(at)
    expected = twin(IMAGES["letter"], KERNELS["outline"](3), 5.0, "same")
    assert largest(at).startswith(f"**9 heads, one for each tap, and the largest difference is {expected.worst:.1e}**")


def test_a_sharper_alpha_and_a_larger_kernel_are_computed_at_once():
    at = opened()
    by_label(at.select_slider, "α, how sharply heads look").set_value(46).run()
    by_label(at.select_slider, "Kernel size").set_value(5).run()
    by_label(at.selectbox, "Kernel").select("random").run()
    by_label(at.button_group, "Padding").set_value("valid").run()
    expected = twin(IMAGES["letter"], KERNELS["random"](5), 46.0, "valid")
    assert fine(at) and expected.worst < 1e-12
    assert largest(at).startswith(f"**25 heads, one for each tap, and the largest difference is {expected.worst:.1e}**")


def test_what_was_painted_holds_until_another_image_is_chosen():
    at = opened()
    blank = [[0.0] * 12 for _ in range(12)]
    at.session_state["twin"] = {"image": {"values": blank, "base": "letter"}, "query": [0, 11]}
    at.run()
    assert fine(at) and "largest output is 0)" in largest(at)
    by_label(at.selectbox, "Image").select("noise").run()
    assert fine(at) and "largest output is 0)" not in largest(at)


@pytest.mark.parametrize(
    ("section", "before", "after"),
    [
        ("Recurrent network", "Press Measure: fresh GRU, LSTM", "Over 128 tokens, the gradient from the last output"),
        ("Linear attention", "Press Measure: both are called", "At 2,048 tokens softmax attention takes"),
    ],
)
def test_one_press_measures_and_says_what_was_found(section, before, after):
    at = opened(section)
    assert fine(at) and before in words(at) and after not in words(at)
    at = finished(at)
    assert fine(at) and after in words(at) and before not in words(at)
    assert "Measure again" in [button.label for button in at.button]
    by_label(at.button, "Measure again").click().run()
    assert "Stop" in [button.label for button in at.button]
    by_label(at.button, "Stop").click().run()
    assert fine(at) and "Measure" in [button.label for button in at.button]


def test_the_data_sizes_train_nothing_unasked_and_stop_keeps_what_was_found():
    at = opened("Small data")
    assert fine(at) and "about a minute for each seed" in words(at)
    by_label(at.button, "Measure").click().run()
    for _ in range(100):
        if "ahead of" in words(at):
            break
        at.run()
    by_label(at.button, "Stop").click().run()
    said = words(at)
    assert fine(at) and "Local pattern** (which of six glyphs, anywhere): CNN, mean is ahead of ViT at" in said
    at.run()
    assert words(at) == said  # nothing goes on by itself


def rows(vit: list[float]) -> list[dict]:
    return [
        {"seed": 1, "task": "local pattern", "network": network, "images": images, "accuracy": value}
        for network, values in (("ViT", vit), ("CNN, mean", [0.5, 0.6, 0.7]))
        for images, value in zip(TASKS["local pattern"].images, values)
    ]


def test_a_crossing_is_said_only_where_there_is_one():
    rule = TASKS["local pattern"]
    apart = rival_measures.told(rows([0.1, 0.2, 0.3]), "local pattern", rule, [0.4, 0.4, 0.4])
    across = rival_measures.told(rows([0.1, 0.2, 0.9]), "local pattern", rule, [0.4, 0.4, -0.2])
    assert "at 3 of 3 sizes" in apart and "do not cross in this run" in apart
    assert "at 2 of 3 sizes" in across and "The two curves cross in this run" in across
