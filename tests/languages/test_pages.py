"""Every word of every page is in the language of whoever looks: pages opened in a pretended one, whose words stand in brackets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.languages.pretend import Pretended, pretending
from tests.languages.shown import untranslated

ROOT = Path(__file__).resolve().parents[2]
FIRST = "attention"
ALONE = ("class_room",)  # the lecturer's of a classroom
PAGES = sorted(path.stem for path in (ROOT / "dashboard/views").glob("*.py") if path.stem not in ("__init__", *ALONE))


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pretended]:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *chosen: None)
    monkeypatch.setattr("core.runs.attending.attend", lambda: None)
    with pretending() as spoken:
        yield spoken


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_a_page_is_said_in_the_language_of_whoever_looks(page: str, spoken: Pretended) -> None:
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=120).run()
    if page != FIRST:
        app.switch_page(f"views/{page}.py").run()
    assert not app.exception, [one.value for one in app.exception]
    assert untranslated(app, spoken.known) == []
    assert sorted(spoken.unknown) == []
