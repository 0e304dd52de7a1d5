"""The page Beam size under AppTest: one press, and what the curves show is said in words."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import beam_sweep

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    beam_sweep.found.clear()


def opened(sentences: int = 12, nodes: int = 0) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/beam_size.py").run()
    by_label(at.number_input, "sentences").set_value(sentences)
    by_label(at.number_input, "nodes of exact search").set_value(nodes)
    return at.button_group[0].set_value([1, 8]).run()


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def finished(at: AppTest) -> AppTest:
    """Press Run and redraw, as the page does by itself in a browser, until it is done."""
    by_label(at.button, "Run").click().run()
    for _ in range(200):
        if "Stop" not in [button.label for button in at.button]:
            return at
        at.run()
    raise AssertionError("it never ended")


def words(at: AppTest) -> str:
    return " ".join(element.value for element in at.markdown)


def test_it_opens_on_the_model_that_has_the_curse_and_computes_nothing_unasked():
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/beam_size.py").run()
    assert not at.exception and said(at) == ""
    assert by_label(at.selectbox, "Model").value == "demo/synonyms-transformer"
    assert not at.dataframe and "curse" not in words(at)


def test_one_press_shows_the_curse_and_every_search_in_a_table():
    at = finished(opened(nodes=500))
    assert not at.exception and said(at) == ""
    assert "The beam-search curse: from beam 1 to beam 8" in words(at) and "of 12 outputs to be the model's" in words(
        at
    )
    table = at.dataframe[0].value
    assert list(table["search"]) == ["beam 1", "beam 8", "exact"]
    assert table["right"].iloc[0] >= 0.8 and table["empty"].iloc[1] >= 0.8
    outputs = at.dataframe[1].value
    assert list(outputs["search"]) == list(table["search"]) and "(empty)" in list(outputs["output"])


def test_with_mean_normalization_it_says_that_there_is_none():
    at = opened()
    by_label(at.selectbox, "length norm").select("mean").run()
    at = finished(at)
    assert not at.exception and "No beam-search curse up to beam 8" in words(at) and "Exact" not in words(at)


def test_stop_keeps_what_was_found_and_run_goes_on_from_there(monkeypatch):
    begun = []
    sweep = beam_sweep.sweep
    monkeypatch.setattr(beam_sweep, "sweep", lambda *given: begun.append(given) or sweep(*given))
    monkeypatch.setattr(beam_sweep.Sweep, "go_on", lambda one, seconds: one._step())  # a chunk a redraw
    at = opened()
    begun.clear()
    by_label(at.button, "Run").click().run()
    by_label(at.button, "Stop").click().run()
    held = at.get("progress")[0].proto.text
    assert not at.exception and "10 of 24 outputs" in held and "stopped" in held
    assert at.run().get("progress")[0].proto.text == held
    assert "The beam-search curse" in words(finished(at)) and not begun


def test_another_person_finds_the_same_sweep_done(monkeypatch):
    finished(opened())
    monkeypatch.setattr("core.runs.beam_sizes.Sweep.go_on", lambda *anything: pytest.fail("computed again"))
    at = opened()
    assert not at.exception and "The beam-search curse" in words(at)


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("sentences", 0, "0 held-out sentences"),
        ("sentences", 10**9, "1,000,000,000 held-out sentences"),
        ("nodes of exact search", -1, "max_nodes=-1 is out of range"),
        ("length penalty", 99.0, "length_penalty=99 is out of range"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_the_page_lives(label, value, message):
    at = opened(nodes=50)
    before = by_label(at.number_input, label).value
    by_label(at.number_input, label).set_value(value).run()
    assert not at.exception and message in said(at)
    by_label(at.number_input, label).set_value(before).run()
    assert not at.exception and said(at) == ""


def test_no_width_at_all_is_said_in_words():
    at = opened()
    at.button_group[0].set_value([]).run()
    assert not at.exception and "there is no beam width to try" in said(at)


@pytest.mark.parametrize("run", ["../../etc/passwd", "demo/none", "<script>"])
def test_an_address_that_names_no_run_shows_another_one_and_says_so(run):
    at = AppTest.from_file(str(APP), default_timeout=60).run()
    at.switch_page("views/beam_size.py")
    at.query_params["swept"] = run
    at.run()
    assert not at.exception and "There is no run" in said(at)
    assert by_label(at.selectbox, "Model").value == "demo/synonyms-transformer"
