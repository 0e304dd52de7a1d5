"""A picture of every page in both languages, light, dark and projector: `python -m tests.browser.album` writes docs/pictures.

What only a class sees is taken in a class: the lecturer's page, and the page to log in, which knows no projector,
shows in that place what somebody is told who is refused.

Six views of a page stand on one sheet, so that whoever looks at a sheet sees at once what differs. Sheets are small: they
show how a page is laid out, and are not to be read.
"""

import argparse
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.language import ENGLISH, LANGUAGES
from dashboard.components.canvas import ASSETS
from tests.browser.conftest import FLAGS, chromium_here
from tests.browser.lecture_hall import be_refused, lecture_hall, let_in
from tests.browser.pages import settled
from tests.browser.serving import ROOT, Server
from tests.runs.classes import TEACHER

FOLDER = ROOT / "docs" / "pictures"
VIEWS = sorted(path.stem for path in (ASSETS.parent / "views").glob("[a-z]*.py") if path.stem != "class_room")
OF_A_CLASS = ("class_room", "log_in")
LOOKS = {"light": ("light", ""), "dark": ("dark", ""), "projector": ("light", "&projector=true")}
SIZE = (1280, 800)  # of the window, CSS pixels; a projector shows as many
CELL = (480, 300)  # of a view on its sheet
SHEET = (3 * CELL[0] + 20, 2 * CELL[1] + 10)
GROUND = "#8a949e"
PATIENCE = 180_000  # milliseconds until a page of a busy computer is drawn
DATE = "run=demo/dates-transformer&source=April 30, 1981"  # one sentence on all pages that take one
DATED = {"attention", "compare", "decoder", "depth", "intervene"}


@contextmanager
def alone(home: Path) -> Iterator[Server]:
    """The app as one person has it, as long as the block lasts."""
    server = Server(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def drawn(page: Page) -> None:
    """Nothing runs any more, and everything that was sent is on screen."""
    expect(page.locator(".keyboard .open")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".lab:not([data-milliseconds])")).to_have_count(0, timeout=PATIENCE)
    settled(page)
    page.wait_for_timeout(600)  # what glides to its place has come there


def taken(browser: Browser, server: Server, view: str, language: str, look: str) -> Image.Image:
    """The window of one view."""
    scheme, more = LOOKS[look]
    context = browser.new_context(
        viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme=scheme, locale=f"{language}-{'CN' if language != ENGLISH else 'US'}"
    )  # fmt: skip
    if view == "class_room":
        let_in(context, server, TEACHER)
    page = context.new_page()
    path = {"start": "", "log_in": "log-in"}.get(view, view)
    page.goto(f"{server.url}/{path}?lang={language}{more}&{DATE if view in DATED else ''}")
    if view != "log_in":
        drawn(page)
    elif more:
        be_refused(page)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    return shot.resize(CELL, Image.Resampling.LANCZOS)


def sheet(browser: Browser, server: Server, view: str) -> Image.Image:
    """A row for each language, a column for each look."""
    whole = Image.new("RGB", SHEET, GROUND)
    for row, language in enumerate(LANGUAGES):
        for column, look in enumerate(LOOKS):
            place = (column * (CELL[0] + 10), row * (CELL[1] + 10))
            whole.paste(taken(browser, server, view, language, look), place)
    return whole


def main(views: Sequence[str]) -> None:
    """Write the sheets of these pages, or of all."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=FLAGS)
        for serving, known in ((alone, VIEWS), (lecture_hall, OF_A_CLASS)):
            wanted = [view for view in known if view in views or not views]
            if not wanted:
                continue
            with tempfile.TemporaryDirectory() as home, serving(Path(home)) as server:
                for view in wanted:
                    sheet(browser, server, view).save(FOLDER / f"{view}.webp", quality=55, method=6)
                    print(view, (FOLDER / f"{view}.webp").stat().st_size)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="A picture of every page in both languages, light, dark and projector."
    )
    parser.add_argument(
        "views", nargs="*", choices=[*VIEWS, *OF_A_CLASS, []], help="pages by the names of their files; all of them"
    )
    main(parser.parse_args().views)
