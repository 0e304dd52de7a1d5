"""The four pages as a person uses them, in a real Chromium: training, attention, decoder, compare."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.browser.pages import button, choose, settled, until, visit
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DATE = "Donnerstag, 30. April 1981"


def test_attention_shows_every_head_opens_one_and_two_models_on_one_scale(page: Page) -> None:
    page.goto(f"/attention?run=demo/dates-transformer&source={DATE}")
    expect(page.get_by_text("1981-04-30").first).to_be_visible()
    expect(page.locator(".spot")).to_have_count(24)  # 2 layers × 4 heads × encoder, decoder, cross
    page.locator(".spot[data-site='encoder.layers.0.self_attention.attention'][data-head='2']").click()
    expect(page.get_by_text("encoder self · layer 1 · head 3")).to_be_visible()
    page.get_by_text("max over heads").click()
    expect(page.get_by_text("encoder self · layer 1 · max over heads")).to_be_visible()
    page.get_by_label("Target to force", exact=True).fill("2001-01-01")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Forced target")).to_be_visible()
    settled(page)
    choose(page, "Beside it", "demo/dates-gru")
    expect(page.get_by_text("demo/dates-gru · cross · layer 1 · mean over heads")).to_be_visible()
    expect(page.get_by_text("demo/dates-transformer · cross · layer 2 · mean over heads")).to_be_visible()
    legends = page.locator(".heatmap .legend")
    until(page, lambda: len(set(legends.all_text_contents())) == 1)
    settled(page)


def test_what_was_chosen_is_still_there_on_the_next_page(page: Page) -> None:
    page.goto("/attention?run=demo/numbers-gru&source=siebenundzwanzig")
    expect(page.get_by_text("27", exact=True).first).to_be_visible()
    for section, name in (("Decode", "Decoder"), ("Decode", "Compare"), ("Look", "Attention")):
        visit(page, section, name)
        expect(page.get_by_label("Source", exact=True)).to_have_value("siebenundzwanzig")
        expect(page.get_by_role("combobox", name="Model")).to_have_value("demo/numbers-gru")
    settled(page)


@pytest.mark.parametrize("view", ["attention", "decoder", "compare"])
def test_a_source_nobody_can_read_gets_a_sentence_and_the_page_goes_on(page: Page, view: str) -> None:
    page.goto(f"/{view}?run=demo/pinyin-transformer&source=xyz")
    expect(page.get_by_text("the model has never seen any token of this source")).to_be_visible()
    page.get_by_label("Source", exact=True).fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the source is empty")).to_be_visible()
    page.get_by_label("Source", exact=True).fill("中国")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the source is empty")).to_have_count(0)
    settled(page)


def new_training(page: Page, name: str, steps: int) -> None:
    page.goto("/train")
    page.get_by_label("Name of the run", exact=True).fill(name)
    page.get_by_label("steps", exact=True).fill(str(steps))
    page.keyboard.press("Enter")
    button(page, "Train").click()
    expect(page.get_by_text(re.compile(f"{name} · (starting|running)"))).to_be_visible()


def scrub_to_the_start(page: Page) -> None:
    """Move the scrubber; in the moment in which a training ends the whole page is drawn anew, and a move may be lost."""
    slider = page.get_by_role("slider", name="Recorded step")
    for _ in range(4):
        page.wait_for_timeout(1_500)
        slider.press("End")
        slider.press("Home")
        try:
            page.get_by_text(re.compile("step 0 · cross")).wait_for(timeout=5_000)
        except TimeoutError:
            continue
        return
    raise AssertionError("the scrubber moved, but the picture did not")


def test_a_training_is_watched_paused_changed_stopped_resumed_and_replayed(
    page: Page, request: pytest.FixtureRequest
) -> None:
    name = f"watched-{request.node.callspec.params['page']}"
    new_training(page, name, 1000)  # long enough to be paused also on a fast machine
    expect(page.get_by_text(re.compile(r"running · step .* left · [\d,]+ tokens/s"))).to_be_visible()
    button(page, "Pause").click()
    expect(page.get_by_text(f"{name} · paused")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"{name} · paused")).to_be_visible()
    tab = page.context.new_page()  # a classmate opens the same address
    tab.goto(f"/train?watch={name}")
    expect(tab.get_by_text(f"{name} · paused")).to_be_visible()
    tab.close()
    page.get_by_label("Learning rate from now on", exact=True).fill("0.001")
    page.keyboard.press("Enter")
    button(page, "Set").click()
    page.get_by_label("Guidance from now on", exact=True).fill("5")
    page.keyboard.press("Enter")
    button(page, "Guide").click()
    expect(page.get_by_text(re.compile(r"learning rate 0\.001 \(step .*guidance 5 \(step "))).to_be_visible()
    button(page, "Continue").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.locator(".spot").first).to_be_visible()  # the probe's attention, while it learns
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile(f"{name} · (stopped|done)"))).to_be_visible()
    if page.get_by_text(f"{name} · stopped").count():
        button(page, "Resume").click()
    expect(page.get_by_text(f"{name} · done · step 1,000 of 1,000")).to_be_visible(timeout=180_000)
    scrub_to_the_start(page)
    settled(page)


def test_a_training_survives_its_server_and_the_page_finds_it_again(chromium: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
    page = context.new_page()
    try:
        new_training(page, "survivor", 400)
        expect(page.get_by_text(re.compile("survivor · running"))).to_be_visible()
        server.stop()
        server.start()
        page.goto("/train?watch=survivor")
        expect(page.get_by_text(re.compile("survivor · (running|done) · step (?!0 )"))).to_be_visible()
        expect(page.get_by_text("survivor · done · step 400 of 400")).to_be_visible(timeout=120_000)
    finally:
        context.close()
        server.stop()


def test_two_trainings_of_one_name_are_refused_and_nothing_is_lost(page: Page, request: pytest.FixtureRequest) -> None:
    name = f"twice-{request.node.callspec.params['page']}"
    new_training(page, name, 30)
    expect(page.get_by_text(f"{name} · done")).to_be_visible(timeout=60_000)
    button(page, "Train").click()
    expect(page.get_by_text("is taken by another run")).to_be_visible()
    expect(page.get_by_text(f"{name} · done")).to_be_visible()
    settled(page)
