"""The page All at once under AppTest: three ways on one source, passes that can be changed, and bad input in words."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.decoding.mask_predict import MaskPredict
from dashboard.components import pass_attention

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
DEMO = APP.parents[1] / "assets" / "runs"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/all_at_once.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def test_it_opens_on_three_ways_of_one_held_out_source():
    at = opened()
    assert not at.exception and said(at) == ""
    assert "**Left to right** · " in words(at) and "**All at once** · 1 call of the decoder" in words(at)
    assert "**Mask-predict, 4 passes** · 4 calls of the decoder" in words(at)
    assert ":green-badge[right]" in words(at) and ":red-badge[not right]" in words(at) and "is neither" in words(at)


def test_more_passes_are_more_calls():
    at = opened()
    by_label(at.slider, "Passes").set_value(2).run()
    assert not at.exception and "**Mask-predict, 2 passes** · 2 calls" in words(at)


def test_a_pass_is_chosen_and_its_attention_is_drawn_on_the_scale_of_all():
    at, drawn = opened(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pass_attention, "heatmap", lambda weights, *rest, **more: drawn.append((weights, more)))
        by_label(at.slider, "Pass").set_value(3).run()
        by_label(at.slider, "Pass").set_value(1).run()
        by_label(at.selectbox, "Heads").select("head 2").run()
        by_label(at.get("button_group"), "Way").set_value("once").run()
    assert not at.exception and said(at) == ""
    titles = [more["title"] for _, more in drawn]
    assert titles[0] == "Pass 3 of 4 · cross · layer 2 · mean over heads" and titles[1].startswith("Pass 1 of 4")
    assert titles[2].endswith("layer 2 · head 2") and titles[3].startswith("Pass 1 of 1")
    assert "One pass only." in words(at) and "Pass" not in [one.label for one in at.slider]
    source = opened().text_input[0].value
    passes = core.load_parallel("demo/phrases-masked").attention(source, MaskPredict(passes=4), only="decoder*cross*")
    assert drawn[0][0] == pytest.approx(passes[2][1].mean())
    assert drawn[0][1]["high"] == drawn[1][1]["high"] == pytest.approx(max(one[1].mean().max() for one in passes))


def test_a_distilled_run_takes_the_place_of_the_plain_one():
    at = opened()
    by_label(at.selectbox, "All at once").set_value("demo/phrases-distilled").run()
    assert not at.exception and said(at) == ""


@pytest.mark.parametrize(("source", "says"), [("  ", "the source is empty"), ("zounds", "has never seen any token")])
def test_a_source_that_cannot_be_read_is_said(source, says):
    at = opened()
    by_label(at.text_input, "Source").set_value(source).run()
    assert not at.exception and says in said(at)


def test_the_form_of_train_offers_the_objectives_that_train_such_a_model():
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/train.py").run()
    assert "likelihood" in " ".join(by_label(at.selectbox, "Objective").options)
    by_label(at.selectbox, "Model").set_value("parallel").run()
    offered = [one.split(" · ")[0] for one in by_label(at.selectbox, "Objective").options]
    assert not at.exception and offered == ["all_places", "masked_filling", "ctc", "distillation"]


def test_pages_that_step_from_prefix_to_prefix_do_not_offer_such_runs():
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/decoder.py").run()
    offered = by_label(at.selectbox, "Model").options
    assert "demo/phrases-transformer" in offered and "demo/phrases-parallel" not in offered


def test_a_link_to_such_a_run_on_another_page_is_answered_in_words():
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["run"] = "demo/phrases-parallel"
    at.run().switch_page("views/decoder.py").run()
    assert not at.exception


def test_a_run_that_cannot_be_opened_does_not_take_the_page_with_it(tmp_path):
    shutil.copytree(DEMO / "phrases-masked", tmp_path / "runs" / "broken")
    (weights,) = (tmp_path / "runs" / "broken" / "checkpoints").glob("*/model.safetensors")
    weights.write_bytes(b"no weights")
    at = opened()
    assert not at.exception and "**Mask-predict, 4 passes**" in words(at)
    assert "broken" not in by_label(at.selectbox, "Mask-predict").options
