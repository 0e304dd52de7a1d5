"""Views as HTML: whole in one document, exact, closed to the network, and deaf to what tokens say."""

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import core
from core.errors import DataError, InputError, SettingError
from core.figures.drawn.attention import EXACT_UP_TO
from core.figures.drawn.html_view import HtmlView
from core.figures.opening import open_figure
from core.recording.matrix import AttentionMatrix, Site
from tests.browser.gallery_data import invented

EVIL = (
    "</script><script>window.harmed=1</script>",
    "<img src=x onerror='window.harmed=1'>",
    "]]>",
    "\ud800",
    '"><b>',
    "&lt;",
)


def matrix(heads: int, queries: int, keys: int, tokens: tuple[str, ...] = ()) -> AttentionMatrix:
    weights = np.random.default_rng(0).random((heads, queries, keys), np.float32) ** 8
    weights /= weights.sum(axis=-1, keepdims=True)
    named = [(tokens or ("a",)) * count for count in (queries, keys)]
    return AttentionMatrix(
        Site("decoder", 0, "cross", "decoder.cross"), weights, tuple(named[0][:queries]), tuple(named[1][:keys])
    )


class Reader(HTMLParser):
    """Every element of a document, and the text of those that have an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: dict[str | None, str] = {}
        self.open: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open = dict(attrs).get("id", tag)

    def handle_endtag(self, tag: str) -> None:
        self.open = None

    def handle_data(self, data: str) -> None:
        self.texts[self.open] = self.texts.get(self.open, "") + data


def unpacked(view: HtmlView) -> tuple[dict, bytes]:
    """What canvas.js finds in the document."""
    raw = base64.b64decode(Reader(view.to_html()).texts["numbers"])
    length = int.from_bytes(raw[:4], "little")
    return json.loads(raw[4 : 4 + length]), raw[4 + length :]


def views(tokens: tuple[str, ...] = ()) -> list[HtmlView]:
    one = matrix(2, 6, 5, tokens)
    tree = core.load("demo/reverse-transformer").tree("ab", core.BeamSearch(width=2))
    return [core.heatmap([one], EVIL[0]), core.bipartite([one], EVIL[0]), core.tree(tree, EVIL[0])]


# ---------------------------------------------------------------- what is in them
@pytest.mark.parametrize("kind", [core.heatmap, core.bipartite])
def test_weights_arrive_as_they_were_recorded(kind):
    matrices = invented(["a", "b", "c"], ["x", "y"], 2, 3)
    header, body = unpacked(kind(matrices))
    assert body == b"".join(one.weights.astype("<f4").tobytes() for one in matrices)
    assert [(site["name"], site["heads"]) for site in header["sites"]] == [(one.site.name, 3) for one in matrices]
    assert (header["sites"][2]["queries"], header["sites"][2]["keys"]) == (["x", "y"], ["a", "b", "c"])
    assert header["groups"] == ["encoder self", "cross", "decoder self"] and not header["rounded"]


def test_very_many_weights_keep_three_digits_and_the_view_knows():
    many = matrix(5, 1000, EXACT_UP_TO // 5000 + 1)
    header, body = unpacked(core.heatmap([many]))
    assert header["rounded"]
    given = np.frombuffer(body, "<f2").astype(np.float64) * header["sites"][0]["high"]
    own = many.weights.ravel().astype(np.float64)
    seen = own > 1e-4
    assert np.abs(given[seen] / own[seen] - 1).max() < 5e-4 and np.abs(given - own).max() < 5e-4


def test_a_tree_brings_what_was_pruned_and_why():
    tree = core.load("demo/reverse-transformer").tree("attention", core.BeamSearch(width=2))
    header, _ = unpacked(core.tree(tree))
    nodes = header["nodes"]
    assert len(nodes["id"]) == len(tree) and "pruned_beam" in nodes["status"]["of"]
    assert [nodes["reason"]["of"][at] for at in nodes["reason"]["at"]] == tree.nodes["reason"]
    assert header["weighed"] == [step["candidates"] for step in tree.steps]
    assert core.tree(tree).title == "beam: attention → noitnetta"


def test_what_a_view_is_of_stands_in_it():
    about = json.loads(Reader(core.heatmap([matrix(1, 2, 2, ("<end>", "b"))], "Two").to_html()).texts["about"])
    assert (about["schema"], about["title"], about["keys"]) == ("attnlab/figure/1", "Two", ["<end>", "b"])


def test_a_view_is_opened_like_any_figure_and_a_change_of_any_part_is_noticed():
    for view in views(EVIL):
        raw = view.to_html().encode()
        found = open_figure(raw)
        assert (found.about, found.edited) == (view.about, ())
        assert open_figure(raw.replace(b'id="numbers">', b'id="numbers">AAAA', 1)).edited == ("its picture",)
        assert open_figure(raw.replace(b"class", b"klass", 1)).edited == ("its picture",)
        assert open_figure(raw.replace(b'"view": "', b'"view": "no ', 1)).edited == ("what it says",)
    with pytest.raises(DataError, match="this HTML file says nothing of itself"):
        open_figure(b"<!doctype html><p>Hello</p>")


# ---------------------------------------------------------------- closed
def test_nothing_is_loaded_from_anywhere():
    for view in views():
        text = view.to_html()
        assert not set(Reader(text).tags) & {"link", "img", "iframe", "object"} and " src=" not in text
        assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert "default-src 'none'" in text and "import(" not in text and "fetch(" not in text


def test_tokens_and_titles_are_text_whatever_they_say():
    for view, harmless in zip(views(EVIL), views()):
        text = view.to_html()
        assert Reader(text).tags == Reader(harmless.to_html()).tags
        assert Reader(text).texts["title"] == Reader(text).texts["heading"] == EVIL[0] and EVIL[0] not in text
        text.encode("utf-8")  # a lone half of a character could not be written
    assert unpacked(views(EVIL)[0])[0]["sites"][0]["keys"][:3] == list(EVIL[:3])


def test_a_notebook_gets_the_document_in_one_frame():
    view = core.heatmap([matrix(2, 3, 4, EVIL)], EVIL[1])
    frames: list[dict[str, str | None]] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: frames.append({"tag": tag, **dict(attrs)})
    reader.feed(view._repr_html_())
    assert [frame["tag"] for frame in frames] == ["iframe"]
    assert (frames[0]["srcdoc"], frames[0]["title"]) == (view.to_html(), view.summary)
    assert len(repr(view)) < 300, "what is shown where no HTML is"


# ---------------------------------------------------------------- bad input
def test_a_view_is_saved_under_a_name_that_fits(tmp_path: Path):
    view = core.heatmap([matrix(1, 2, 2)])
    assert view.save(tmp_path / "a.html").read_text("utf-8") == view.to_html()
    with pytest.raises(SettingError, match=r"cannot write a\.png: .* ends in \.html"):
        view.save(tmp_path / "a.png")
    with pytest.raises(SettingError, match="No such file or directory; choose another place"):
        view.save(tmp_path / "nowhere" / "a.html")


@pytest.mark.parametrize("kind", [core.heatmap, core.bipartite])
def test_nothing_to_draw_is_said(kind):
    with pytest.raises(InputError, match="there is no attention matrix to draw: give at least one"):
        kind([])


def test_maps_without_tokens_and_without_numbers_are_drawn_all_the_same():
    empty = AttentionMatrix(Site("decoder", 0, "cross", "none"), np.zeros((1, 0, 2), np.float32), (), ("a", "b"))
    strange = matrix(1, 2, 2)
    strange.weights[0, 0, 0] = np.nan
    header, body = unpacked(core.heatmap([empty, strange]))
    assert header["sites"][0]["high"] == 0.0
    assert np.frombuffer(body, "<f4")[0] == 0.0
