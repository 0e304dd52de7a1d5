"""The tree of a search: every node explains itself, is chosen by click or key, and thousands of nodes are drawn as well."""

import math

import pytest
from playwright.sync_api import expect

from tests.browser.components import ROOT, Gallery
from tests.browser.gallery_data import SCRIPTS, beam_tree, greedy_tree

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_node_is_explained_and_chosen(shown: Gallery) -> None:
    page = shown.open("tree")
    columns = beam_tree(3, 6, 1, SCRIPTS, 6)
    pruned = columns["status"].index("pruned_beam")
    pill = page.locator(f"[data-node='{pruned}']")
    pill.hover()
    expect(page.locator(".card .reason")).to_have_text(columns["reason"][pruned])
    expect(page.locator(".card")).to_contain_text(f"{math.exp(columns['logp_token'][pruned]):.4f}")
    pill.click()
    expect(page.get_by_text(f"chosen: {pruned} of")).to_be_visible()
    expect(pill).to_have_attribute("aria-selected", "true")


def test_the_tree_is_walked_by_keyboard(shown: Gallery) -> None:
    page = shown.open("tree20")
    page.locator(".treebox").focus()
    for press in ("Home", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(press)
    kept = [node for node, status in enumerate(greedy_tree(20)["status"]) if status == "expanded"]
    expect(page.get_by_text(f"chosen: {kept[1]} of")).to_be_visible()


def test_pruned_siblings_of_a_tree_of_two_thousand_nodes_open_on_a_click(shown: Gallery) -> None:
    page = shown.open("tree2000")
    nodes = page.locator(".treebox g[data-node]")
    before = nodes.count()
    assert before > 10
    page.locator("[data-node='more-0']").click()
    page.wait_for_function(f"before => {ROOT}.querySelectorAll('.treebox g[data-node]').length > before", arg=before)


def test_token_and_number_never_overlap(shown: Gallery) -> None:
    overlaps = shown.open("tree").evaluate(f"""() => [...{ROOT}.querySelectorAll('.pills g')].filter((pill) => {{
        const [word, number] = [pill.querySelector('.word'), pill.querySelector('.number')];
        return number && word.getBoundingClientRect().right > number.getBoundingClientRect().left;
    }}).map((pill) => pill.textContent)""")
    assert overlaps == []
