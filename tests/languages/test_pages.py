"""Every word of every page is in the language of whoever looks: pages opened in a pretended one, whose words stand in brackets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.experiment import create
from core.runs.presets import preset_of
from core.runs.status import Written
from tests.languages.pretend import CLOSE, OPEN, Pretended
from tests.languages.shown import untranslated
from tests.runs.stands import set_state

ROOT = Path(__file__).resolve().parents[2]
FIRST = "start"
OF_A_CLASS = "class_room"  # test_class_pages.py opens it
PAGES = sorted(
    path.stem for path in (ROOT / "dashboard/views").glob("*.py") if path.stem not in ("__init__", OF_A_CLASS)
)
# what parts of a page are chosen by, each by its own words
PARTS = {"Part", "Numbers", "Look at", "Kind", "Show", "Attention over", "Rival", "Models", "Gold links of"}


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_a_page_is_said_in_the_language_of_whoever_looks(page: str, spoken: Pretended) -> None:
    found: dict[str, None] = {}
    for app in states(page):
        found |= dict.fromkeys(untranslated(app, spoken.known))
    assert list(found) == []
    assert sorted(spoken.unknown) == [], "texts that no catalogue holds: python -m tests.languages"


@pytest.mark.parametrize("state", ["running", "paused", "stopped"])
def test_every_word_of_a_training_is_too(state: Written, spoken: Pretended, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of one that trains, and what is said of it: no page under test trains anything."""
    monkeypatch.setattr("core.runs.attending.attend", lambda: None)  # it would go on when this home is gone
    run = create("one", preset_of("reverse", "transformer", "fast"))
    set_state(run, state)
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=120).run()
    settled(app.switch_page("views/train.py").run())
    assert untranslated(app, spoken.known) == []
    assert sorted(spoken.unknown) == [], "texts that no catalogue holds: python -m tests.languages"


def states(page: str) -> Iterator[AppTest]:
    """A page as it opens, each of its parts, and what comes of its main button in each."""
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=120).run()
    if page != FIRST:
        app.switch_page(f"views/{page}.py").run()
    yield settled(app)
    menu = next((one for one in app.get("button_group") if bare(one.label) in PARTS), None)
    for part in [None] if menu is None else [bare(option) for option in menu.options]:
        if part is not None:
            here = next(one for one in app.get("button_group") if one.label == menu.label)
            yield settled(here.set_value(part).run())
        main = [one for one in app.button if one.proto.type == "primary" and not one.disabled]
        if main:
            yield settled(main[0].click().run())


def settled(app: AppTest) -> AppTest:
    assert not app.exception, [one.value for one in app.exception]
    return app


def bare(text: str) -> str:
    return text.strip(OPEN + CLOSE)
