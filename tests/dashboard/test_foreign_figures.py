"""Figures of a model from elsewhere, kept under a name: each form opens again where the model is, and says so where it is not."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.decoding.session import Session
from core.figures.attention import MapView
from core.runs.foreign import KeptModel, keep_model
from core.runs.sessions import SavedSession
from core.runs.store import home as home_folder
from dashboard.components.downloads import map_files, reading_of, tree_files
from tests.adapters.families import built
from tests.dashboard.test_figures import dropped, refused, told
from tests.dashboard.test_pages import by_label, home, opened, said

__all__ = ["home"]
RUN, TEXT, SITE = "hf/tiny-bart", "the cat sat on the mat", "decoder.layers.1.cross_attention"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("bart", tmp_path_factory.mktemp("models") / "tiny-bart")


@pytest.fixture
def model(folder, home):
    keep_model(KeptModel("tiny-bart", str(folder)))
    return core.load(RUN)


@pytest.fixture
def files(model):
    """The second head of a middle layer, in every form."""
    matrix = next(one for one in model.matrices(TEXT) if one.site.name == SITE)
    query = {"run": RUN, "source": TEXT, "site": SITE, "head": "2", "reduction": "head"}
    return map_files(MapView(matrix, 1, "head"), reading_of(model, TEXT, "", query))


def shows_the_head(at: AppTest) -> None:
    assert by_label(at.selectbox, "Model").value == RUN and by_label(at.text_input, "Source").value == TEXT
    assert {"site": SITE, "head": "2"}.items() <= dict(at.query_params).items()
    assert said(at) == "" and "From a figure" in told(at)


@pytest.mark.parametrize("kind", [".svg", ".html"])
def test_a_map_opens_again(files, kind):
    shows_the_head(dropped(opened("decoder"), files[kind](), f"figure{kind}"))


def test_a_tree_opens_again_with_its_search(model):
    search = core.BeamSearch(width=2)
    link = SavedSession.of(model, Session(TEXT, search)).to_link()
    query = {"run": RUN, "source": TEXT, "session": link}
    raw = tree_files(model.tree(TEXT, search).parts, query, model.config.seed)[".html"]()
    at = dropped(opened("attention"), raw, "tree.html")
    assert by_label(at.selectbox, "Model").value == RUN and by_label(at.text_input, "Source").value == TEXT
    assert by_label(at.get("button_group"), "Search").value == "beam" and by_label(at.number_input, "width").value == 2
    assert said(at) == ""


def test_where_its_name_is_not_known_the_figure_is_refused(files):
    raw = files[".svg"]()
    for kept in (home_folder() / "models").iterdir():
        kept.unlink()
    at = dropped(opened("attention"), raw)
    assert f"{RUN}”, which is not here" in refused(at)
