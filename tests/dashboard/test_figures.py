"""Opening figures without a browser: what is restored, and every way in which a figure cannot be what it was."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.decoding.session import Session
from core.figures.attention import MapView, about_map, map_figure
from core.figures.opening import open_figure
from core.figures.pictures import Figure, to_png, to_svg
from core.figures.provenance import Origin, Provenance
from core.figures.tree_files import tree_figure
from core.recording.matrix import AttentionMatrix, Site
from core.runs.rolled import recorded, rolled
from core.runs.sessions import SavedSession
from dashboard.components.downloads import derived, reading_of
from tests.adapters.test_recordings import known
from tests.adapters.written import npy
from tests.dashboard.test_pages import by_label, opened, said

RUN, TEXT, SITE = "demo/dates-transformer", "April 30, 1981", "encoder.layers.0.self_attention.attention"
HEAD = {"run": RUN, "source": TEXT, "target": "1981-04", "site": SITE, "head": "3", "reduction": "head"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def trained():
    return core.load(RUN)


@pytest.fixture(scope="module")
def figure(trained) -> Figure:
    matrix = next(one for one in trained.matrices(TEXT, "1981-04") if one.site.name == SITE)
    view = MapView(matrix, 2, "head")
    return map_figure(view, about_map(view, reading_of(trained, TEXT, "1981-04", HEAD)))


def dropped(at: AppTest, raw: bytes, name: str = "figure.svg") -> AppTest:
    by_label(at.button, "Open figure").click().run()
    by_label(at.file_uploader, "A picture that was saved here").upload(name, raw).run()
    assert not at.exception
    return at


def refused(at: AppTest) -> str:
    """What the dialog says; without a browser it closes when the page is drawn anew."""
    return at.session_state["figure problem"]


def told(at: AppTest) -> str:
    return " ".join(one.value for one in at.caption)


@pytest.mark.parametrize("view", ["attention", "decoder", "train"])
def test_a_figure_is_opened_from_any_page(figure, view):
    at = dropped(
        opened(view, run="demo/pinyin-gru") if view == "attention" else opened(view), to_png(figure), "figure.png"
    )
    assert by_label(at.selectbox, "Model").value == RUN and by_label(at.text_input, "Source").value == TEXT
    assert by_label(at.text_input, "Target to force").value == "1981-04"
    assert {"site": SITE, "head": "3"}.items() <= dict(at.query_params).items()
    assert said(at) == "" and "From a figure" in told(at) and "head 3" in told(at).replace("\\", "")


def test_mean_and_another_model_beside_come_back(figure):
    about = replace(figure.about, query={**HEAD, "reduction": "mean over heads", "beside": "demo/dates-gru"})
    at = dropped(opened("attention"), to_svg(Figure(figure.svg, about)))
    assert by_label(at.selectbox, "Beside it").value == "demo/dates-gru" and said(at) == ""
    at = dropped(at, to_svg(Figure(figure.svg, replace(about, query={**HEAD, "reduction": "mean over heads"}))))
    assert by_label(at.selectbox, "Beside it").value == "no other model"
    assert by_label(at.get("button_group"), "Show").value == "mean over heads"


def test_an_edited_figure_is_opened_and_said_to_be_edited(figure):
    raw = to_svg(figure).replace(b'"head": "3"', b'"head": "2"')
    at = dropped(opened("attention"), raw)
    assert "edited after it was saved" in said(at).replace("\\", "") and at.query_params["head"] == "2"


def test_other_weights_are_said(figure):
    about = replace(figure.about, origin=Origin(RUN, "0123456789abcdef", 100, 1))
    at = dropped(opened("attention"), to_svg(Figure(figure.svg, about)))
    words = said(at).replace("\\", "")
    assert "weights 0123456789abcdef of step 100" in words and "may look different" in words


NOT_OPENED = {
    "a run that is not here": ({"query": {**HEAD, "run": "demo/nowhere"}}, "demo/nowhere”, which is not here"),
    "a page that is none": ({"page": "../../etc/passwd"}, "no page can show this figure again"),
    "no page": ({"page": ""}, "no page can show this figure again"),
}


@pytest.mark.parametrize("name", NOT_OPENED)
def test_what_cannot_be_shown_again_leaves_the_page_as_it_was(figure, name):
    changes, words = NOT_OPENED[name]
    at = dropped(opened("attention", source="1.5.2007"), to_svg(Figure(figure.svg, replace(figure.about, **changes))))
    assert words in refused(at) and "figure told" not in at.session_state
    assert by_label(at.text_input, "Source").value == "1.5.2007"


def test_what_is_no_figure_leaves_the_page_as_it_was():
    at = dropped(opened("attention", source="1.5.2007"), b"<svg/>")
    assert "says nothing of itself" in refused(at) and by_label(at.text_input, "Source").value == "1.5.2007"


def test_a_tree_comes_back_with_its_search(trained):
    search = core.BeamSearch(width=3)
    tree = trained.tree(TEXT, search)
    link = SavedSession.of(trained, Session(TEXT, search)).to_link()
    for query in ({"run": RUN, "source": TEXT, "session": link}, {"run": RUN, "source": TEXT}):
        at = dropped(opened("attention", run="demo/pinyin-gru"), to_svg(tree_figure(tree.parts, query, 1)))
        assert by_label(at.get("button_group"), "Search").value == "beam"
        assert by_label(at.number_input, "width").value == 3 and by_label(at.text_input, "Source").value == TEXT
        assert ("holds the search but no branches" in said(at)) == ("session" not in query)


def test_a_tree_of_other_weights_is_not_passed_off_as_the_saved_one(trained):
    tree = trained.tree(TEXT)
    tree.header["model_hash"] = "0123456789abcdef"
    at = dropped(opened("attention"), to_svg(tree_figure(tree.parts, {"run": RUN, "source": TEXT})))
    assert "weights 0123456789abcdef" in refused(at) and "it is not opened" in refused(at)


def test_an_inspected_alignment_asks_for_its_files():
    about = Provenance("inspected alignment", "attn", page="inspect_alignment")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><title>attn</title></svg>'
    at = dropped(opened("attention"), to_svg(Figure(svg, about)))
    assert "drop the same files here" in said(at) and "Inspect my alignment" in at.markdown[0].value


def test_a_recording_asks_for_its_files_and_finds_the_head_in_them():
    hidden = known(4, rows=5, columns=7)
    query = {"site": "decoder.layers.0.cross", "head": "3", "reduction": "max over heads"}
    about = Provenance("attention map", "r.npy · head 3", page="recordings", query=query)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><title>r</title></svg>'
    at = dropped(opened("attention"), to_svg(Figure(svg, about)))
    assert "drop the same files here" in said(at) and "Recordings" in at.markdown[0].value
    assert "site" not in at.query_params
    at.switch_page("views/recordings.py").run()  # in a test, a page that the app went to by itself is not the next one
    box = next(one for one in at.file_uploader if one.label.startswith("Recordings"))
    at = box.set_value([("decoder.layers.0.encoder_attn.npy", npy(hidden), "")]).run()
    assert not at.exception and at.query_params["head"] == "3"
    assert by_label(at.get("button_group"), "Show").value == "max over heads"


@pytest.mark.parametrize(("layer", "shown"), [("1", 1), ("99", 2), ("²", 2)])
def test_a_rollout_opens_with_its_layer_and_a_layer_that_is_none_with_the_last(trained, layer, shown):
    through = rolled(trained, recorded(trained, TEXT))
    site = Site("encoder", 0, "self", "attention flow of encoder layers 1…1")
    matrix = AttentionMatrix(site, through.flow(0)[None], through.tokens, through.tokens)
    reading = reading_of(trained, TEXT, "", {"run": RUN, "source": TEXT, "carry": "attention flow", "layer": layer})
    taken = derived({"attention flow · layers 1 to 1": matrix}, replace(reading, page="depth"))
    ((name, files),) = taken.values()
    assert name == "attention-flow-layers-1-to-1" and list(files) == [".svg", ".png", ".pdf", ".csv", ".npz", ".json"]
    raw = files[".png"]()
    about = open_figure(raw).about
    assert (about.site, about.layer, about.keys) == (site.name, 0, through.tokens)
    at = dropped(opened("attention", run="demo/pinyin-gru"), raw, "figure.png")
    assert said(at) == "" and by_label(at.text_input, "Source").value == TEXT and "From a figure" in told(at)
    assert by_label(at.get("button_group"), "Encoder layer").value == shown
    assert by_label(at.get("button_group"), "Carry by").value == ("rollout" if layer == "²" else "attention flow")
    assert f"After {shown} of 2 encoder layers" in " ".join(one.value for one in at.markdown)


def test_the_address_opens_a_head_and_nonsense_in_it_the_first():
    at = opened("attention", site=SITE, head="3", reduction="max over heads")
    assert by_label(at.get("button_group"), "Show").value == "max over heads" and at.query_params["head"] == "3"
    for site, head in ((SITE, "99"), ("nowhere", "1"), (SITE, "0")):
        at = opened("attention", site=site, head=head)
        assert not at.exception and "site" not in at.query_params
        assert "The link asks for what is not here" in said(at)
    at = opened("attention", site=SITE, head="²")
    assert not at.exception and at.query_params["head"] == "1"
