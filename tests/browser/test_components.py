"""The drawn components in a real Chromium: what is shown is the data, what is clicked comes back, no key press is lost."""

import json
import math
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

import gallery  # noqa: E402

# one group, so that one worker starts one server and one browser
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


# ---------------------------------------------------------------- fixtures
@pytest.fixture(scope="session")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`streamlit run gallery.py` on a free loopback port, with the app's own theme and settings."""
    home = tmp_path_factory.mktemp("gallery")
    (home / ".streamlit").mkdir()
    shutil.copy(ROOT / "dashboard/.streamlit/config.toml", home / ".streamlit")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "gallery.py"), "--server.headless", "true",
               "--server.port", str(port), "--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    with (home / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, cwd=home, stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_healthy(url, server, home / "log.txt")
        yield url
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_healthy(url: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"Streamlit did not start:\n{log.read_text()}")


class Gallery:
    """One page of the gallery; remembers what the browser complained about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, show: str, query: str = "") -> Page:
        self.page.goto(f"{self.url}/?show={show}{query}")
        self.page.locator(".lab").first.wait_for(timeout=30_000)
        expect(self.page.get_by_role("button", name="rerun")).to_be_visible(timeout=30_000)
        return self.page


@pytest.fixture(params=[{}], ids=["light"])
def shown(request: pytest.FixtureRequest, chromium: Browser, gallery_url: str) -> Iterator[Gallery]:
    """A fresh page; fails if the browser reported an error."""
    settings = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", **request.param}
    context = chromium.new_context(**settings)
    one = Gallery(context.new_page(), gallery_url)
    yield one
    context.close()
    assert one.complaints == []


DARK_SMALL = {"color_scheme": "dark", "viewport": {"width": 1024, "height": 768}}
both_schemes = pytest.mark.parametrize("shown", [{}, DARK_SMALL], ids=["light-1440", "dark-1024"], indirect=True)


def milliseconds(page: Page) -> float:
    """How long the component's own code took to take its data and draw them."""
    page.locator(".lab[data-milliseconds]").first.wait_for()
    return float(page.locator(".lab").first.get_attribute("data-milliseconds"))


def cell_center(page: Page, selector: str, row: int, column: int, rows: int, columns: int) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / columns, box["y"] + box["height"] * (row + 0.5) / rows


# ---------------------------------------------------------------- everything
@both_schemes
@pytest.mark.parametrize("show", [name for name in gallery.SHOWS if name not in ("heads_large", "tree200", "tree2000")])
def test_every_show_is_drawn_without_complaint(shown: Gallery, show: str) -> None:
    page = shown.open(show)
    page.wait_for_timeout(400)
    assert page.locator(".lab").first.bounding_box()["height"] > 60
    # nothing sticks out: the page must not scroll sideways
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("window.harmed") is None


@both_schemes
def test_the_ramp_runs_evenly_from_the_background(shown: Gallery) -> None:
    page = shown.open("heatmap")
    expect(page.locator(".heatmap .board")).to_be_visible()
    background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    stops = page.evaluate("""() => getComputedStyle(document.querySelector('.stBidiComponent [data-testid=stBidiComponentIsolated]')
        .shadowRoot.querySelector('.legend .bar')).backgroundImage""")
    colors = [tuple(map(int, stop)) for stop in re.findall(r"rgb\((\d+), (\d+), (\d+)\)", stops)]
    assert f"rgb{colors[0]}" == background
    lightness = [cube_root_luminance(color) for color in colors]
    steps = np.abs(np.diff(lightness))
    assert steps.min() > 0.08 and steps.max() / steps.min() < 1.6


def cube_root_luminance(color: tuple[int, ...]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)) ** (1 / 3))


# ---------------------------------------------------------------- heads
def test_hovering_a_thumbnail_reads_the_datas_number(shown: Gallery) -> None:
    matrices = gallery.invented(gallery.ENGLISH, [*gallery.GERMAN, gallery.END], 2, 4)
    high = max(float(matrix.weights.max()) for matrix in matrices)
    page = shown.open("heads")
    cross = next(matrix for matrix in matrices if matrix.site.kind == "cross")
    for row, column in [(0, 1), (9, 9), (4, 3)]:
        spot = f".spot[data-site='{cross.site.name}'][data-head='1']"
        page.mouse.move(*cell_center(page, spot, row, column, 10, 10))
        said = page.locator(".heads .said")
        expect(said).to_contain_text(f"{cross.queries[row]} → {cross.keys[column]} ≈ ")
        number = float(re.search(r"≈ ([\d.]+)", said.text_content()).group(1))
        assert abs(number - cross.weights[1, row, column]) <= high / 255 / 2 + 0.0005


def test_a_clicked_head_comes_back_and_stays(shown: Gallery) -> None:
    page = shown.open("heads")
    expect(page.get_by_text("chosen: ('decoder.blocks.0.cross', 1)")).to_be_visible()
    page.locator(".spot[data-site='encoder.blocks.1.self'][data-head='3']").click()
    expect(page.get_by_text("chosen: ('encoder.blocks.1.self', 3)")).to_be_visible()
    page.get_by_role("button", name="rerun").click()
    expect(page.locator(".spot[aria-pressed='true']")).to_have_attribute("data-site", "encoder.blocks.1.self")
    expect(page.locator(".spot[aria-pressed='true']")).to_have_count(1)


def test_a_head_is_chosen_by_keyboard(shown: Gallery) -> None:
    page = shown.open("heads")
    page.locator(".spot[aria-pressed='true']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".heads .said")).to_contain_text("head 3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("chosen: ('decoder.blocks.1.cross', 2)")).to_be_visible()


def test_the_last_of_two_quick_clicks_wins(shown: Gallery) -> None:
    page = shown.open("heads")
    for head in (0, 1, 2, 3):
        page.locator(f".spot[data-site='encoder.blocks.0.self'][data-head='{head}']").click(no_wait_after=True)
    expect(page.get_by_text("chosen: ('encoder.blocks.0.self', 3)")).to_be_visible()
    expect(page.locator(".spot[aria-pressed='true']")).to_have_attribute("data-head", "3")


def test_forty_eight_large_heads_are_drawn_within_a_second(shown: Gallery) -> None:
    page = shown.open("heads_large")
    assert page.locator(".spot").count() == 48
    assert milliseconds(page) <= 1000
    assert sorted(change_time(page) for _ in range(3))[1] <= 1000
    page.mouse.move(*cell_center(page, ".spot[data-site='encoder.2'][data-head='1']", 40, 40, 80, 80))
    expect(page.locator(".heads .said")).to_contain_text("largest under the pointer")
    assert hover_time(page, ".heads .board", ".spot[data-head='5']") <= 100


def change_time(page: Page) -> float:
    """From a click that makes Python send other matrices to the frame after they are drawn, in ms."""
    return page.evaluate("""async () => {
        const view = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.attentionLab;
        const before = view.revision;
        const start = performance.now();
        document.querySelector('[data-testid=stCheckbox] input').click();
        while (view.revision === before && performance.now() - start < 20000) await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return performance.now() - start;
    }""")


def hover_time(page: Page, board: str, target: str) -> float:
    """Milliseconds of one pointer move, from event to changed read-out, the median of 15."""
    return page.evaluate("""([board, target]) => {
        const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
        const element = root.querySelector(target) || root.querySelector(board);
        const box = element.getBoundingClientRect();
        const times = [];
        for (let i = 0; i < 15; i++) {
            const at = { clientX: box.left + box.width * (0.2 + 0.04 * i), clientY: box.top + box.height * 0.5, bubbles: true };
            const start = performance.now();
            element.dispatchEvent(new PointerEvent('pointermove', at));
            root.querySelector('.said').getBoundingClientRect();
            times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b)[7];
    }""", [board, target])


# ---------------------------------------------------------------- heatmap
def frame(page: Page) -> dict:
    return page.evaluate("""() => {
        const view = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.attentionLab;
        const box = view.board.getBoundingClientRect();
        return { x: box.left + view.frame.x, y: box.top + view.frame.y, width: view.frame.width, height: view.frame.height };
    }""")


def test_hovering_a_cell_reads_the_exact_weight(shown: Gallery) -> None:
    page = shown.open("heatmap")
    weights = gallery.soft(np.random.default_rng(3), 10, 10, 2.0)
    area = frame(page)
    for row, column in [(1, 0), (5, 6), (9, 9)]:
        page.mouse.move(area["x"] + area["width"] * (column + 0.5) / 10, area["y"] + area["height"] * (row + 0.5) / 10)
        expect(page.locator(".heatmap .said")).to_contain_text(f"= {weights[row, column]:.4f}")
        expect(page.locator(".heatmap .said .query")).to_have_text([*gallery.GERMAN, gallery.END][row])


def test_cells_are_read_by_keyboard_and_as_a_table(shown: Gallery) -> None:
    page = shown.open("heatmap")
    weights = gallery.soft(np.random.default_rng(3), 10, 10, 2.0)
    page.locator(".heatmap .board").focus()
    for press in ("ArrowRight", "ArrowDown", "ArrowRight"):
        page.keyboard.press(press)
    expect(page.locator(".heatmap .said")).to_contain_text(f"= {weights[1, 1]:.4f}")
    page.locator(".heatmap .toggle").click()
    assert page.locator(".heatmap td").nth(1 + 10 + 1).text_content() == f"{weights[1, 1]:.3f}"


def test_a_large_map_is_quick_and_says_that_it_pools(shown: Gallery) -> None:
    page = shown.open("heatmap_large")
    expect(page.locator(".heatmap .note")).to_contain_text(re.compile(r"max of \d+×1 cells"))
    assert milliseconds(page) <= 300
    assert hover_time(page, ".heatmap .board", ".heatmap .board") <= 100


def test_a_map_is_zoomed_by_keys_and_shown_whole_again(shown: Gallery) -> None:
    page = shown.open("heatmap_large")
    page.locator(".heatmap .board").focus()
    for _ in range(8):
        page.keyboard.press("+")
    expect(page.locator(".heatmap .note")).not_to_contain_text("max of")
    page.locator(".heatmap .whole").click()
    expect(page.locator(".heatmap .note")).to_contain_text("max of")


def test_signs_without_a_picture_are_named(shown: Gallery) -> None:
    page = shown.open("hostile")
    page.locator(".heatmap .board").focus()
    for press in ["ArrowRight"] * 4:
        page.keyboard.press(press)
    expect(page.locator(".heatmap .said .token").last).to_have_text("⟨202E⟩gnorw")
    page.locator(".treebox").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".card.on").bounding_box()["height"] < 400


def test_two_maps_share_a_scale(shown: Gallery) -> None:
    page = shown.open("heatmap_mixed")
    tops = page.locator(".heatmap .legend span:last-child").all_text_contents()
    assert len(tops) == 2 and tops[0] == tops[1]


# ---------------------------------------------------------------- tree
def test_a_node_is_explained_and_chosen(shown: Gallery) -> None:
    page = shown.open("tree")
    columns = gallery.beam_tree(3, 6, 1, [*gallery.GERMAN, "Donaudampfschifffahrtsgesellschaft", "春天", "السلام", "кошка", gallery.END], 6)
    pruned = next(i for i, status in enumerate(columns["status"]) if status == "pruned_beam")
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
    columns = gallery.greedy_tree(20)
    kept = [i for i, status in enumerate(columns["status"]) if status == "expanded"]
    expect(page.get_by_text(f"chosen: {kept[1]} of")).to_be_visible()


def test_pruned_siblings_of_a_large_tree_open_on_a_click(shown: Gallery) -> None:
    page = shown.open("tree2000")
    before = page.locator(".treebox g[data-node]").count()
    page.locator("[data-node='more-0']").click()
    assert page.locator(".treebox g[data-node]").count() > before


def test_two_thousand_nodes_cost_at_most_three_times_twenty(shown: Gallery) -> None:
    page = shown.open("tree_sizes")
    update_time(page, "200")  # not the size shown first, so that each click below changes something
    times: dict[str, list[float]] = {"20": [], "2000": []}
    for _ in range(5):
        for size, taken in times.items():
            taken.append(update_time(page, size))
    medians = {size: sorted(taken)[2] for size, taken in times.items()}
    assert medians["2000"] <= 3 * medians["20"], times


def update_time(page: Page, size: str) -> float:
    """From a click that changes the data to the frame after the component has drawn them, in ms."""
    return page.evaluate("""async (size) => {
        const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
        const label = [...document.querySelectorAll('[data-testid=stRadio] label')].find((each) => each.textContent.trim() === size);
        const nodes = root.querySelector('.treebox').getAttribute('aria-label');
        const start = performance.now();
        label.click();
        const same = () => root.querySelector('.treebox').getAttribute('aria-label') === nodes;
        while (same() && performance.now() - start < 20000) await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return performance.now() - start;
    }""", size)


def test_token_and_number_never_overlap(shown: Gallery) -> None:
    page = shown.open("tree")
    overlaps = page.evaluate("""() => {
        const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
        return [...root.querySelectorAll('.pills g')].filter((pill) => {
            const [word, number] = [pill.querySelector('.word'), pill.querySelector('.number')];
            return number && word.getBoundingClientRect().right > number.getBoundingClientRect().left;
        }).map((pill) => pill.textContent);
    }""")
    assert overlaps == []


# ---------------------------------------------------------------- stepper
def test_of_twenty_arrow_presses_none_is_lost_and_python_hears_the_last_place(shown: Gallery) -> None:
    page = shown.open("stepper_long")
    expect(page.locator(".place")).to_contain_text("Step 7 of 37")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
    expect(page.locator(".place")).to_contain_text("Step 27 of 37", timeout=200)
    expect(page.get_by_text(re.compile("view: 27 runs:"))).to_be_visible()
    # one rerun per pause, not per press; on a busy machine presses come late and pauses are more
    assert int(page.get_by_text("view: 27 runs:").locator("code").text_content()) < 20
    page.keyboard.press("Home")
    expect(page.locator(".place")).to_contain_text("Step 0 of 37")
    page.keyboard.press("End")
    expect(page.locator(".stepper .empty")).to_contain_text("Finished")


def test_a_step_is_on_screen_within_two_frames(shown: Gallery) -> None:
    page = shown.open("stepper_long")
    frames = page.evaluate("""async () => {
        const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
        const counts = [];
        for (let i = 0; i < 15; i++) {
            const before = root.querySelector('.place').textContent;
            let frames = 0;
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
            while (root.querySelector('.place').textContent === before && frames < 20) { await new Promise(requestAnimationFrame); frames += 1; }
            counts.push(frames);
            await new Promise(requestAnimationFrame);
        }
        return Math.max(...counts);
    }""")
    assert frames <= 2


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
    model = gallery.Pretender()
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
    page.locator(".typed input").fill("katze")
    page.locator(".typed input").press("Enter")
    expect(page.locator(".place")).to_contain_text("Step 1 of")
    expect(page.locator(".arcbox .target.last .word")).to_have_text("katze")
    expect(page.locator(".typed input")).to_have_value("")
    page.locator(".typed input").fill("Unsinn")
    page.locator(".typed input").press("Enter")
    expect(page.locator(".message")).to_contain_text("not in the vocabulary")
    expect(page.locator(".place")).to_contain_text("Step 1 of")
    expect(page.locator(".typed input")).to_have_value("Unsinn")


def test_buttons_walk_the_path(shown: Gallery) -> None:
    page = shown.open("stepper")
    page.locator(".step.next").click()
    page.locator(".step.next").click()
    page.locator(".step.back").click()
    expect(page.locator(".place")).to_contain_text("Step 1 of 10")
    page.locator(".step.end").click()
    expect(page.locator(".place")).to_contain_text("Step 10 of 10")
    expect(page.locator(".step.next")).to_be_disabled()
    page.locator(".step.reset").click()
    expect(page.locator(".place")).to_contain_text("Step 0 of 10")


# ---------------------------------------------------------------- live figure
def test_zoom_and_dom_of_a_live_figure_survive_ticks(shown: Gallery) -> None:
    page = shown.open("live")
    plot = page.locator(".live-figure .plot").first
    plot.locator(".nsewdrag").first.wait_for(timeout=30_000)
    box = plot.locator(".nsewdrag").first.bounding_box()
    plot.evaluate("(element) => { element.querySelector('.main-svg').marked = true; }")
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    zoomed = plot.evaluate("(element) => element._fullLayout.xaxis.range")
    ticks = int(page.get_by_text(re.compile("^tick")).locator("code").text_content())
    points = plot.evaluate("(element) => element._fullData[0].x.length")
    expect(page.get_by_text(re.compile("^tick")).locator("code")).to_have_text(str(ticks + 2), timeout=15_000)
    page.wait_for_timeout(300)
    assert plot.evaluate("(element) => element._fullData[0].x.length") > points
    assert plot.evaluate("(element) => element._fullLayout.xaxis.range") == zoomed
    assert plot.evaluate("(element) => element.querySelector('.main-svg').marked") is True


def test_the_library_is_not_sent_again_once_it_is_there(shown: Gallery) -> None:
    sizes: list[int] = []
    shown.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    page = shown.open("live")
    page.locator(".live-figure .nsewdrag").nth(1).wait_for(timeout=30_000)
    page.wait_for_timeout(1000)
    # twice where a tick fell between its arrival and the answer
    assert sum(size > 1_000_000 for size in sizes) in (1, 2)
    before = len(sizes)
    page.wait_for_timeout(3000)
    assert len(sizes) > before and max(sizes[before:]) < 100_000


# ---------------------------------------------------------------- state under AppTest
def app(show: str, **state: dict) -> AppTest:
    test = AppTest.from_file(str(HERE / "gallery.py"), default_timeout=60)
    test.query_params["show"] = show
    for key, value in state.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return " ".join(str(element.value) for element in test.markdown)


def test_states_can_be_set_without_a_browser() -> None:
    assert "('encoder.blocks.0.self', 2)" in said(app("heads", heads={"pick": {"at": ["encoder.blocks.0.self", 2]}}))
    assert "chosen: None" in said(app("heads", heads={"pick": {"at": ["gone", 2]}}))
    assert "chosen: 5" in said(app("tree20", tree={"pick": {"at": 5}}))
    forced = app("stepper", stepper={"force": {"prefix": [], "token": None, "text": "katze", "nonce": "1"}})
    assert forced.session_state["pretender"].growing.columns["forced"].count(True) == 1
    assert json.dumps(forced.session_state["pretender"].answer) == '{"nonce": "1", "message": null}'
