"""How the site is built: `python -m sphinx -W docs OUT`. Nothing is fetched, and the pages ask nothing of other computers."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from made import floors, options, pages, rooms  # noqa: E402

project = "Attention Lab"
author = copyright = "the authors of Attention Lab"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_static_path = ["made/site.css"]
html_css_files = ["site.css"]
html_show_sphinx = html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
myst_enable_extensions = ["colon_fence", "attrs_block"]
myst_heading_anchors = 4
python_use_unqualified_type_names = True
smartquotes = False
toc_object_entries = False  # some three thousand names beside the text help nobody
templates_path: list[str] = []

MADE = HERE / "reference" / "made"


def write_made_pages(app: Sphinx) -> None:
    """Write what the code says of itself; a page that says the same is left alone, so that it is not built again."""
    made = {f"{room}.md": rooms.room_page(room) for room in rooms.rooms()}
    made |= {"options.md": options.options_page(), "pages.md": pages.pages_page()}
    MADE.mkdir(exist_ok=True)
    for path in MADE.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        path = MADE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def put_in_drawings(app: Sphinx, docname: str, source: list[str]) -> None:
    """`<!-- floors of core -->` in a page becomes the drawing, `<!-- contracts -->` the rules it obeys."""
    for house in ("core", "dashboard"):
        source[0] = source[0].replace(f"<!-- floors of {house} -->", floors.drawing(house))
    source[0] = source[0].replace("<!-- contracts -->", floors.rules())


def setup(app: Sphinx) -> None:
    """Hang both on Sphinx's events."""
    app.connect("builder-inited", write_made_pages)
    app.connect("source-read", put_in_drawings)
