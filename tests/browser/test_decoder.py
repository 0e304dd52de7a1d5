"""The Decoder page as a student uses it: step, look at dead nodes, branch, undo, keep and hand on."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.decoding.session import Explorer, Session
from core.runs.catalog import SEARCHES
from core.runs.trained import load
from dashboard.state import PLACES
from tests.browser.pages import choose, settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DATE = "Donnerstag, 30. April 1981"
START = f"/decoder?run=demo/dates-transformer&source={DATE}"


def place(page: Page) -> Locator:
    return page.locator(".stepper .place")


def notes(page: Page) -> Locator:
    return page.locator(".stepper .notes")


def candidate(page: Page, rank: int) -> Locator:
    return page.locator(".stepper .candidate").nth(rank)


def tree(page: Page) -> list[str]:
    """What every drawn node of the tree says, as a screen reader hears it."""
    return page.locator(".treebox g[data-node]:not(.more)").evaluate_all("all => all.map(one => one.ariaLabel).sort()")


def write(page: Page, sentence: str) -> None:
    """Another source, until it stands above the curves."""
    page.get_by_role("textbox", name="Source").fill(sentence)
    page.keyboard.press("Enter")
    words = page.locator(".arcbox .word")
    until(page, lambda: "".join(words.all_text_contents()).replace("␣", " ").startswith(sentence))
    expect(page.locator(".arcbox")).to_have_count(1)  # what was drawn before is gone


def opened(page: Page, address: str = START) -> None:
    page.goto(address)
    expect(place(page)).to_contain_text("Step 0 of")


def upload(page: Page, raw: bytes) -> None:
    page.get_by_test_id("stPopoverButton").filter(has_text="Open session").click()
    file = {"name": "session.json", "mimeType": "application/json", "buffer": raw}
    page.locator("input[type=file]").set_input_files(file)


def test_decoder_steps_forces_branches_and_goes_back(page: Page) -> None:
    opened(page)
    expect(place(page)).to_contain_text("Step 0 of 11")
    page.locator(".step.next").click()
    expect(page.locator(".arcbox .target.last .word")).to_have_text("1")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
    expect(place(page)).to_contain_text("Step 11 of 11")
    page.keyboard.press("Home")
    candidate(page, 2).click()
    expect(page.locator(".arcbox .number.forced")).to_contain_text("forced, p = ")
    expect(place(page)).to_contain_text("Step 1 of")
    expect(page.locator(".treebox g.muted").first).to_be_visible()  # the old branch
    box = page.locator(".stepper .typed input")
    box.fill("7")
    box.press("Enter")
    expect(place(page)).to_contain_text("Step 2 of")
    below = page.get_by_text(re.compile("entropy of what follows"))
    settled(page)
    here = below.inner_text()
    box.fill("漢")
    box.press("Enter")
    expect(page.locator(".stepper .message")).to_contain_text("is no token of this model")
    settled(page)
    expect(below).to_have_text(here)  # what is told below is of the same place
    page.locator(".step.back").click()
    expect(place(page)).to_contain_text("Step 1 of")
    settled(page)


def test_what_comes_on_the_path_is_hidden_with_all_that_grows_from_it(page: Page) -> None:
    model, beam = load("demo/dates-transformer"), SEARCHES["beam"]()
    explorer = Explorer(model.stepped, *model.item(DATE, keep_pruned=9))  # as the page has it
    searched = explorer.tree(
        Session(DATE, beam), model.writing(DATE).tokens, model.header(DATE, beam, explorer.end(beam))
    )
    path = searched.walk(explorer.end(beam).best.tokens())
    coming = {path[6]}
    for node, parent in zip(searched.nodes["id"], searched.nodes["parent"]):  # a parent comes before its children
        if parent in coming:
            coming.add(node)
    opened(page, f"{START}&search=beam")
    for step in range(1, 6):
        page.locator(".step.next").click()
        expect(place(page)).to_contain_text(f"Step {step} of")
    drawn = page.locator(".treebox g[data-node]:not(.more)").evaluate_all(
        "all => all.map(one => Number(one.dataset.node))"
    )
    assert path[5] in drawn and len(drawn) > 10 and not coming.intersection(drawn)


@pytest.mark.parametrize("search", [name for name in SEARCHES if name != "greedy"])
def test_decoder_steps_through_every_search(page: Page, search: str) -> None:
    opened(page, f"/decoder?run=demo/pinyin-gru&search={search}")
    page.locator(".step.end").click()
    expect(page.locator(".stepper .empty")).to_contain_text("Finished")
    page.locator(".step.reset").click()
    candidate(page, 1).click()
    expect(place(page)).to_contain_text("Step 1 of")
    settled(page)


def test_a_dead_node_shows_its_words_its_figures_what_may_follow_and_every_head(page: Page) -> None:
    opened(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(place(page)).to_contain_text("Step 2 of 11")
    page.locator(".treebox g.pruned[data-node]").nth(4).click()
    expect(page.get_by_text(re.compile("pruned: outside the beam")).first).to_be_visible()  # on its card, and below
    expect(page.get_by_text(re.compile(r"of the model here, −[\d.]+ nats against its first"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"entropy of what follows [\d.e-]+ nats"))).to_be_visible()
    expect(page.locator(".stepper .empty")).to_contain_text("Pruned here")
    expect(page.locator(".candidates .candidate:visible").first).to_be_visible()
    expect(page.locator(".spot")).to_have_count(24)  # 2 layers × 4 heads × encoder, decoder, cross
    expect(page.get_by_text("The row marked ▶ predicted this node")).to_be_visible()
    page.locator(".spot[data-site='decoder.layers.0.self_attention.attention'][data-head='2']").click()
    expect(page.get_by_text("decoder self · layer 1 · head 3")).to_be_visible()
    settled(page)


def test_branching_from_a_dead_node_says_its_price_and_is_undone_to_the_beginning_and_redone(page: Page) -> None:
    opened(page)
    page.keyboard.press("ArrowRight")
    expect(place(page)).to_contain_text("Step 1 of 11")
    whole = tree(page)
    expect(page.locator(".step.undo")).to_be_disabled()
    page.locator(".treebox g.pruned[data-node]").nth(1).click()
    expect(page.locator(".stepper .empty")).to_contain_text("Pruned here")
    page.keyboard.press("ArrowRight")  # goes on from the dead node all the same
    expect(notes(page)).to_contain_text("greedy went on after 1 tokens")
    page.locator(".candidates .candidate").nth(1).click()
    expect(notes(page)).to_contain_text(
        re.compile(r"forcing “.” as token 2 cost [\d.]+ nats at once; .* below the best")
    )
    expect(place(page)).to_contain_text("Step 2 of")
    said = notes(page).text_content()
    for _ in range(5):
        page.keyboard.press("Control+z")  # two branches: the rest does nothing
    expect(notes(page)).to_be_hidden()
    expect(page.locator(".step.undo")).to_be_disabled()
    page.locator(".step.reset").click()
    page.keyboard.press("ArrowRight")
    expect(place(page)).to_contain_text("Step 1 of 11")
    until(page, lambda: set(whole) <= set(tree(page)))
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+y")
    expect(notes(page)).to_have_text(said)
    expect(page.locator(".step.redo")).to_be_disabled()
    settled(page)


def test_a_session_with_sampling_is_kept_handed_on_and_damaged_files_leave_it_alone(page: Page) -> None:
    opened(page, f"{START}&search=beam")
    choose(page, "Branches go on with", "sampling")
    page.wait_for_timeout(1_500)  # from here on a candidate is asked for, and not only gone to
    settled(page)
    candidate(page, 3).click()
    expect(notes(page)).to_contain_text("as token 1 cost")
    said = notes(page).text_content()
    settled(page)  # a file is forgotten where the page is drawn anew
    with page.expect_download() as kept:
        page.get_by_role("button", name="Save session").click()
    raw = Path(kept.value.path()).read_bytes()
    page.get_by_test_id("stPopoverButton").filter(has_text="Copy link").click()
    link = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").text_content()
    page.keyboard.press("Escape")
    for bad, words in ((b"{", "it is no JSON"), (raw.replace(b"April", b"Abril"), "edited or damaged")):
        upload(page, bad)
        expect(page.get_by_text(re.compile(f"{words}.*as it was"))).to_be_visible()
        page.keyboard.press("Escape")
        expect(notes(page)).to_have_text(said)
    hand_on(page, link, raw, said)
    settled(page)


def test_after_many_sentences_a_branch_stands_where_it_was_forced_and_nowhere_else(page: Page) -> None:
    opened(page)
    candidate(page, 2).click()
    expect(notes(page)).to_contain_text("as token 1 cost")
    said = notes(page).text_content()
    for day in range(1, PLACES + 2):  # keys go round
        write(page, f"{day} May 1900")
        expect(place(page)).to_contain_text("Step 0 of")
        expect(notes(page)).to_be_hidden()
        page.locator(".step.next").click()
    write(page, DATE)
    expect(notes(page)).to_have_text(said)
    expect(place(page)).to_contain_text("Step 1 of")
    settled(page)


def hand_on(page: Page, link: str, raw: bytes, said: str) -> None:
    """Somebody else opens the link, an edited link, and the file."""
    other = page.context.browser.new_context()
    guest = other.new_page()
    guest.goto(link)
    expect(guest.locator(".stepper .notes:visible")).to_have_text(said)
    guest.goto(link.replace("1981", "1982", 1))
    expect(guest.get_by_text("another run or source than the session in it")).to_be_visible()
    guest.goto("/".join(link.split("/")[:3]) + "/decoder?run=demo/pinyin-gru")
    expect(place(guest)).to_contain_text("Step 0 of")
    upload(guest, raw)
    expect(guest.locator(".stepper .notes:visible")).to_have_text(said)
    expect(guest.get_by_role("combobox", name="Model")).to_have_value("demo/dates-transformer")
    other.close()


def test_what_can_be_taken_away_is_there_though_it_is_opened_in_the_moment_of_a_step(page: Page) -> None:
    opened(page, "/decoder?run=demo/reverse-transformer&source=abcd")
    settled(page)
    take = page.get_by_test_id("stExpander").locator("summary").filter(has_text="Take away")
    page.evaluate(  # where the step is told, and in the same moment: the browser makes one message of both
        """opening => {
            const later = window.setTimeout;
            window.setTimeout = (tell, wait, ...more) => later(() => {
                tell(...more);
                if (wait === 120) { window.setTimeout = later; opening.click(); }
            }, wait);
        }""",
        take.element_handle(),
    )
    page.locator(".step.next").click()
    expect(page.get_by_test_id("stDownloadButton").filter(has_text="JSON")).to_be_visible()
    expect(place(page)).to_contain_text("Step 1 of")
    expect(page.get_by_text("The row marked ▶ predicted this node")).to_be_visible()
    settled(page)
