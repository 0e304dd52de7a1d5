"""A lecturer and two students in three browsers: locks, a published run, and a training that is ended."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.runs import job_queue, status, store, workspace
from core.runs.classroom import badges
from core.runs.classroom import room as classroom
from core.runs.classroom.room import Member
from core.runs.experiment import create
from core.runs.folder import RunFolder
from core.runs.presets import preset_of
from dashboard.member import BADGE
from tests.browser.conftest import SHOTS, outside
from tests.browser.pages import button, until
from tests.browser.serving import Server
from tests.runs.classes import ANN, BOB, TEACHER

_SOON = 90_000  # milliseconds; the line of the class looks every five seconds, if the machine lets it
SIZES = {TEACHER: (1440, 900, "light"), ANN: (1024, 768, "dark"), BOB: (1440, 900, "light")}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app behind its gate; Ann trains for a long time, Bob has trained."""
    one = Server(tmp_path_factory.mktemp("lecturer"), page="gate.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(one.home / "lab"))
        classroom.keep_classroom(classroom.new_classroom("Attention 101", "", ""))
        for who in SIZES:
            workspace.workspace(who.workspace).mkdir(parents=True)
        shutil.copytree(store.demo_folder() / "dates-gru", workspace.workspace("bob") / "runs" / "trained")
        with workspace.within(workspace.workspace("ann")):
            preset = preset_of("reverse", "transformer", "fast")
            long = create("long", replace(preset, training=replace(preset.training, steps=90_000)))
        one.start()
        job_queue.submit(long, "ann")
        yield one
        one.stop()
        job_queue.cancel(long)
    assert "Traceback" not in one.log()


@pytest.fixture
def pages(chromium: Browser, room: Server) -> Iterator[dict[Member, Page]]:
    """A browser each, let in."""
    found, complaints, contexts = {}, list[str](), []
    for who, (width, height, look) in SIZES.items():
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=look, base_url=room.url
        )
        context.add_cookies([{"name": BADGE, "value": badges.give(who), "url": room.url}])
        context.on("request", lambda asked: complaints.extend(outside(asked.url)))
        found[who] = context.new_page()
        found[who].on("pageerror", lambda error: complaints.append(str(error)))
        contexts.append(context)
    yield found
    for context in contexts:
        context.close()
    assert complaints == []


def runs_of(who: Member) -> list[str]:
    return sorted(path.name for path in (workspace.workspace(who.workspace) / "runs").iterdir())


def cells(page: Page) -> list[str]:
    """What stands in the table of runs: it is drawn, with its text inside for those who cannot see it."""
    return page.get_by_test_id("stDataFrame").first.locator("canvas [role=gridcell]").all_text_contents()


def choose_row(page: Page, at: int, name: str) -> None:
    """Tick a row of the table of runs."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 35 * (at + 1) + 17)
    expect(page.get_by_label("Publish as")).to_have_value(name)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"lecturer-{name}.png")


def test_a_lock_greys_the_buttons_of_students_and_a_press_of_before_comes_to_nothing(pages):
    teacher, ann, bob = (pages[who] for who in SIZES)
    for page in (ann, bob):
        page.goto("/train?watch=demo%2Freverse-gru")  # one that rests: what trains is drawn for the lecturer alone
    teacher.goto("/class_room")
    for page in (ann, bob):
        expect(button(page, "Train")).to_be_enabled(timeout=_SOON)
    switch = teacher.get_by_test_id("stMain").get_by_text("Train", exact=True)
    switch.click(timeout=_SOON)
    until(teacher, lambda: (store.root() / "locked" / "train").exists(), 60.0)
    button(bob, "Train").dispatch_event("click")
    for page in (ann, bob):
        expect(button(page, "Train")).to_be_disabled(timeout=_SOON)
        expect(page.get_by_text("locked by your lecturer: Train")).to_be_visible(timeout=_SOON)
    shot(bob, "locked")
    assert runs_of(BOB) == ["trained"]
    switch.click()
    for page in (ann, bob):
        expect(button(page, "Train")).to_be_enabled(timeout=_SOON)


def test_a_published_run_is_opened_by_a_student_and_a_training_of_one_is_ended(pages):
    teacher, ann = pages[TEACHER], pages[ANN]
    ann.goto("/attention?run=demo%2Freverse-gru")
    teacher.goto("/class_room")
    until(teacher, lambda: {"ann", "long", "bob", "trained"} <= set(cells(teacher)), 90.0)
    choose_row(teacher, 1, "trained")
    teacher.get_by_label("Publish as").fill("lesson-1")
    teacher.get_by_label("Publish as").press("Enter")
    button(teacher, "Publish to all").click()
    expect(teacher.get_by_text("published as class/lesson-1")).to_be_visible(timeout=_SOON)
    expect(ann.get_by_text("from your lecturer: class/lesson-1")).to_be_visible(timeout=_SOON)
    ann.goto("/attention?run=class%2Flesson-1")
    expect(ann.get_by_role("combobox", name="Model")).to_have_value("class/lesson-1", timeout=_SOON)

    long = RunFolder(workspace.workspace("ann") / "runs" / "long", "long", "long")
    until(teacher, lambda: status.read(long).state == "running", 120.0)
    choose_row(teacher, 0, "long")
    shot(teacher, "class")
    button(teacher, "Stop").click()
    until(teacher, lambda: status.read(long).state == "stopped", 90.0)
    until(teacher, lambda: "stopped" in cells(teacher), 60.0)
    button(teacher, "Curves").click()
    expect(teacher.get_by_role("combobox", name="Run")).to_have_value("of/ann/long", timeout=_SOON)
    expect(button(teacher, "Resume")).to_have_count(0)


def test_a_student_finds_no_page_class_and_nothing_of_others(pages):
    bob = pages[BOB]
    bob.goto("/class_room")
    expect(bob.get_by_text("Page not found")).to_be_visible(timeout=60_000)
    bob.goto("/attention?run=of%2Fann%2Flong")
    expect(bob.get_by_text("There is no run “of/ann/long”")).to_be_visible(timeout=60_000)
    expect(bob.get_by_text("Locked for the class")).to_have_count(0)
