"""What a page says, as a browser would be sent it: every string of every element, and which of them are words of nobody's tongue.

Words of the interface stand in the brackets of the pretended language. What may stand outside of them is data and names.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from core.claims.table import CLAIMS
from core.runs.catalog import MODELS, OBJECTIVES, SEARCHES, TASKS
from core.training.gold_schedules import GOLD_SCHEDULES
from dashboard.components.literal import literal
from tests.languages.pretend import CLOSE, OPEN

# fields of Streamlit's messages that no person reads, or that hold what a person has typed
HIDDEN = {
    "id", "raw_values", "raw_value", "form_id", "icon", "key", "url", "color", "hash", "element_id", "css_content", "js_content",
    "html_content", "type", "format", "language", "query_param_key", "deferred_file_id", "component_name", "mime", "user_key",
    "fragment_id", "page_script_hash", "element_hash", "spec_type", "html", "config", "name_of", "file_types", "query_string",
    "chat_file_types", "shortcut", "value", "default", "placeholder", "code_text", "img", "dimensions", "group_id", "anchor", "page",
    "selection_state", "autocomplete",
}  # fmt: skip
DRAWN_TEXTS = {"text", "name", "title", "ticktext", "hovertext", "label", "texttemplate", "hovertemplate"}
# menus whose choices are sentences of a task, by what stands over them: data, and in no language of ours
SENTENCES = {
    "Examples", "Example", "Held out", "Longer", "Sentence", "Held-out sentence", "Held-out source", "Source",
    "Held out: no machine has seen them", "Every word is known; they may have been trained on",
    "cut",  # of a text into words: a setting, by its value in configuration files
}  # fmt: skip
LANGUAGES = "Language / 语言"  # each in its own words
OUTPUTS = ("Text", "Code")  # elements that show what a model wrote, and programs
# names that are the same in every language: of formats, and of settings as they stand in configuration files and links
NAMES = {
    "BLEU",
    "CSV",
    "TSV",
    "JSON",
    "SVG",
    "PNG",
    "PDF",
    "HTML",
    "DOT",
    "NPZ",
    "NODES.CSV",
    "MAP.CSV",
    "MAP.NPZ",
    "MAP.JSON",
}
TABLES: tuple[Mapping[str, Any], ...] = (SEARCHES, TASKS, MODELS, OBJECTIVES, GOLD_SCHEDULES)
_IDENTIFIERS = {shown for table in TABLES for name in table for shown in (name, name.replace("_", " "))}
_CITED = {literal(one.source) for one in CLAIMS.values()}  # papers, by their names
_KEYS = {"encoder self", "decoder self"}  # in the data of the row editor: names of its words, not words
_CODE = re.compile(
    r"<style>.*?</style>|```.*?```|`+[^`]*`+|\$[^$]*\$|:material/\w+:|:\w+(-badge|-background)?\[|\]\([^)]*\)|<[^>]*>|&\w+;"
    r"|https?://\S+|%\{[^}]*\}|[\w./-]*\.[a-z]{2,5}\b|\b(demo|class|upload|own|of)/[\w.-]+",
    re.DOTALL,
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_IDENTIFIER = re.compile(
    r"[a-z0-9]+([_.-][a-z0-9]+)*(, [a-z]+| \d+)?"
)  # “beam 4”, too: two searches of a name are numbered


def untranslated(app: AppTest, known: set[str]) -> list[str]:
    """Each string of a page with words outside of brackets, and where it stands.

    Args:
        app: an opened page.
        known: texts of the catalogues: where data are expected, one of these is none.
    """
    found: dict[str, None] = {}
    for place, text, data in strings(app):
        left = plain(text)
        if _WORD.search(left) if not data else text in known - _KEYS and " " in text:
            found[f"{place}: {left.strip()[:160]}"] = None
    return list(found)


def plain(text: str) -> str:
    """What is left of a text outside of brackets, code, formulas and names.

    >>> plain("⟦Train ⟦a⟧ run⟧ of `demo` as CSV: now").split()
    ['of', 'as', 'now']
    """
    for paper in _CITED:
        text = text.replace(paper, " ")
    while True:
        shorter = re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)
        if shorter == text:
            break
        text = shorter
    text = _CODE.sub(" ", text)
    words = (word for word in text.split() if word.strip(".,:;()·*") not in NAMES | _IDENTIFIERS)
    return " ".join(words)


def strings(app: AppTest) -> Iterator[tuple[str, str, bool]]:
    """Each string that a page shows: where, what, and whether data are expected there."""

    def below(node: Any) -> Iterator[tuple[str, str, bool]]:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            yield from _of_element(type(node).__name__, proto)
        for child in getattr(node, "children", {}).values():
            yield from below(child)

    yield from below(app._tree)


def _of_element(name: str, proto: Message) -> Iterator[tuple[str, str, bool]]:
    label = re.sub(f"[{OPEN}{CLOSE}]", "", getattr(proto, "label", "") or "")
    for place, text in _fields(proto, name):
        if label == LANGUAGES:
            continue
        last = place.rsplit(".", 1)[-1]
        if last == "spec" or "plotly" in place.lower():
            for one in _of_figure(json.loads(text)):
                yield f"{place}", one, False
        elif last == "json" or last == "columns":
            for one in _of_json(json.loads(text)):
                yield place, one, True
        elif "options" in place:
            names = _IDENTIFIER.fullmatch(plain(text).strip(" ·"))
            yield f"{place} of {label!r}", text, label in SENTENCES or names is not None or text in _IDENTIFIERS
        else:
            yield place, text, name in OUTPUTS


def _fields(message: Message, path: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        if field.name in HIDDEN:
            continue
        where = f"{path}.{field.name}"
        several = isinstance(value, list) or hasattr(value, "append")
        for one in value if several else [value]:
            if isinstance(one, Message):
                yield from _fields(one, where)
            elif isinstance(one, str) and one:
                yield where, one
            elif isinstance(one, bytes) and field.name in ("data", "arrow_data"):
                yield from _cells(one, where)


def _cells(packed: bytes, where: str) -> Iterator[tuple[str, str]]:
    try:
        table = pa.ipc.open_stream(packed).read_all()
    except pa.ArrowInvalid:
        return
    for column in table.columns:
        for cell in column.to_pylist():
            if isinstance(cell, str):
                yield f"{where}.columns", json.dumps(cell)


def _of_json(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _of_json(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_json(inner)


def _of_figure(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "template":
                yield from _of_figure(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_figure(inner, name)
    elif isinstance(value, str) and name in DRAWN_TEXTS:
        yield value
