"""A class to look at: three students, of whom one trains; a run that waits, one that failed, a lock, a published run."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.runs import limits, status, store, tickets, workspace
from core.runs.classroom import badges, locked, presence, published
from core.runs.classroom.room import Member, keep_classroom, new_classroom
from core.runs.folder import RunFolder
from core.runs.tickets import Ticket
from dashboard.member import BADGE
from tests.browser.serving import Server
from tests.runs.classes import ANN, BOB, TEACHER, asking

PASSWORD = "class-pass"
CAI = Member("cai", "cai")


@contextmanager
def lecture_hall(home: Path) -> Iterator[Server]:
    """The app behind its gate, as long as the block lasts; this process knows its class meanwhile."""
    one = Server(home, page="gate.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(home / "lab"))
        patch.setenv("ATTNLAB_TRAININGS", "1")  # the second one waits
        keep_classroom(new_classroom("Neural sequence models", PASSWORD, "teach-pass"))
        _fill()
        one.start()
        try:
            yield one
        finally:
            one.stop()


def let_in(context: BrowserContext, server: Server, who: Member) -> None:
    """As if they had logged in."""
    context.add_cookies([{"name": BADGE, "value": badges.give(who), "url": server.url}])


def be_refused(page: Page) -> None:
    """At the page to log in, as somebody who is here for the first time and mistypes the pass phrase."""
    page.locator("summary").click()
    for name, text in (("name", "dan"), ("password", PASSWORD), ("phrase", "my own words"), ("again", "others")):
        page.locator(f"input[name={name}]").fill(text)
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _fill() -> None:
    status.write(_copy("reverse-transformer", ANN, "backwards"), "done", step=400, steps=400)
    trains, waits = _copy("dates-gru", ANN, "dates"), _copy("pinyin-gru", BOB, "pinyin")
    status.write(trains, "running", step=340, steps=800)  # by this process, which lives
    status.write(waits, "waiting", step=0, steps=600)
    for number, (run, owner, where) in enumerate(((trains, ANN, tickets.RUNNING), (waits, BOB, tickets.WAITING)), 1):
        tickets.write(Ticket(number, str(run.path), run.address, owner.workspace, limits.usual()), where)
    status.write(_copy("reverse-gru", CAI, "first-try"), "failed", step=12, steps=400, reason="the disk is full")
    presence.greet(ANN)
    with asking(TEACHER):
        locked.lock("upload")
        locked.lock("train", BOB.workspace)
        published.publish(store.find_run("demo/reverse-gru"), "lesson-1")


def _copy(run: str, owner: Member, name: str) -> RunFolder:
    """A run of somebody, with the curves of a shipped one."""
    with workspace.within(workspace.workspace(owner.workspace)):
        shutil.copytree(store.demo_folder() / run, workspace.home() / "runs" / name, copy_function=shutil.copyfile)
        return store.find_run(name)
