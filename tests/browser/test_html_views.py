"""Views saved as files, opened from disk with the network cut off: read by pointer and by keyboard, in light and in dark."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

import core
from core.figures.drawn.attention import EXACT_UP_TO
from core.figures.opening import open_figure
from core.recording.matrix import AttentionMatrix, Site
from tests.adapters.families import SOURCES, built
from tests.browser.gallery_data import invented
from tests.browser.gallery_words import END, ENGLISH, GERMAN
from tests.browser.pages import SIZES, settled
from tests.figures.test_html_views import EVIL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SHOTS = os.environ.get("ATTNLAB_SHOTS")
Opened = Callable[[core.HtmlView], Page]


@pytest.fixture(params=SIZES, ids=list(SIZES))
def opened(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Saves a view and opens the file; fails if anything but files was asked for, or the browser complained."""
    width, height, scheme = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, offline=True)
    asked, complaints = [], []

    def decide(route: Route) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    context.route("**/*", decide)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)

    def show(view: core.HtmlView) -> Page:
        page.goto(view.save(tmp_path / "view.html").as_uri())
        expect(page.locator("#view[data-milliseconds]")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
        return page

    yield show
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{request.node.name}.png")
    context.close()
    assert (asked, complaints) == ([], [])


def written(weight: float) -> str:
    """A float32 as a view writes it."""
    return f"{float(f'{weight:.6g}'):.12f}".rstrip("0") if weight >= 1e-6 else f"{weight:.6g}"


def point(page: Page, row: int, column: int) -> None:
    """The pointer on a cell of the large map."""
    at = page.evaluate(
        """([row, column]) => {
        const { map } = document.querySelector('#view').attentionLab;
        const box = map.board.getBoundingClientRect();
        const { x, y, width, height } = map.frame;
        return [box.left + x + ((column + 0.5) * width) / map.columns, box.top + y + ((row + 0.5) * height) / map.rows];
    }""",
        [row, column],
    )
    page.mouse.move(*at)


def token(page: Page, side: str, index: int) -> tuple[float, float]:
    """Where a token of the bipartite view stands."""
    return page.evaluate(
        """([side, index]) => {
        const view = document.querySelector('#view').attentionLab;
        const box = view.pane.getBoundingClientRect();
        return [box.left + (side === 'key' ? view.from - 20 : view.to + 20), box.top + view[`${side}At`](index)];
    }""",
        [side, index],
    )


def ground(place: Locator) -> str:
    return place.evaluate("element => getComputedStyle(element).backgroundColor")


def test_every_head_can_be_large_and_its_cells_read_exactly(opened: Opened) -> None:
    matrices = invented(ENGLISH, [*GERMAN, END], 2, 4)
    page = opened(core.heatmap(matrices, "A sentence & its <translation>"))
    assert ground(page.locator("body")) in ("rgb(252, 252, 251)", "rgb(17, 21, 26)")
    expect(page.locator("h1")).to_have_text("A sentence & its <translation>")
    expect(page.locator(".spot")).to_have_count(24)
    cross = matrices[2]  # after two of the encoder: the first that is shown large
    said = page.locator(".heatmap .said")
    point(page, 3, 5)
    expect(said).to_contain_text(f"{cross.queries[3]} → {cross.keys[5]} = {written(cross.weights[0, 3, 5])}")
    page.get_by_role("button", name="Cross-attention, layer 2, head 3").click()
    expect(page.locator(".heatmap .title")).to_have_text("cross · layer 2 · head 3")
    page.locator(".heatmap .board").focus()
    for press in ("ArrowRight", "ArrowDown", "ArrowRight"):
        page.keyboard.press(press)
    expect(said).to_contain_text(f"= {written(matrices[3].weights[2, 1, 1])}")
    for way, pooled in (("Mean of heads", matrices[3].mean()), ("Largest of heads", matrices[3].max())):
        page.get_by_role("button", name=way).click()
        page.locator(".heatmap .board").focus()
        page.keyboard.press("ArrowRight")
        expect(said).to_contain_text(f"= {written(pooled[0, 0])[:7]}")  # a mean is rounded where it is summed
    page.locator(".heatmap .toggle").click()
    expect(page.locator(".heatmap td").first).to_have_text(written(matrices[3].max()[0, 0]))


def test_a_token_shows_its_lines_alone_with_the_weights_of_each_head(opened: Opened) -> None:
    matrices = invented(ENGLISH, [*GERMAN, END], 2, 3)
    page = opened(core.bipartite(matrices))
    cross = matrices[2]
    said, listed = page.locator(".bipartite .said"), page.locator(".bipartite .list tbody tr")
    page.mouse.move(*token(page, "query", 4))
    mean = cross.mean()[4]
    expect(said).to_contain_text(f"{cross.queries[4]} looks at {cross.keys[mean.argmax()]} {written(mean.max())[:6]}")
    expect(listed.first.locator("td")).to_have_text([f"{weight:.3f}" for weight in cross.weights[:, 4, mean.argmax()]])
    page.get_by_role("button", name="H2", exact=True).click()
    page.mouse.move(*token(page, "key", 2))
    column = cross.weights[1, :, 2]
    expect(said).to_contain_text(
        f"{cross.keys[2]} is looked at by {cross.queries[column.argmax()]} {written(column.max())}"
    )
    page.locator(".board").focus()
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text(f"{cross.keys[3]} is looked at by")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("looks at")
    page.get_by_role("combobox", name="Attention").select_option("encoder self · layer 2")
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.locator(".table tbody tr")).to_have_count(len(ENGLISH))


def test_a_model_from_elsewhere_is_read_offline_like_any_other(opened: Opened, tmp_path: Path) -> None:
    model = core.load(built("bart", tmp_path / "tiny-bart"))
    matrices = model.matrices(SOURCES[0])
    page = opened(core.heatmap(matrices))
    expect(page.locator(".spot")).to_have_count(sum(one.heads for one in matrices))
    cross = next(one for one in matrices if one.site.kind == "cross")
    point(page, 1, 2)
    expect(page.locator(".heatmap .said")).to_contain_text(f"= {written(cross.weights[0, 1, 2])}")
    tree = model.tree(SOURCES[0], core.BeamSearch(width=2))
    page = opened(core.tree(tree))
    expect(page.locator("h1")).to_contain_text(SOURCES[0])
    page.locator(".pills g:not(.more)").nth(1).hover()
    expect(page.locator(".card")).to_contain_text("log p")


def test_a_node_of_a_tree_says_its_probabilities_and_the_search_is_walked(opened: Opened) -> None:
    tree = core.load("demo/reverse-transformer").tree("attention", core.BeamSearch(width=3))
    page = opened(core.tree(tree))
    card = page.locator(".card")
    pruned = page.locator(".pills g.pruned:not(.more)").first
    pruned.hover()
    expect(card).to_contain_text("log p")
    expect(card).to_contain_text("pruned: outside the beam")
    expect(page.locator(".told").first).to_contain_text("candidates")
    page.get_by_role("button", name="To the start (Home)").click()
    expect(page.locator(".pills g")).to_have_count(1)


def test_tokens_do_no_harm(opened: Opened) -> None:
    weights = np.full((1, len(EVIL), len(EVIL)), 1 / len(EVIL), np.float32)
    one = AttentionMatrix(Site("decoder", 0, "cross", EVIL[0]), weights, EVIL, EVIL)
    page = opened(core.heatmap([one], EVIL[1]))
    point(page, 0, 1)
    expect(page.locator(".heatmap .said .query")).to_have_text(EVIL[0])
    page = opened(core.bipartite([one], EVIL[1]))
    page.mouse.move(*token(page, "query", 1))
    expect(page.locator(".bipartite .said .token").first).to_have_text(EVIL[1])
    assert page.evaluate("window.harmed") is None and page.title() == EVIL[1]


def test_very_many_weights_are_read_to_three_digits_and_that_is_said(opened: Opened) -> None:
    size = int(EXACT_UP_TO**0.5) + 1
    weights = np.random.default_rng(0).random((1, size, size), np.float32) / size
    tokens = tuple(f"w{at}" for at in range(size))
    page = opened(core.heatmap([AttentionMatrix(Site("encoder", 0, "self", "one"), weights, tokens, tokens)]))
    expect(page.locator(".attention > .note")).to_contain_text("half precision")
    page.locator(".heatmap .board").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".heatmap .said")).to_contain_text(f"≈ {float(f'{weights[0, 0, 0]:.3g}')}")


@pytest.mark.parametrize("page", ["dark-1024"], indirect=True)
def test_pages_give_views_as_files_that_lead_back_to_them(page: Page) -> None:
    for name, leads in (("", "attention"), ("compare", "decoder")):
        page.goto(f"/{name}?run=demo/dates-transformer&source=4. Juli 2027")
        settled(page)
        page.get_by_text("Take away", exact=True).first.click()
        expect(page.get_by_role("button", name="HTML", exact=True).first).to_be_visible()
        settled(page)  # a press while the page is being drawn would bring nothing
        with page.expect_download() as download:
            page.get_by_role("button", name="HTML", exact=True).first.click()
        found = open_figure(Path(download.value.path()).read_bytes())
        assert (found.about.page, found.about.source, found.edited) == (leads, "4. Juli 2027", ())
        settled(page)
