"""What pages are made of is there before their visitors; what cannot be imported is said and keeps nothing else back."""

import gc
import pkgutil
import sys

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import arriving


def test_components_are_imported_and_put_aside_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    frozen, asked = list[str](), list[str]()

    def few(path: list[str]) -> list[pkgutil.ModuleInfo]:
        asked.extend(path)  # all of them take a minute under shape checks
        return [pkgutil.ModuleInfo(None, name, False) for name in ("no_such_component", "mode")]  # type: ignore[arg-type]

    monkeypatch.setattr(pkgutil, "iter_modules", few)
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append("aside"))  # tests shall not keep each other's garbage
    monkeypatch.delitem(sys.modules, "dashboard.components.mode", raising=False)
    arriving._import_all()
    assert [one.rpartition("dashboard/")[2] for one in asked] == ["components"]
    assert "dashboard.components.mode" in sys.modules and frozen == ["aside"]
    said = [record.getMessage() for record in caplog.records if record.name == "attention_lab"]
    assert said == ["preparing no_such_component"]


def test_under_a_test_of_a_page_nothing_is_imported_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def page() -> None:
        from dashboard.arriving import prepare_pages

        prepare_pages.__wrapped__()

    started = list[str]()
    monkeypatch.setattr(arriving, "_import_all", lambda: started.append("imported"))
    assert not AppTest.from_function(page).run().exception
    assert started == []
