"""A run and a lesson from hands that mean harm: what they say no page may read as more than text."""

import json
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import Page, expect

from core.lessons import shelves
from core.models.build import build
from core.runs import checkpoint, status
from core.runs.config import ExperimentConfig
from core.runs.experiment import create
from core.runs.folder import RunFolder
from core.runs.journal import Journal
from core.training.events import Changed, Evaluated, StepDone
from tests.browser.pages import settled
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TOKENS = (
    "<img src=x onerror=window.harmed=1>", "![](http://127.0.0.1:9/x)", "[a](javascript:window.harmed=1)",
    "</script><script>window.harmed=1</script>", ":red[x]", "$x$", "\u202eevil", "=1+1", "`b`", ":material/home:", "<b>bold</b>",
    "&lt;i&gt;", '"><svg onload=window.harmed=1>', "<a href='javascript:window.harmed=1'>x</a>", "<!--", "\u2028", "w" * 100_000,
)  # fmt: skip
SAID = " ".join(TOKENS[:6])
TAGS = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script><a href='javascript:window.harmed=1'>x</a>"
LESSON = f"""---
title: {TAGS}
goal: {TAGS}
minutes: 5
---
## {TAGS}
Words {TAGS}

<script>window.harmed=1</script>

```step
page: masks
settings: {{pattern: local, length: 24, window: 2}}
look: "{TAGS}"
question: "Which? {TAGS}"
choices: ["{TAGS}", no]
answer: "{TAGS}"
because: "{TAGS}"
```
"""
PAGES = ("attention", "decoder", "sampling", "compare", "depth", "intervene", "train")
SMALL = {
    "task": {"name": "reverse"}, "model": {"name": "transformer", "width": 8, "layers": 1, "heads": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def evil(server, tmp_path_factory) -> RunFolder:
    """The run, as somebody laid it down in the app's home, past every import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(server.home / "lab"))
        config = ExperimentConfig.from_dict(SMALL)
        run = create("evil", config)
        torch.manual_seed(3)
        checkpoint.save(run, 1, build(config.model, *config.task.vocabularies, config.seeds).state_dict(), {}, {})
        words = json.loads((run.path / "vocabulary.json").read_text())
        plain = words["target"]
        words["target"] = [*TOKENS, *plain[len(TOKENS) :]][: len(plain)]
        (run.path / "vocabulary.json").write_text(json.dumps(words))
        told = json.loads((run.path / "examples.json").read_text())
        told["test"][0]["target"] = list(TOKENS[:5])
        (run.path / "examples.json").write_text(json.dumps(told))
        with Journal(run) as journal:
            journal.append(StepDone(1, 1.0, {SAID: 1.0}, 0.5, 0.1, 1.0, 3, 0.1))
            journal.append(Evaluated(1, "validation", 0.5, 0.5, 1.0, 0.5, 4, 0.1, {SAID: 0.5}, {SAID: SAID}))
            journal.append(Changed(1, SAID, 1.0))
        status.write(run, "failed", step=1, steps=2, reason=SAID)
    return run


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which text has done nothing, whatever the test has shown."""
    asked, dialogs = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    harmed = page.evaluate("window.harmed")
    loading = page.evaluate(
        "[...document.images].map(one => one.src).filter(src => !src.startsWith('data:') && !src.startsWith('blob:'))"
    )
    links = page.evaluate("[...document.links].map(one => one.href).filter(href => href.startsWith('javascript:'))")
    assert (harmed, dialogs, links) == (None, [], [])
    assert not [url for url in asked if ":9/" in url] and not [
        src for src in loading if ":9/" in src or src.endswith("/x")
    ]


@pytest.mark.parametrize("where", PAGES)
def test_no_page_reads_it_as_more_than_text(watched: Page, evil: RunFolder, where: str) -> None:
    key = "watch" if where == "train" else "run"
    watched.goto(f"/{where}?{key}=evil&source=abc")
    if where == "train":
        expect(watched.get_by_text("onerror=window.harmed=1").first).to_be_visible()
    else:
        expect(watched.get_by_role("combobox", name="Model").first).to_have_value("evil")
    settled(watched)


def test_the_tags_of_a_lesson_are_shown_as_text(watched: Page, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTNLAB_HOME", str(server.home / "lab"))
    shelves.add(LESSON.encode(), "evil.md")
    watched.goto("/?lesson=own/evil")
    bar = watched.get_by_test_id("stSidebar")
    bar.get_by_role("radiogroup").locator("label").first.click()
    expect(watched.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    bar.get_by_role("button", name="Check").click()
    expect(bar.get_by_test_id("stAlert").filter(has_text="Right.")).to_contain_text(TAGS)
    for test, count in (("stCaptionContainer", 1), ("stMarkdown", 3), ("stAlert", 2)):
        expect(bar.get_by_test_id(test).filter(has_text=TAGS)).to_have_count(count)
    assert bar.locator("img, svg[onload], script, a").count() == 0
    watched.goto("/lessons")
    expect(watched.get_by_text(TAGS).first).to_be_visible()
    settled(watched)
