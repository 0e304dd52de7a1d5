"""The gallery in front of a browser: opening a show, both color schemes, and where things are on the screen."""

from playwright.sync_api import Page, expect

LIGHT = ("light", {"width": 1440, "height": 900})
DARK = ("dark", {"width": 1024, "height": 768})
ROOT = "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"  # of the first drawn component


class Gallery:
    """The page on which one show after the other is opened; remembers what the browser complained about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, show: str) -> Page:
        """A show in a new session, drawn in light."""
        self.wear(*LIGHT)
        self.page.mouse.move(0, 0)
        self.page.goto(f"{self.url}/?show={show}")
        expect(self.page.get_by_role("button", name="rerun")).to_be_visible()
        expect(self.page.locator(".lab[data-milliseconds]")).not_to_have_count(0)
        expect(self.page.locator(".lab:not([data-milliseconds])")).to_have_count(0)
        return self.page

    def darken(self) -> None:
        """The same show on a small dark screen, as when the system's scheme changes."""
        before = background(self.page)
        self.wear(*DARK)
        self.page.wait_for_function(f"before => {BACKGROUND} !== before", arg=before)
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def wear(self, scheme: str, size: dict[str, int]) -> None:
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size(size)

    def leave(self) -> None:
        """Nothing goes on in the background."""
        self.page.goto("about:blank")
        self.complaints.clear()


BACKGROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"


def background(page: Page) -> str:
    return page.evaluate(BACKGROUND)


def check_picture(page: Page) -> None:
    """Something is drawn, and nothing sticks out."""
    assert page.locator(".lab").first.bounding_box()["height"] > 60
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


def point_at_cell(page: Page, selector: str, row: int, column: int, rows: int, columns: int) -> None:
    """The pointer on a cell of a thumbnail."""
    box = page.locator(selector).first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * (column + 0.5) / columns, box["y"] + box["height"] * (row + 0.5) / rows)
