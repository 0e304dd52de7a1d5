"""Questions about contexts: JSON in SQuAD's form, or rows with a question, a context and an answer.

A source is the question, SEPARATOR and the context. Of several answers that people gave the first is taken. Source of the
form: Rajpurkar et al. 2016, arXiv:1606.05250.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.data.folders import read_texts
from core.data.parallel_text import ParallelText, paired
from core.data.rows import is_json_lines, load_json, read_rows, texts_of
from core.data.skipped import skipped_note
from core.errors import DataError
from core.language import mark, tr

SEPARATOR = "|"  # between question and context: a key of every keyboard, a token of its own for every tokenizer
ROLES = {
    "question": ("question", "query", "ask"),
    "context": ("context", "passage", "paragraph", "document"),
    "answer": ("answer", "answers", "response", "target"),
}
_Asked = tuple[int, Any, Any, list[str]]  # its number, question, context, answers


def read_questions(path: Path) -> ParallelText:
    """Every question with its context and its answer.

    Raises:
        DataError: the file cannot be used.
    """
    return read_texts(path, _read)


def context_of(source: str) -> str:
    """What stands behind the first separator; of a text without one, all of it.

    >>> context_of("who ? | it is Ada"), context_of("it is Ada")
    (' it is Ada', 'it is Ada')
    """
    question, middle, context = source.partition(SEPARATOR)
    return context if middle else question


def _read(text: str, name: str) -> ParallelText:
    if text.lstrip().startswith("{") and not is_json_lines(text):
        data = load_json(text, name)
        if "data" in data:
            return _paired(_squad(data["data"], name), name, (), "question")
    rows = read_rows(text, name, ROLES)
    asked = ((number, question, context, texts_of(answer)) for number, (question, context, answer) in rows.cells)
    return _paired(asked, name, rows.notes, rows.unit)


def _squad(articles: Any, name: str) -> Iterator[_Asked]:
    """All questions, numbered through the file; what is not where it should be gives an empty place."""
    if not isinstance(articles, list):
        raise DataError(
            tr("{name} has no list named data; expected SQuAD's form (data, paragraphs, qas), or JSON lines", name=name)
        )
    number = 0
    for article in articles:
        for paragraph in _list(article, "paragraphs"):
            for asked in _list(paragraph, "qas"):
                number += 1
                answers = [text for one in _list(asked, "answers") for text in texts_of(one)]
                yield number, _field(asked, "question"), _field(paragraph, "context"), answers


def _paired(asked: Iterator[_Asked], name: str, notes: tuple[str, ...], unit: str) -> ParallelText:
    lines, torn, open_ended = list[tuple[int, str, str]](), list[int](), list[int]()
    for number, question, context, answers in asked:
        if not (isinstance(question, str) and isinstance(context, str) and question.strip() and context.strip()):
            torn.append(number)
        elif not answers:
            open_ended.append(number)
        else:
            lines.append((number, f"{question.replace(SEPARATOR, '/')} {SEPARATOR} {context}", answers[0]))
    for numbers, why in (
        (torn, mark("without a question or a context")),
        (open_ended, mark("without an answer")),
    ):
        if numbers:
            notes += (skipped_note(name, numbers, unit, tr(why)),)
    return paired(lines, name, notes, unit)


def _list(value: Any, key: str) -> list[Any]:
    found = _field(value, key)
    return found if isinstance(found, list) else []


def _field(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
