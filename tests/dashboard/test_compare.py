"""The page Compare under AppTest: one to six searches, links, settings that cannot be, scores that add up, verdicts."""

from functools import partial

import pytest

from core.runs.catalog import SEARCHES
from core.runs.comparison import measure
from tests.dashboard.test_pages import by_label, home, opened, said  # noqa: F401  (home is a fixture)

ERRING = {"run": "demo/dates-gru", "source": "jeu. 17 août 201710. Januar 2085"}  # greedy search misses the best here


def searches(at):
    """What the address says, and AppTest tells in two ways."""
    said = at.query_params["searches"]
    return said if isinstance(said, str) else said[0]


def table(at, *columns):
    return next(one.value for one in at.dataframe if set(columns) <= set(one.value.columns))


def press(at, key):
    next(one for one in at.button if one.key == key).click().run()
    assert not at.exception


def captions(at):
    return " ".join(one.value for one in at.caption)


def test_without_a_link_there_are_greedy_beam_sampling_and_exact():
    at = opened("compare")
    assert not at.exception and said(at) == ""
    assert searches(at) == "greedy;beam;sampling:draws=4;exact"


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_can_be_added_duplicated_changed_and_removed(name):
    at = opened("compare", searches="greedy")
    press(at, f"add {name}")
    added = searches(at).split(";")
    assert [code.split(":")[0] for code in added] == ["greedy", name]
    number = max(int(one.key.split()[1]) for one in at.button if (one.key or "").startswith("duplicate"))
    press(at, f"duplicate {number}")
    at.number_input(key=f"compare {number} {name}.min_length").set_value(2).run()
    first, one, other = searches(at).split(";")
    assert "min_length=2" in one and other == added[1] and first == "greedy"
    press(at, f"remove {number}")
    assert searches(at).split(";") == ["greedy", added[1]]


def test_six_searches_are_the_most_and_one_is_the_least():
    at = opened("compare", searches="greedy;beam;beam:width=20;diverse;stochastic;sampling")
    assert all(one.disabled for one in at.button if (one.key or "").startswith(("add", "duplicate")))
    assert sum((one.key or "").startswith("remove") for one in at.button) == 6
    at = opened("compare", searches="beam")
    assert [one.disabled for one in at.button if (one.key or "").startswith("remove")] == [True]


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("greedy;foo", "there is no search 'foo'"),
        ("beam:width=0", "width=0 is out of range"),
        ("beam:widht=3", "did you mean width?"),
        ("beam:width", "is no setting=value"),
        (";".join(["greedy"] * 7), "it names more than 6 searches"),
        ("<script>" * 400, "it names more than 6 searches"),
    ],
)
def test_a_broken_link_gives_one_sentence_and_the_usual_searches(link, words):
    at = opened("compare", searches=link)
    assert not at.exception and words in said(at) and len(at.warning) == 1
    assert searches(at) == "greedy;beam;sampling:draws=4;exact"


def test_settings_that_cannot_be_are_said_in_their_own_column_and_the_others_still_search():
    at = opened("compare")
    by_label(at.number_input, "width").set_value(0).run()
    assert "width=0 is out of range: it must be at least 1" in said(at) and not at.exception
    assert set(table(at, "search", "verdict")["search"]) == {"greedy", "sampling 4", "exact"}
    by_label(at.number_input, "width").set_value(3).run()
    by_label(at.number_input, "top p").set_value(1.5).run()
    assert "top_p=1.5 is out of range" in said(at) and "width" not in said(at) and not at.exception


def test_a_beam_wider_than_the_vocabulary_is_allowed_and_said():
    at = opened("compare", searches="beam:width=40")
    assert not at.exception and said(at) == "" and "is wider than the vocabulary (17 tokens)" in captions(at)


def test_every_score_on_the_page_adds_up_as_displayed():
    at = opened("compare", searches="beam:length_norm=mean,coverage=gnmt;stochastic;diverse:width=4,groups=2", **ERRING)
    known = {"length", "coverage", "noise", "diversity"}
    everything = table(at, "ranking score", "verdict")
    assert known <= set(everything.columns) and len(everything) > 8
    for _, row in everything.iterrows():
        terms = [row[part] for part in known if row[part] == row[part]]
        assert row["Σ log p"] + sum(terms) == pytest.approx(row["ranking score"], abs=1e-9)
    parts = table(at, "= ranking score")
    for _, row in parts.iterrows():
        terms = [row[f"+ {part}"] for part in known if row[f"+ {part}"] == row[f"+ {part}"]]
        assert row["Σ log p"] + sum(terms) == pytest.approx(row["= ranking score"], abs=1e-9)


def test_a_search_error_and_a_model_error_are_tagged_where_they_are_proved():
    at = opened("compare", searches="greedy;beam", **ERRING)
    verdicts = table(at, "verdict").set_index(["search", "rank"])["verdict"]
    assert verdicts["greedy", 1] == "search error" and verdicts["beam 4", 1] == "best of the model"
    at = opened("compare", searches="greedy", run="demo/pinyin-gru", source="鼓乐")
    assert list(table(at, "verdict")["verdict"]) == ["best of the model, model error"]


def test_without_a_proof_nothing_is_tagged_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr("dashboard.components.comparing.measure", partial(measure, nodes=3))
    at = opened("compare", searches="greedy", run=ERRING["run"], source="jeu. 17 août 201710. Januar 2086")
    assert "is not proved within" in captions(at) and list(table(at, "verdict")["verdict"]) == [""]
