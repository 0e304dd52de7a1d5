"""Text from outside in a Plotly figure, which reads some HTML in every label, title and hover text."""

import re

from core.figures.letters import isolated
from core.figures.tree import shown

_READ = re.compile(
    r"(?i)<(?=/?(?:a|b|br|em|i|s|span|strong|sub|sup|u)\b)|&(?=#?\w+;)"
)  # what Plotly knows; <end> it does not


def told(text: str) -> str:
    """A token as Plotly shows it as it is: no link, no bold, blanks seen.

    >>> told("<a href='javascript:x'>"), told("&lt;"), told("<end>")
    ("&lt;a href='javascript:x'>", '&amp;lt;', '<end>')
    """
    return isolated(escaped(shown(text)))


def escaped(text: str) -> str:
    """As `told`, of more than a token: blanks stay, and nothing is cut."""
    return _READ.sub(lambda sign: "&lt;" if sign[0] == "<" else "&amp;", text)
