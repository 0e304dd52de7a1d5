"""Which fonts draw which script: a browser finds them by itself, the renderer of PNG and PDF only by their names.

Names are those of Linux (Noto), macOS and Windows. What has none here is drawn with any font that has the letter.
"""

import unicodedata

# first what has arrows and signs for blanks as well: a text with a letter that is missing is drawn whole in another font
LATIN = ("DejaVu Sans", "Arial", "Helvetica Neue", "Segoe UI", "Noto Sans", "Liberation Sans", "Roboto", "FreeSans")
_FROM_RIGHT = frozenset({"R", "AL"})  # classes of letters in Unicode's bidirectional algorithm
_FIRST_STRONG, _POP = "\u2068", "\u2069"
_SCRIPTS = {
    "ARABIC": ("Noto Sans Arabic", "Noto Naskh Arabic", "Geeza Pro", "Segoe UI", "Tahoma"),
    "DEVANAGARI": ("Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI", "Mangal"),
    "BENGALI": ("Noto Sans Bengali", "Kohinoor Bangla", "Nirmala UI", "Vrinda"),
    "TAMIL": ("Noto Sans Tamil", "Tamil Sangam MN", "Nirmala UI", "Latha"),
    "HEBREW": ("Noto Sans Hebrew", "Arial Hebrew", "Segoe UI", "Arial"),
    "THAI": ("Noto Sans Thai", "Thonburi", "Leelawadee UI", "Tahoma"),
    "CJK": ("Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei"),
    "HIRAGANA": ("Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Meiryo"),
    "KATAKANA": ("Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Meiryo"),
    "HANGUL": ("Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic"),
}


def isolated(text: str) -> str:
    """A text that stands among others: where it has letters that run from right to left, marks around it keep its order to itself.

    Without them a number beside an Arabic word would be drawn on the word's other side, and a full stop at its wrong end.

    >>> isolated("abc 1"), isolated("سلام") == "\u2068سلام\u2069"
    ('abc 1', True)
    """
    if text.isascii() or not any(unicodedata.bidirectional(sign) in _FROM_RIGHT for sign in text):
        return text
    return f"{_FIRST_STRONG}{text}{_POP}"


def beginning(text: str, most: int) -> str:
    """At most so many letters, the last of them … where more follow; no vowel sign is cut from its letter.

    >>> beginning("abcdef", 4), beginning("नमस्ते", 4)
    ('abc…', 'नम…')
    """
    if len(text) <= most:
        return text
    end = most - 1
    while end > 1 and (unicodedata.category(text[end])[0] == "M" or unicodedata.category(text[end - 1]) == "Mn"):
        end -= 1
    return text[:end] + "…"


def lettering(text: str) -> str:
    """An SVG attribute with the fonts of a text's script, a blank before it; nothing for letters that all fonts have.

    >>> lettering("1981"), lettering("财").split("'")[1]
    ('', 'Noto Sans CJK SC')
    """
    for sign in text:
        families = _SCRIPTS.get(unicodedata.name(sign, "").split(" ")[0]) if ord(sign) > 0x2FF else None
        if families:
            named = ",".join(f"'{name}'" for name in families)
            return f' style="font-family:{named},sans-serif"'
    return ""
