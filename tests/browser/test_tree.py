"""The tree of a search: every node explains itself and is chosen by click or key; thousands of nodes are drawn as well."""

import json
import math
import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from core.figures.drawn.tree_packing import columns, packed
from dashboard.components.tree_columns import tree_columns
from tests.browser.components import ROOT, Gallery
from tests.browser.gallery_trees import beam_tree, crowded_tree, greedy_tree
from tests.browser.gallery_words import SCRIPTS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
VIEW = f"{ROOT}.attentionLab.tree"
SUM = re.compile(r"Σ log p (−?[\d.]+) ([+−] [\d.]+) length = ranking score (−?[\d.]+)")


def small() -> dict[str, list]:
    return beam_tree(3, 6, 1, SCRIPTS, 6)


def test_a_node_is_explained_and_chosen_a_dead_one_too(shown: Gallery) -> None:
    page = shown.open("tree")
    nodes = small()
    pruned = nodes["status"].index("pruned_beam")
    pill = page.locator(f"[data-node='{pruned}']")
    pill.hover()
    expect(page.locator(".card .reason")).to_have_text(nodes["reason"][pruned])
    expect(page.locator(".card")).to_contain_text(f"{math.exp(nodes['logp_token'][pruned]):.4f}")
    pill.click()
    expect(page.get_by_text(f"chosen: {pruned} of")).to_be_visible()
    expect(pill).to_have_attribute("aria-selected", "true")


def test_the_parts_of_a_score_add_up_on_screen(shown: Gallery) -> None:
    page = shown.open("tree")
    added = 0
    for node, parent in enumerate(small()["parent"][:20]):
        page.locator(f"[data-node='{node}']").hover()
        if parent < 0 or small()["step"][node] < 2:
            continue  # the mean over one token adds nothing
        text = page.locator(".card .equation").text_content() or ""
        logp, part, score = (float(number.replace("−", "-").replace("+", "").replace(" ", "")) for number in SUM.search(text).groups())  # fmt: skip
        assert round(logp + part, 3) == score
        row = page.locator(".card dd").nth(2).text_content() or ""
        assert float(row.replace("−", "-")) == logp
        assert abs(score - small()["rank_score"][node]) <= 5e-4
        added += 1
    assert added > 5


def test_the_nodes_are_reached_by_keyboard(shown: Gallery) -> None:
    page = shown.open("tree20")
    page.locator(".treebox").focus()
    for press in ("Shift+Home", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(press)
    kept = [node for node, status in enumerate(greedy_tree(20)["status"]) if status == "expanded"]
    expect(page.get_by_text(f"chosen: {kept[1]} of")).to_be_visible()


def test_token_and_number_never_overlap(shown: Gallery) -> None:
    overlaps = shown.open("tree").evaluate(f"""() => [...{ROOT}.querySelectorAll('.pills g')].filter((pill) => {{
        const [word, number] = [pill.querySelector('.word'), pill.querySelector('.number')];
        return number && word.getBoundingClientRect().right > number.getBoundingClientRect().left;
    }}).map((pill) => pill.textContent)""")
    assert overlaps == []


# ---------------------------------------------------------------- the walk
def test_arrow_keys_walk_the_search_move_by_move_without_asking_python(shown: Gallery) -> None:
    page = shown.open("tree")
    nodes, line = small(), page.locator(".told").first
    page.locator(".treebox").focus()
    page.keyboard.press("Home")
    expect(line).to_have_text("Start: nothing weighed yet; 6 moves follow.")
    expect(page.locator(".treebox g[data-node]")).to_have_count(1)
    for move in range(1, 7):
        page.keyboard.press("ArrowRight")
        expect(line).to_have_text(re.compile(rf"^Move {move} of 6: "))
        assert line.text_content() == told(nodes, move)
        assert drawn(page) == {node for node in nodes["id"] if nodes["walk"][node] <= move}
    page.keyboard.press("ArrowLeft")
    assert line.text_content() == told(nodes, 5)
    page.locator("button.last").click()
    assert drawn(page) == set(nodes["id"])
    expect(page.get_by_text("runs:")).to_contain_text("runs: 1")


def told(nodes: dict[str, list], move: int) -> str:
    """The line of a move, counted again: what was kept then lives, whatever became of it."""
    born = [node for node in nodes["id"] if nodes["walk"][node] == move]
    names = {"expanded": "kept", "live": "kept", "finished": "finished", "pruned_beam": "pruned"}
    counts = Counter(names[nodes["status"][node]] for node in born)
    parts = [f"{counts[name]} {name}" for name in ("kept", "finished", "pruned") if counts[name]]
    kept = [nodes["rank_score"][node] for node in born if names[nodes["status"][node]] == "kept"]
    least = f"; the last one kept has −{-min(kept):.2f}" if len(kept) > 1 else ""
    return f"Move {move} of 6: {len(born)} candidates, {', '.join(parts)}{least}."


def drawn(page: Page) -> set[int]:
    """Ids of what a person could scroll to."""
    return set(
        page.evaluate(
            f"{VIEW}.order.filter((node) => !{VIEW}.view.hidden?.(node) && !node.more).map((node) => node.id)"
        )
    )


def test_after_a_move_what_was_kept_is_not_yet_expanded_and_what_was_pruned_stays(shown: Gallery) -> None:
    page = shown.open("tree")
    nodes = small()
    page.locator(".treebox").focus()
    for press in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(press)
    grown = next(n for n in nodes["id"] if nodes["walk"][n] == 2 and nodes["status"][n] == "expanded")
    dead = next(n for n in nodes["id"] if nodes["walk"][n] == 2 and nodes["status"][n] == "pruned_beam")
    expect(page.locator(f"[data-node='{grown}']")).to_have_attribute("aria-label", re.compile("not yet expanded"))
    page.keyboard.press("PageDown")  # a presenter's clicker
    expect(page.locator(f"[data-node='{grown}']")).to_have_attribute("aria-label", re.compile("kept$|kept,? reference"))
    expect(page.locator(f"[data-node='{dead}']")).to_have_class(re.compile("pruned"))


def test_the_search_plays_to_its_end_and_new_nodes_come_in_calmly_or_at_once(shown: Gallery) -> None:
    page = shown.open("tree")
    page.locator(".speed").select_option("16")
    page.locator("button.play").click()
    expect(page.locator("button.play")).to_have_attribute("aria-label", "Pause (space)")
    expect(page.locator(".told").first).to_contain_text("Move 6 of 6")
    expect(page.locator("button.play")).to_have_attribute("aria-label", "Play (space)")
    motion = f"getComputedStyle({ROOT}.querySelector('.pills .new')).animationName"
    assert page.evaluate(motion) == "weighed"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(motion) == "none"
    page.emulate_media(reduced_motion="no-preference")


# ---------------------------------------------------------------- the reference
def test_where_the_reference_was_pruned_is_said_and_marked(shown: Gallery) -> None:
    page = shown.open("tree")
    nodes = small()
    gold = [node for node in nodes["id"] if nodes["is_gold"][node] and nodes["parent"][node] >= 0]
    end = gold[-1]
    line = page.locator(".told.golden")
    score = f"−{-nodes['rank_score'][end]:.2f}"
    expect(line).to_contain_text(f"pruned at step {nodes['step'][end]}: rank {nodes['rank'][end] + 1}, {score}")
    crossed = f"(id) => getComputedStyle({ROOT}.querySelector(`[data-node='${{id}}'] .cross`)).display"
    assert [page.evaluate(crossed, node) != "none" for node in gold] == [False] * (len(gold) - 1) + [True]
    expect(page.locator(f"[data-node='{end}']")).to_have_attribute("aria-label", re.compile("reference, pruned here$"))
    expect(page.locator(".shapes")).to_contain_text("reference, pruned here")
    page.locator(".treebox").focus()
    for press in ("Home", "ArrowRight"):
        page.keyboard.press(press)
    expect(line).to_contain_text("The reference is still in the search at step 1")


def test_a_reference_that_is_the_best_path_is_called_so(shown: Gallery) -> None:
    page = shown.open("tree_gold")
    expect(page.locator(".told.golden")).to_contain_text("The reference is the best path: ")
    assert "pruned here" not in (page.locator(".shapes").text_content() or "")


# ---------------------------------------------------------------- thousands of nodes
def test_pruned_siblings_of_a_tree_of_two_thousand_nodes_open_on_a_click(shown: Gallery) -> None:
    page = shown.open("tree2000")
    before = page.locator(".treebox g[data-node]").count()
    assert before > 10
    page.locator("[data-node='more-0']").click()
    page.wait_for_function(f"before => {ROOT}.querySelectorAll('.treebox g[data-node]').length > before", arg=before)
    page.locator(".tree .unfold").click()
    assert drawn(page) == set(range(len(greedy_tree(2000)["id"])))


def test_ten_thousand_nodes_fit_into_the_box_and_each_is_chosen_from_afar(shown: Gallery) -> None:
    page = shown.open("tree10000")
    page.locator(".tree .fit").click()
    expect(page.locator("canvas.far")).to_be_visible()
    assert page.evaluate(f"{VIEW}.box.scrollHeight <= {VIEW}.box.clientHeight + 1")
    ink = f"""() => {{
        const canvas = {VIEW}.canvas;
        const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(bytes.buffer)).size;
    }}"""
    assert page.evaluate(ink) > 5
    at = page.evaluate(f"""() => {{
        const [leaf, box] = [{VIEW}.plot.bestLeaf, {VIEW}.box.getBoundingClientRect()];
        const place = {VIEW}.place(leaf);
        return {{ id: leaf.id, x: box.x + 1 + place.x + place.width / 2, y: box.y + 1 + place.y + place.height / 2 }};
    }}""")
    page.mouse.move(at["x"], at["y"])
    expect(page.locator(".card.on")).to_be_visible()
    page.mouse.click(at["x"], at["y"])
    expect(page.get_by_text(f"chosen: {at['id']} of")).to_be_visible()


def test_a_turn_of_the_wheel_zooms_about_the_pointer_and_near_nodes_are_drawn_again(shown: Gallery) -> None:
    page = shown.open("tree10000")
    box = page.locator(".treebox").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    under = f"({VIEW}.box.scrollTop + {box['height'] / 2}) / {VIEW}.scale.y"
    before = page.evaluate(under)
    page.keyboard.down("Control")
    page.mouse.wheel(0, 240)
    page.keyboard.up("Control")
    page.wait_for_function(f"Math.abs({VIEW}.level - Math.exp(-1)) < 1e-9")
    assert abs(page.evaluate(under) - before) < 8
    page.locator(".treebox").focus()
    for _ in range(5):
        page.keyboard.press("+")
    assert page.evaluate(f"{VIEW}.level") == pytest.approx(math.exp(-1) * 1.25**5)
    expect(page.locator("canvas.far")).to_be_hidden()
    assert page.locator(".treebox g[data-node]").count() > 5


def test_ten_thousand_nodes_travel_in_a_megabyte_and_a_half() -> None:
    clean = columns(crowded_tree(10_000))
    assert len(json.dumps(packed(clean)).encode()) < 1_500_000


def test_a_tree_too_large_to_draw_gives_up_its_worst_pruned_candidates_only() -> None:
    known = crowded_tree(10_000)
    nodes = {**known, "text": known["token"], "token": known["token_id"]}

    class Tree:
        def __init__(self) -> None:
            self.nodes = nodes

        def __len__(self) -> int:
            return len(nodes["id"])

    kept = tree_columns(Tree(), most=5000)
    gone = set(known["id"]) - set(kept["id"])
    assert len(kept["id"]) <= 5000 and gone
    assert {known["status"][node] for node in gone} == {"pruned_beam"} and not any(known["is_gold"][n] for n in gone)
    worst = dict.fromkeys(known["parent"], 0)
    for node in kept["id"]:
        if known["status"][node] == "pruned_beam" and not known["is_gold"][node]:
            worst[known["parent"][node]] = max(worst[known["parent"][node]], known["rank"][node])
    assert all(known["rank"][node] > worst[known["parent"][node]] for node in gone)
    assert tree_columns(Tree())["id"] == known["id"]
    best = tree_columns(Tree(), pruned=1)["id"]
    lost = [known["parent"][node] for node in best if known["status"][node] == "pruned_beam"]
    assert max(Counter(lost).values()) <= 2  # the reference's own beside the best


# ---------------------------------------------------------------- pictures
def test_the_whole_tree_is_downloaded_as_a_picture_that_stands_alone(shown: Gallery) -> None:
    page = shown.open("tree200")
    with page.expect_download() as download:
        page.locator(".tree button.svg").click()
    picture = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename == "decoding-tree.svg"
    assert "GRU with attention · beam 3 · the little dog ran" in picture and "font-family" in picture
    assert (
        picture.count('class="shape"') == page.evaluate(f"{VIEW}.order.length") > page.locator("g[data-node]").count()
    )
    assert "var(" not in picture and "undefined" not in picture and "NaN" not in picture
    with page.expect_download() as download:
        page.locator(".tree button.png").click()
    bytes_ = download.value.path().read_bytes()
    assert bytes_.startswith(b"\x89PNG")
    width, height = (int.from_bytes(bytes_[at : at + 4], "big") for at in (16, 20))
    assert width > 2 * 1440 and height > 1000
