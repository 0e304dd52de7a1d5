"""Which fonts draw which script: a browser finds them by itself, the renderer of PNG and PDF only by their names.

Names are those of Linux (Noto), macOS and Windows. What has none here is drawn with any font that has the letter.
"""

import unicodedata

# first what has arrows and signs for blanks as well: a text with a letter that is missing is drawn whole in another font
LATIN = ("DejaVu Sans", "Arial", "Helvetica Neue", "Segoe UI", "Noto Sans", "Liberation Sans", "Roboto", "FreeSans")
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
