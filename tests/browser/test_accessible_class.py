"""What axe-core finds where only a class comes: the page to log in, the lecturer's page, a student's line."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.runs.classroom.room import Member
from tests.browser.conftest import window
from tests.browser.lecture_hall import be_refused, lecture_hall, let_in
from tests.browser.pages import SIZES, choose
from tests.browser.serving import Server
from tests.browser.test_accessibility import at_rest, findings
from tests.browser.test_lecturer import choose_row
from tests.runs.classes import ANN, TEACHER

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
_SOON = 90_000  # milliseconds


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with lecture_hall(tmp_path_factory.mktemp("hall")) as one:
        yield one
    assert "Traceback" not in one.log()


@pytest.fixture(params=SIZES, ids=list(SIZES))
def page(request: pytest.FixtureRequest, chromium: Browser, hall: Server) -> Iterator[Page]:
    with window(request, chromium, hall) as one:
        yield one


def opened(page: Page, hall: Server, who: Member, path: str) -> None:
    let_in(page.context, hall, who)
    page.goto(path)
    expect(page.get_by_role("button", name="Log out")).to_be_visible(timeout=_SOON)
    at_rest(page)


def test_axe_finds_nothing_serious_on_the_page_to_log_in_before_and_after_a_refusal(page: Page) -> None:
    page.goto("/")
    assert findings(page) == []
    be_refused(page)
    assert findings(page) == []


def test_axe_finds_nothing_serious_on_the_lecturers_page_with_a_run_and_a_person_chosen(
    page: Page, hall: Server
) -> None:
    opened(page, hall, TEACHER, "/class_room")
    assert findings(page) == []
    choose_row(page, 0, "dates")
    choose(page, "One person", "bob")
    expect(page.get_by_role("textbox", name="New pass phrase")).to_be_visible()
    at_rest(page)
    assert findings(page) == []


def test_axe_finds_nothing_serious_where_a_student_finds_controls_locked(page: Page, hall: Server) -> None:
    opened(page, hall, ANN, "/recordings")
    expect(page.get_by_text("locked by your lecturer: Upload")).to_be_visible()
    assert findings(page) == []
