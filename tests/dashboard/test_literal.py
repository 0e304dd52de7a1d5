"""Text from outside in Markdown: what Markdown and Streamlit would read in it is taken apart, and pages pass it through here."""

import ast
import re
from pathlib import Path

import pytest

from dashboard.components.literal import code, literal

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "dashboard").rglob("*.py"))
SHOWN_AS_MARKDOWN = {
    "markdown",
    "caption",
    "warning",
    "error",
    "info",
    "success",
    "toast",
    "metric",
    "title",
    "header",
    "subheader",
}


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("![](http://127.0.0.1:9/x)", r"!\["), ("[a](javascript:alert(1))", r"(?<!\\)\["), ("<img src=x onerror=alert(1)>", r"(?<!\\)<"),
        (":red[x]", r"(?<!\\):r"), ("$x$", r"(?<!\\)\$"), ("`x`", r"(?<!\\)`"), ("**b**", r"(?<!\\)\*"), ("# head", r"^#"),
        ("- item", r"^-"), ("> said", r"^>"), ("1. one", r"^1\."), ("&lt;", r"(?<!\\)&"), ("a | b", r"(?<!\\)\|"), ("_x_", r"(?<!\\)_"),
        (":material/home:", r":material/"), (":smile:", r":smile:"), ("a -> b", r"->"), ("http://x.y", r"http://"), ("www.x.y", r"www\."),
        ("a@b.c", r"@b"), ("\u202eabc", "\u202e"), ("a\n\n# b", r"\n"), ("\ud800", "\ud800"), ("~~x~~", r"(?<!\\)~"), ("\\[x]", r"(?<!\\)\\\["),
    ],
)  # fmt: skip
def test_nothing_of_it_is_read(text, unread):
    assert not re.search(unread, literal(text))


@pytest.mark.parametrize(
    "text", ["the cat sat", "from_run: no run (1, 2); x = 3.5", "注意力", "a/b.txt, line 2: no tab", "-"]
)
def test_prose_stays_prose(text):
    assert literal(text).lstrip("\\") == text


@pytest.mark.parametrize("text", ["a`b", "``", "`", "", "a`` ` b", ":material/home:"])
def test_no_backtick_ends_code(text):
    shown = code(text)
    fence = re.match("`+", shown)[0]
    assert shown.endswith(fence) and fence not in shown[len(fence) : -len(fence)] and ":material/" not in shown


def _calls():
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in SHOWN_AS_MARKDOWN
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _bare(node: ast.AST) -> list[str]:
    """Names in what is shown that no `literal` or `code` stands around."""
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else "str"
    if called != "str" or isinstance(node, ast.comprehension):
        return []  # literal and code; what another function makes of it is that function's
    if isinstance(node, ast.IfExp):  # what is asked is not shown
        return _bare(node.body) + _bare(node.orelse)
    found = [node.id] if isinstance(node, ast.Name) else [f".{node.attr}"] if isinstance(node, ast.Attribute) else []
    return found + [name for one in ast.iter_child_nodes(node) for name in _bare(one)]


# names under which pages hold what comes from a file, a model's vocabulary, a person or an exception
OUTSIDE = {
    "error",
    "problem",
    "reason",
    ".reason",
    "note",
    "why",
    "word",
    "token",
    ".output",
    ".unseen",
    ".repeated",
    ".fault",
    ".told",
}


def test_no_text_from_outside_is_shown_as_markdown_without_being_taken_apart():
    """By the names that pages give to it: a new place that shows an error, a note or a token bare is found here."""
    seen, bare = 0, []
    for at, node in _calls():
        for argument in [*node.args[:2], *(one.value for one in node.keywords if one.arg in ("help", "label", "body"))]:
            seen += 1
            bare += [f"{at} {name}: {ast.unparse(argument)[:90]}" for name in _bare(argument) if name in OUTSIDE]
    assert seen > 150 and not bare, "\n".join(bare)
