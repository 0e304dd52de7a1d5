"""The decoder, step by step: no key press is lost, any token can be forced, and the old branch stays."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.components import ROOT, Gallery
from tests.browser.gallery_data import Pretender

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# what the place says after five presses in one breath, before anybody else had a turn
BURST = f"""() => {{
    for (let i = 0; i < 5; i++) {{
        document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowLeft', bubbles: true, cancelable: true }}));
    }}
    return {ROOT}.querySelector('.place').textContent;
}}"""

# one step, and then a second in which other things are pressed: what the page says that Python heard
BUSY = """async () => {
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    press('ArrowRight');
    for (let i = 0; i < 50; i++) {
        await new Promise((later) => setTimeout(later, 20));
        press('Shift');
    }
    return document.body.innerText.match(/view: \\S+/)[0];
}"""


def test_of_twenty_arrow_presses_none_is_lost_and_python_hears_the_last_place(shown: Gallery) -> None:
    page = shown.open("stepper_long")
    place = page.locator(".place")
    expect(place).to_contain_text("Step 7 of 37")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
    expect(place).to_contain_text("Step 27 of 37")
    expect(page.get_by_text("view: 27 runs:")).to_be_visible()
    page.keyboard.press("Home")
    expect(place).to_contain_text("Step 0 of 37")
    page.keyboard.press("End")
    expect(page.locator(".stepper .empty")).to_contain_text("Finished")


def test_steps_are_shown_without_asking_python_and_told_it_once_a_pause(shown: Gallery) -> None:
    page = shown.open("stepper_long")
    page.keyboard.press("ArrowRight")
    told = page.get_by_text("view: 8 runs:")
    expect(told).to_be_visible()
    runs = int(told.locator("code").text_content())
    assert "Step 3 of 37" in page.evaluate(BURST)
    expect(page.get_by_text("view: 3 runs:")).to_have_text(f"view: 3 runs: {runs + 1}")


def test_a_place_is_not_told_in_the_moment_in_which_something_else_is_pressed(shown: Gallery) -> None:
    page = shown.open("stepper_long")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("view: 8 runs:")).to_be_visible()
    assert page.evaluate(BUSY) == "view: 8"
    expect(page.get_by_text("view: 9 runs:")).to_be_visible()


def test_arrows_in_a_text_box_stay_there(shown: Gallery) -> None:
    page = shown.open("stepper")
    box = page.locator(".typed input")
    box.fill("rc")
    box.press("ArrowLeft")
    box.press("Home")
    box.press("r")  # Streamlit's own shortcut for a rerun
    expect(page.locator(".place")).to_contain_text("Step 0 of")
    expect(box).to_have_value("rrc")


def test_a_forced_candidate_shows_the_models_probability_and_keeps_the_old_branch(shown: Gallery) -> None:
    page = shown.open("stepper")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".place")).to_contain_text("Step 2 of")
    model = Pretender()
    _, token, p, _ = model.candidates[model.path[2]][3]
    page.locator(".candidate").nth(3).click()
    expect(page.locator(".place")).to_contain_text("Step 3 of")
    caption = page.locator(".arcbox .number.forced")
    expect(caption).to_have_text(f"forced, p = {p:.4f}" if p < 0.1 else f"forced, p = {p:.2f}")
    expect(page.locator(".arcbox .target.last .word")).to_have_text(token)
    expect(page.locator(f".treebox g[data-node='{model.path[3]}']")).to_have_class(re.compile("muted"))
    # and back on the old branch, without the model
    page.locator(f".treebox g[data-node='{model.path[3]}']").click()
    expect(page.locator(".arcbox .target.last .word")).to_have_text("hund")


def test_a_typed_token_is_forced_and_a_wrong_one_refused(shown: Gallery) -> None:
    page = shown.open("stepper")
    box, place = page.locator(".typed input"), page.locator(".place")
    box.fill("katze")
    box.press("Enter")
    expect(place).to_contain_text("Step 1 of")
    expect(page.locator(".arcbox .target.last .word")).to_have_text("katze")
    expect(box).to_have_value("")
    box.fill("Unsinn")
    box.press("Enter")
    expect(page.locator(".message")).to_contain_text("not in the vocabulary")
    expect(place).to_contain_text("Step 1 of")
    expect(box).to_have_value("Unsinn")


def test_buttons_walk_the_path(shown: Gallery) -> None:
    page = shown.open("stepper")
    place = page.locator(".place")
    page.locator(".step.next").click()
    page.locator(".step.next").click()
    page.locator(".step.back").click()
    expect(place).to_contain_text("Step 1 of 10")
    page.locator(".step.end").click()
    expect(place).to_contain_text("Step 10 of 10")
    expect(page.locator(".step.next")).to_be_disabled()
    page.locator(".step.reset").click()
    expect(place).to_contain_text("Step 0 of 10")
