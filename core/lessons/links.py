"""What would become a link or a picture where the words of a lesson are shown as Markdown.

Besides links with brackets these are addresses alone: what shows Markdown in the app makes links of them as well (GFM's
autolinks), also of such that are written with entities or backslashes, since it looks for them in what those stand for.
"""

import html
import re

from core.errors import DataError
from core.language import tr

_WRITTEN = re.compile(
    r"!\["
    r"|\]\s*\("
    r"|^[ \t>*+\-\d.)]*\[(?:[^\[\]\\]|\\.){0,999}\]:"  # what a reference or a footnote leads to, in quotes and lists too
    r"|<[a-z][a-z\d+.-]{1,31}:[^\s<>]*>"
    r"|<[^\s<>@]+@[^\s<>]+>",
    re.IGNORECASE | re.MULTILINE,
)
_ALONE = re.compile(r"https?://\S*|(?<![^\W_])www\.\S*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?<![-\d_])", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SHOWN = 40  # characters of it in the message


def check_no_link(text: str, name: str, line: int = 1) -> None:
    """Refuse words that would be more than words.

    Args:
        text: Markdown; name: of the file, for messages; line: of the file, where the text begins, counted from 1.

    Raises:
        DataError: something in it becomes a link or a picture.

    >>> check_no_link("a:b, `x[i]`, $P(k \\mid q) < 1$ and hits@10", "x.md")
    >>> check_no_link("two lines,\\nhttps&#58;//a.b", "x.md")
    Traceback (most recent call last):
    ...
    core.errors.DataError: x.md, line 2: “https://a.b” becomes a picture or a link; a lesson has words alone, and leads to pages by “page:”
    """
    found = _WRITTEN.search(text)
    if found is not None:
        _refuse(found[0], name, line + text.count("\n", 0, found.start()))
    for number, one in enumerate(text.split("\n"), line):
        found = _ALONE.search(html.unescape(_ESCAPED.sub(r"\1", one)))
        if found is not None:
            _refuse(found[0], name, number)


def _refuse(found: str, name: str, line: int) -> None:
    raise DataError(
        tr("{name}, line {line}: “{found}” becomes a picture or a link; a lesson has words alone, and leads to pages by “page:”",
           name=name, line=line, found=" ".join(found.split())[:_SHOWN])
    )  # fmt: skip
