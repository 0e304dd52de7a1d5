"""The page Sampling under AppTest: every setting in the address, bad ones in words, one seed that replays everything."""

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.decoding.sampling import SamplingSearch
from core.runs.drawing import draw
from tests.dashboard.test_pages import APP, by_label, said

RUN = "demo/pinyin-transformer"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(**params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.run()
    at.switch_page("views/sampling.py")
    at.query_params["run"] = RUN
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def words(at: AppTest) -> str:
    return " ".join(element.value for element in at.markdown)


def digest(search: SamplingSearch) -> str:
    model = core.load(RUN)
    return draw(model, model.example_text(), search).digest


def test_the_page_opens_with_fifty_draws_and_their_digest():
    at = opened()
    assert not at.exception and said(at) == ""
    assert digest(SamplingSearch(draws=50)) in words(at)
    assert sum(at.dataframe[0].value["draws"]) == 50


def test_a_link_brings_back_every_setting_and_the_same_draws():
    search = SamplingSearch(draws=7, temperature=1.7, top_k=9, top_p=0.8, min_p=0.01, seed=4, min_length=3)
    at = opened(settings="sampling:draws=7,temperature=1.7,top_k=9,top_p=0.8,min_p=0.01,seed=4,min_length=3", draw="5")
    assert not at.exception and said(at) == "" and digest(search) in words(at)
    asked = at.query_params["settings"]
    again = opened(settings=asked if isinstance(asked, str) else asked[0])
    assert digest(search) in words(again)


def test_replay_draws_again_and_finds_the_same_and_another_seed_does_not():
    at = opened()
    by_label(at.button, "Replay").click().run()
    assert "the same draws again, token for token" in words(at)
    by_label(at.number_input, "seed").set_value(8).run()
    assert digest(SamplingSearch(draws=50, seed=8)) in words(at) and not at.exception


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("sampling:draws=900", "draws=900 is out of range"),
        ("sampling:tmperature=2", "did you mean temperature"),
        ("<script>", "there is no way"),
        ("sampling:top_p=nan", "top_p"),
        ("beam:width=3", "there is no way 'beam' to draw"),
    ],
)
def test_settings_in_the_address_that_cannot_be_are_said_and_others_are_shown(settings, sentence):
    at = opened(settings=settings)
    assert not at.exception and sentence in said(at)
    assert digest(SamplingSearch(draws=50)) in words(at)


def test_a_setting_out_of_range_is_said_and_the_page_lives():
    at = opened()
    by_label(at.number_input, "top p").set_value(1.5).run()
    assert not at.exception and "top_p=1.5 is out of range" in said(at)
    by_label(at.number_input, "top p").set_value(0.9).run()
    assert said(at) == "" and digest(SamplingSearch(draws=50, top_p=0.9)) in words(at)


def test_without_replacement_no_output_comes_twice_and_no_single_draw_is_followed():
    at = opened(settings="stochastic:width=12")
    assert not at.exception and list(at.dataframe[0].value["draws"]) == [1] * 12
    assert "no single number decides" in said(at)


def test_every_step_of_the_chosen_draw_says_its_noise_and_what_was_excluded():
    at = opened(settings="sampling:draws=5,temperature=1.5,top_k=6", draw="2")
    table = at.dataframe[1].value
    assert all(table["u"] >= table["from"] - 1e-6) and all(table["u"] < table["to"] + 1e-6)
    assert all("top-k 6" in text for text in table["excluded"]) and all(table["tokens left"] <= 6)
