"""The page Intervene under AppTest: links, what the browser says, other sources and pages, and what cannot be."""

import json
from dataclasses import replace

import pytest

import core
from core.figures.opening import open_figure
from core.figures.pictures import Figure, to_svg
from core.recording.edit import Edit
from core.runs.catalog import SEARCHES
from core.runs.intervention import intervene
from dashboard.components.downloads import tree_files
from tests.dashboard.test_figures import dropped
from tests.dashboard.test_pages import by_label, home, opened, said

__all__ = ["home"]
SOURCE = "20 de mayo de 1948"
CROSS = "decoder.layers.1.cross_attention.attention"
OFF = {"site": CROSS, "head": 0}
ROW = {"site": CROSS, "head": 1, "step": 2, "row": [1.0, *[0.0] * 18]}
KEY = "intervene 0"  # the first sentence of a session


def intervening(edits=None, run="demo/dates-transformer", **params):
    link = {} if edits is None else {"edits": edits if isinstance(edits, str) else json.dumps(edits)}
    return opened("intervene", run=run, source=SOURCE, **link, **params)


def written(at):
    """The edits that stand in the address."""
    found = at.query_params.get("edits", ["[]"])
    return json.loads(found if isinstance(found, str) else found[0])


def told(at):
    return next(one.value for one in at.markdown if "What changed" in one.value)


def edited(at, edits, log=({"slot": None},)):
    """What the browser says after something was done."""
    history = {"base": [], "log": list(log), "done": len(log), "edits": edits}
    at.session_state[KEY] = {"history": history}
    return at.run()


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("run", ["demo/dates-transformer", "demo/pinyin-gru"])
def test_the_page_opens_with_every_search_and_nothing_is_edited(run, search):
    at = opened("intervene", run=run, search=search)
    assert not at.exception and said(at) == "" and "nothing yet" in told(at) and written(at) == []
    assert (at.dataframe[0].value["p before"] == at.dataframe[0].value["p after"]).all()


def test_a_link_restores_the_edits_and_the_figures_tell_what_they_did():
    at = intervening([OFF])
    assert not at.exception and said(at) == "" and written(at) == [OFF]
    assert "The best paths part at step 10." in told(at)
    rows = at.dataframe[0].value
    assert rows["KL (nats)"].max() > 1 and rows.loc[9, "rank after"] > rows.loc[9, "rank before"] == 1
    at.session_state["take away intervene"] = True
    assert "core.Edit(site='decoder.layers.1.cross_attention.attention', head=0" in at.run().code[0].value


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("{", "they are no JSON"),
        ("[" * 100_000, "they are no JSON"),
        ("[" + "9" * 5000 + "]", "they are no JSON"),
        ('{"site": 1}', "they are no list"),
        ("[7]", "not an edit: 7"),
        ([{"site": "decoder.layers.9", "head": 0}], "there is no attention 'decoder.layers.9'"),
        ([{"site": CROSS, "head": 4}], "there is no such head, cross · layer 2 has 4 heads"),
        ([{**ROW, "step": 4000}], "there is no step 4000"),
        ([{**ROW, "row": [0.5, 0.5]}], "a row of 2 weights was set, but the source has 19 tokens"),
        ([{**ROW, "row": [0.5, *[0.0] * 18]}], "must sum to 1, these sum to 0.5"),
        ([{**ROW, "row": "<script>"}], "must be a list of weights"),
    ],
)
def test_a_broken_link_is_said_in_one_sentence_and_the_page_lives(link, words):
    at = intervening(link)
    assert not at.exception and len(at.warning) == 1 and words in said(at)
    assert "nothing yet" in told(at) and written(at) == []


def test_what_the_browser_says_holds_and_undone_everything_is_as_before():
    at = intervening()
    before = at.dataframe[0].value
    edited(at, [OFF, ROW])
    assert not at.exception and written(at) == [OFF, ROW]
    assert not at.dataframe[0].value.equals(before)
    edited(at, [])
    assert written(at) == [] and at.dataframe[0].value.equals(before) and "nothing yet" in told(at)


def test_on_another_source_heads_stay_off_rows_stay_behind_and_wait_there():
    at = intervening()
    edited(at, [OFF, ROW])
    by_label(at.text_input, "Source").set_value("April 30, 1981").run()
    assert not at.exception and said(at) == "" and written(at) == [OFF]
    by_label(at.text_input, "Source").set_value(SOURCE).run()
    assert not at.exception and written(at) == [OFF, ROW]


def test_another_model_begins_without_edits_and_another_page_does_not_lose_them():
    at = intervening()
    edited(at, [OFF, ROW])
    at.switch_page("views/decoder.py").run()
    at.switch_page("views/intervene.py").run()
    assert not at.exception and written(at) == [OFF, ROW]
    by_label(at.selectbox, "Model").select("demo/pinyin-gru").run()
    assert not at.exception and said(at) == "" and written(at) == []


def test_a_row_of_a_step_that_is_not_reached_changes_nothing_and_is_no_error():
    at = intervening([{**ROW, "step": 25}])
    assert not at.exception and said(at) == "" and "The best paths are equal." in told(at)


@pytest.fixture(scope="module")
def figures():
    """What the page writes of both trees: a beam of three, one head off and one row set."""
    trained, search = core.load("demo/dates-transformer"), core.BeamSearch(width=3)
    found = intervene(trained, SOURCE, search, [Edit.from_dict(edit) for edit in (OFF, ROW)])
    query = {"run": "demo/dates-transformer", "source": SOURCE, "search": "beam", "edits": json.dumps([OFF, ROW])}
    return [tree_files(tree.parts, query, 1, "intervene")[".png"]() for tree in (found.before, found.after)]


@pytest.mark.parametrize("which", [0, 1])
def test_a_figure_of_either_tree_brings_back_search_settings_and_edits(figures, which):
    about = open_figure(figures[which]).about
    assert list(about.edits) == [[], [OFF, ROW]][which] and "→" in about.title
    at = dropped(opened("attention", run="demo/pinyin-gru"), figures[which], "figure.png")
    assert written(at) == [OFF, ROW] and said(at) == "" and by_label(at.text_input, "Source").value == SOURCE
    assert by_label(at.get("button_group"), "Search").value == "beam" and by_label(at.number_input, "width").value == 3


def test_a_figure_counts_more_than_what_is_in_force_and_other_sources_keep_theirs(figures):
    at = intervening()
    edited(at, [{**OFF, "head": 3}])
    at = dropped(at, figures[1], "figure.png")
    assert written(at) == [OFF, ROW] and said(at) == ""
    bare = Figure(
        '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><title>t</title></svg>',
        replace(open_figure(figures[0]).about, query={"run": "demo/dates-transformer", "source": SOURCE}),
    )
    assert written(dropped(at, to_svg(bare))) == [] and said(at) == ""


@pytest.mark.parametrize(
    ("text", "words"), [("[{}]", "not an edit"), (json.dumps([{**OFF, "head": 9}]), "head 10"), ("{", "no JSON")]
)
def test_edits_of_an_edited_figure_that_cannot_be_are_said(figures, text, words):
    about = open_figure(figures[1]).about
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><title>t</title></svg>'
    at = dropped(opened("attention"), to_svg(Figure(svg, replace(about, query={**about.query, "edits": text}))))
    assert "so nothing is edited" in said(at) and words in said(at) and written(at) == []
