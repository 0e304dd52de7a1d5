"""Text of files and people in Markdown, as it is."""

import re


def literal(text: str) -> str:
    r"""Text that Markdown takes as it is: no pictures, links, formulas.

    >>> literal("<b>*1*</b>")
    '\\<b\\>\\*1\\*\\</b\\>'
    """
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:-])", r"\\\1", text)
