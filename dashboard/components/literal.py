"""Text of files and people in Markdown, as it is: never a picture (which would be fetched), a link, a formula, a sign.

Every text from outside that comes into Markdown (captions, warnings, labels, help) passes here; a test holds pages to it.
"""

import re

from core.figures.alignment import legible
from core.figures.letters import isolated

_JOINT = "\u2060"  # a sign without width: it keeps apart what Streamlit would put together after Markdown was read
_SIGNS = re.compile(r"[\\`*\[\]<$&~|]|!(?=\[)|(?<!\w)_|_(?!\w)|:(?=[A-Za-z_:])|^\s*[-+>#=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_ARROWS = re.compile(r"(?<!\S)(<->|->|<-|--|>=|<=|~=)(?!\S)")  # become ↔ → ← — ≥ ≤ ≈
_ADDRESSES = re.compile(r"(?i)https?:(?=//)|www(?=\.)|@(?=\w)")  # become links
_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SHORT = re.compile(r":(?=[\w+-]+:|material/|streamlit:)")  # :smile: and :material/home: become pictures


def literal(text: str) -> str:
    r"""Text that Markdown takes as it is; of several lines one.

    >>> literal("<b>*1*</b> ![](http)"), literal("from_run: no run; (1, 2)")
    ('\\<b>\\*1\\*\\</b> \\!\\[\\](http)', 'from_run: no run; (1, 2)')
    """
    text = _ARROWS.sub(lambda found: found[0][0] + _JOINT + found[0][1:], legible(text.replace("\n", " ")))
    text = _SHORT.sub(":" + _JOINT, _ADDRESSES.sub(lambda found: found[0] + _JOINT, text))
    return isolated(_SIGNS.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text))


def placed(text: str, at: int) -> str:
    """A token of a text, the number of its place below the line: where two choices have one label, Streamlit takes either for the last.

    >>> placed("the", 0), placed("the", 11)
    ('the₁', 'the₁₂')
    """
    return literal(text) + str(at + 1).translate(_BELOW)


def code(text: str) -> str:
    """Text as code within a line, which no backtick in it can end.

    >>> code("a b"), code("a`b")
    ('`a b`', '`` a`b ``')
    """
    text = _SHORT.sub(":" + _JOINT, legible(text.replace("\n", " ")))
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest or not text.strip() else f"{fence}{text}{fence}"
