"""The site: built as anybody builds it, without a warning; whole, with every link leading somewhere, and asking nobody."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from docs.made.pages import IN_A_CLASS, menu
from tests.site.followed import ROOT

FETCHED = {"src", "srcset", "poster", "data"}  # attributes for which a browser asks at once
FETCHING_LINKS = {
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "manifest",
}


class Read(HTMLParser):
    """What a page points at, what it makes a browser fetch, and the places in it that can be pointed at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        self.fetched += [value for name, value in given.items() if name in FETCHED]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and set(given.get("rel", "").split()) & FETCHING_LINKS:
            self.fetched.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one command that builds it; a warning is an error."""
    out = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        str(out / "kept"),
        "docs",
        str(out / "html"),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return out / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Read]:
    """Every page of the site, read."""
    return {path: Read(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_document_is_a_page_and_can_be_reached_from_the_first(site, pages):
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    written = {site / path.with_suffix(".html") for path in documents if path.parts[0] != "pictures"}
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in pages and path not in reached:
            reached.add(path)
            waiting += [
                (path.parent / unquote(urlsplit(link).path)).resolve()
                for link in pages[path].links
                if urlsplit(link).path
            ]
    assert len(written) > 40 and written <= reached, sorted(written - reached)


def test_every_link_within_the_site_leads_somewhere(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name in ("genindex.html", "search.html"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target.exists() and (
                not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].places
            )
            broken += [] if there else [f"{path.name} → {link}"]
    assert sum(len(page.links) for page in pages.values()) > 1000 and broken == []


def asked_elsewhere(site: Path, pages: dict[Path, Read]) -> Iterator[str]:
    for path, page in pages.items():
        yield from (f"{path.name}: {one}" for one in page.fetched if urlsplit(one).netloc)
    for path in site.rglob("*.css"):
        yield from (
            f"{path.name}: {one}"
            for one in re.findall(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"]+)", path.read_text("utf-8"))
        )


def test_reading_it_asks_nothing_of_another_computer(site, pages):
    assert list(asked_elsewhere(site, pages)) == []
    assert any(page.fetched for page in pages.values())  # else nothing was looked at


def test_the_architecture_is_drawn_from_the_contracts(site):
    text = (site / "explanation" / "architecture.html").read_text(encoding="utf-8")
    from tests.test_architecture import PROJECT

    for contract in PROJECT["tool"]["importlinter"]["contracts"]:
        assert contract["name"] in text
        if contract["type"] == "layers":
            rooms = [room for layer in contract["layers"] for room in layer.split(" | ")]
            assert [room for room in rooms if f">{room}</text>" not in text] == []


def test_the_reference_has_every_room_and_what_core_exports(site):
    import core

    rooms = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "core").rglob("*.py")}
    assert {path.stem for path in (site / "reference" / "made").glob("core*.html")} == rooms
    everything = "".join(path.read_text(encoding="utf-8") for path in (site / "reference" / "made").glob("*.html"))
    missing = [name for name in core.__all__ if f'id="{core._HOMES[name]}.{name}"' not in everything]
    assert missing == []


def test_every_page_of_the_app_is_pictured(site):
    page = (site / "reference" / "made" / "pages.html").read_text(encoding="utf-8")
    shown = set(re.findall(r'src="[^"]*/(\w+)\.webp"', page))
    assert (
        shown
        == {file for _, file, _ in menu()} | set(IN_A_CLASS)
        == {path.stem for path in (ROOT / "docs/pictures").glob("*.webp")}
    )
    views = {path.stem for path in (ROOT / "dashboard/views").glob("*.py")} - {"__init__"}
    assert shown == views | {"log_in"}, "a page has no picture: python -m tests.browser.album PAGE"
    assert sum(path.stat().st_size for path in (ROOT / "docs/pictures").glob("*.webp")) < 4 * 2**20
