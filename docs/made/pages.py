"""The pages of the app in the order of its menu, each with its sheet of pictures; the menu is read and not run."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_HEAD = """# What every page looks like

English above, 简体中文 below; light, dark, and the projector's large type. The pictures are small: they show how a page is laid
out. They are taken from the running app, the app's own models on screen, by `python -m tests.browser.album`.
"""
IN_A_CLASS = {"class_room": "Class", "log_in": "To log in"}
_IN_A_CLASS = """## In a classroom

What nobody sees who has the app alone (`attnlab app --classroom`): the lecturer's page, and the page to log in, which has no large
type; in its place stands what somebody is told who is refused.
"""


def menu() -> Iterator[tuple[str, str, str]]:
    """Section, file and title of each page, as `dashboard/app.py` has them."""
    tree = ast.parse((ROOT / "dashboard" / "app.py").read_text(encoding="utf-8"))
    (sections,) = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SECTIONS"
    ]
    assert isinstance(sections, ast.Dict)
    for section, pages in zip(sections.keys, sections.values, strict=True):
        assert section is not None and isinstance(pages, ast.Tuple)
        for page in pages.elts:
            assert isinstance(page, ast.Tuple)
            file, title, _ = map(_text, page.elts)
            yield _text(section), file, title


def _text(node: ast.expr) -> str:
    """Of a constant, or of one that is marked for translation."""
    value = node.args[0] if isinstance(node, ast.Call) else node
    assert isinstance(value, ast.Constant)
    return str(value.value)


def pages_page() -> str:
    """A section a section of the menu, a picture a page."""
    lines, last = [_HEAD], None
    for section, file, title in menu():
        if section != last:
            lines.append(f"## {section or 'First'}\n")
            last = section
        lines.append(_picture(file, title))
    return "\n".join([*lines, _IN_A_CLASS, *(_picture(file, title) for file, title in IN_A_CLASS.items())])


def _picture(file: str, title: str) -> str:
    return (
        f"### {title}\n\n![The page {title}: English and Chinese, light, dark, projector](../../pictures/{file}.webp)\n"
    )
