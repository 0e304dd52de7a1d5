"""A class in real browsers: two people log in, each sees their own, a reload stays in, who logs out is out."""

import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.runs import store
from core.runs.classroom import room as classroom
from core.runs.workspace import workspaces
from tests.browser.conftest import SHOTS, outside
from tests.browser.pages import SIZES, settled
from tests.browser.serving import Server

CLASS, TEACHER = "class-pass", "teach-pass"


@pytest.fixture(scope="module")
def classroom_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app behind its gate, with a class."""
    one = Server(tmp_path_factory.mktemp("class"), page="gate.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(one.home / "lab"))
        classroom.keep_classroom(classroom.new_classroom("Neural sequence models", CLASS, TEACHER))
        one.start()
        yield one
        one.stop()
    assert "Traceback" not in one.log()
    assert not one.asked(), "the app asked the network for something"


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, context: BrowserContext, name: str, phrase: str) -> None:
        self.page: Page = context.new_page()
        self.name, self.phrase = name, phrase
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.on("request", lambda asked: self.complaints.extend(outside(asked.url)))

    def fill(self, password: str, again: str = "") -> None:
        """The form, sent."""
        self.page.get_by_label("Your name here").fill(self.name)
        self.page.get_by_label("Password of the class").fill(password)
        self.page.get_by_label("Your own pass phrase").fill(self.phrase)
        if again:
            if not self.page.get_by_label("Your pass phrase again").is_visible():
                self.page.locator("summary").click()
            self.page.get_by_label("Your pass phrase again").fill(again)
        self.page.get_by_role("button", name="Log in").click()

    def is_in(self) -> None:
        """Their own page is there, and drawn."""
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible(timeout=60_000)
        expect(self.page.get_by_test_id("stMain").get_by_text(self.name, exact=True)).to_be_visible()
        settled(self.page)

    def shot(self, what: str) -> None:
        """A picture, to look at what the test saw."""
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"class-{what}-{self.name}.png")


@pytest.fixture
def people(chromium: Browser, classroom_server: Server) -> Iterator[list[Person]]:
    """Ann at a laptop, in the light; Bob at a projector, in the dark."""
    contexts, found = [], []
    for (width, height, look), name in zip(SIZES.values(), ("ann", "bob")):
        contexts.append(
            chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme=look, base_url=classroom_server.url
            )
        )
        found.append(Person(contexts[-1], name, f"the words of {name}"))
    yield found
    for context in contexts:
        context.close()
    assert [one.complaints for one in found] == [[], []]


def test_two_people_of_a_class_are_each_in_a_room_of_their_own(people, classroom_server):
    ann, bob = people
    for one in people:
        one.page.goto("/attention?run=demo%2Fpinyin-gru")
        expect(one.page.get_by_role("heading", name="Neural sequence models")).to_be_visible()
        one.shot("log-in")
        one.fill("a wrong one", one.phrase)
        expect(one.page.get_by_role("alert")).to_contain_text("That does not fit")
        one.shot("wrong")
        one.fill(CLASS, one.phrase)
        one.is_in()
        expect(one.page.get_by_role("combobox", name="Model")).to_have_value("demo/pinyin-gru")
    for name, place in workspaces().items():
        (place / "runs").mkdir()
        shutil.copytree(store.demo_folder() / "dates-gru", place / "runs" / f"run-of-{name}")

    bob.page.goto("/attention?run=run-of-ann")  # a link that Ann has sent him
    expect(bob.page.get_by_text("There is no run “run-of-ann”")).to_be_visible(timeout=60_000)
    bob.page.goto("/attention?run=run-of-bob")
    expect(bob.page.get_by_role("combobox", name="Model")).to_have_value("run-of-bob", timeout=60_000)
    bob.page.reload()
    bob.is_in()
    expect(bob.page.get_by_role("combobox", name="Model")).to_have_value("run-of-bob")
    bob.shot("in")

    ann.page.get_by_role("button", name="Log out").click()
    expect(ann.page.get_by_role("button", name="Log in")).to_be_visible(timeout=60_000)
    ann.page.goto("/")
    expect(ann.page.get_by_role("heading", name="Neural sequence models")).to_be_visible()
    ann.page.go_back()
    expect(ann.page.get_by_test_id("stMain")).to_have_count(0)
    bob.page.reload()
    bob.is_in()


def test_who_has_not_logged_in_reaches_nothing_of_the_server(classroom_server):
    key = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    asked = [
        ("GET", "/", {}), ("GET", "/train", {}), ("PUT", "/_stcore/upload_file/a/b", {}), ("GET", "/_stcore/host-config", {}),
        ("GET", "/_stcore/stream", key), ("GET", "/static/index.html", {}), ("GET", "/component/a/b.js", {}), ("GET", "/media/a.png", {}),
    ]  # fmt: skip
    for method, path, headers in asked:
        connection = http.client.HTTPConnection("127.0.0.1", classroom_server.port, timeout=30)
        connection.request(method, path, headers=headers)
        assert connection.getresponse().status in (401, 403), path
        connection.close()
