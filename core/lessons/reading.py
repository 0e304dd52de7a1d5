"""Read a lesson: Markdown with a header in YAML, a heading for each step, and in each a block that says its experiment.

    ---
    title: Masks
    goal: Say who may look at whom.
    minutes: 5
    ---
    ## A window
    The words of the step.

    ```step
    page: masks
    settings: {pattern: local, window: 2}
    look: The dark cells.
    question: How many pairs are scored?
    answer: 114
    ```

A file may come from anybody: it is read as text and nothing else, and what does not fit is said with its line.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.errors import DataError
from core.language import tr
from core.lessons.entries import MOST_WORDS, listed, only, text, whole
from core.lessons.header import Entry, read_block
from core.lessons.lesson import Lesson, Question, Step
from core.lessons.links import check_no_link
from core.lessons.pages import NAVIGATION, PAGES
from core.settings import did_you_mean

LARGEST = 64_000  # bytes
MOST_STEPS, MOST_CHOICES = 30, 8
_HEADER = ("title", "goal", "minutes", "hide")
_STEP = ("page", "settings", "look", "question", "choices", "answer", "tolerance", "because", "hide")


def read_lesson(data: bytes, name: str) -> Lesson:
    """A lesson from the bytes of its file.

    Args:
        name: of the file, for messages.

    Raises:
        DataError: it is none; the message names the line and what to do.
    """
    lines = _lines(data, name)
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        raise DataError(
            tr(
                "{name}, line 1: a lesson begins with a header between two lines of ---: title, goal, minutes",
                name=name,
            )
        )
    head = read_block("\n".join(lines[1:end]), 1, name)
    only(head, _HEADER, name)
    steps = tuple(_step(*part, name) for part in _parts(lines, end + 1, name))
    if not 1 <= len(steps) <= MOST_STEPS:
        raise DataError(
            tr("{name} has {count} steps, expected 1 to {most}: a step begins with a line “## Its title”", name=name,
               count=len(steps), most=MOST_STEPS)
        )  # fmt: skip
    if not any(step.question for step in steps):
        raise DataError(tr("{name} asks nothing; add question: and answer: to the block of a step", name=name))
    minutes = whole(head, "minutes", name)
    return Lesson(
        text(head, "title", name), text(head, "goal", name), minutes, _joined(steps, name), _hidden(head, name)
    )


def _lines(data: bytes, name: str) -> list[str]:
    if len(data) > LARGEST:
        raise DataError(
            tr(
                "{name} has {size:,} bytes, a lesson at most {most:,}: make two of it",
                name=name,
                size=len(data),
                most=LARGEST,
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(tr("{name}, line {line}: no UTF-8; save the lesson as UTF-8", name=name, line=line)) from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if re.search("[\x00-\x08\x0b-\x1f\x7f]", line):
            raise DataError(tr("{name}, line {line}: a control character; take it out", name=name, line=number))
    check_no_link("\n".join(lines), name)
    return lines


def _parts(lines: list[str], begin: int, name: str) -> list[tuple[int, str, list[str]]]:
    """Each step: number of its heading's line, title, lines."""
    parts: list[tuple[int, str, list[str]]] = []
    fenced = False
    for number, line in enumerate(lines[begin:], begin + 1):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            parts.append((number, line[3:].strip()[:200], []))
        elif parts:
            parts[-1][2].append(line)
        elif line.strip():
            raise DataError(
                tr(
                    "{name}, line {line}: words before the first step; put a line “## Its title” above",
                    name=name,
                    line=number,
                )
            )
    return parts


def _step(number: int, title: str, lines: list[str], name: str) -> Step:
    opening = [at for at, line in enumerate(lines) if line.strip() == "```step"]
    if len(opening) != 1:
        raise DataError(
            tr("{name}, line {line}: the step “{title}” has {count} blocks ```step, expected one that says its page",
               name=name, line=number, title=title, count=len(opening))
        )  # fmt: skip
    first = opening[0]
    last = next((at for at, line in enumerate(lines) if at > first and line.strip() == "```"), None)
    if last is None:
        raise DataError(
            tr("{name}, line {line}: the block ```step is not closed by ```", name=name, line=number + first + 1)
        )
    block = read_block("\n".join(lines[first + 1 : last]), number + first + 1, name)
    where = number + first + 1
    only(block, _STEP, name)
    words = "\n".join([*lines[:first], *lines[last + 1 :]]).strip()
    if not title or not words or len(words) > MOST_WORDS:
        raise DataError(
            tr("{name}, line {line}: a step has a title and 1 to {most:,} characters of words; here are {count:,}", name=name,
               line=number, most=MOST_WORDS, count=len(words))
        )  # fmt: skip
    page = _page(block, where, name)
    return Step(
        title, words, page, _settings(block, page, name), text(block, "look", name, where), _question(block, name),
        _hidden(block, name), number,
    )  # fmt: skip


def _page(block: Mapping[str, Entry], where: int, name: str) -> str:
    page = text(block, "page", name, where)
    if page not in PAGES:
        raise DataError(
            tr("{name}, line {line}: there is no page “{page}”{near}; pages: {pages}", name=name, line=block["page"].line,
               page=page[:60], near=did_you_mean(page[:60], PAGES), pages=", ".join(PAGES))
        )  # fmt: skip
    return page


def _settings(block: Mapping[str, Entry], page: str, name: str) -> dict[str, Any]:
    given = block.get("settings", Entry({}, 1))
    if not isinstance(given.value, dict):
        raise DataError(
            tr(
                "{name}, line {line}: settings are names with values, as {{window: 2}}",
                name=name,
                line=given.line,
            )
        )
    found = {}
    for key, one in given.value.items():
        setting = PAGES[page].get(key)
        if setting is None:
            raise DataError(
                tr("{name}, line {line}: the page {page} has no setting “{key}”{near}; settings: {known}", name=name,
                   line=one.line, page=page, key=key, near=did_you_mean(key, PAGES[page]), known=", ".join(PAGES[page]) or "–")
            )  # fmt: skip
        problem = setting.problem(one.value)
        if problem:
            raise DataError(
                tr("{name}, line {line}: {key} of the page {page} is {problem}", name=name, line=one.line, key=key,
                   page=page, problem=problem)
            )  # fmt: skip
        found[key] = setting.value(one.value)
    return found


def _question(block: Mapping[str, Entry], name: str) -> Question | None:
    if "question" not in block:
        for key in ("answer", "choices", "tolerance", "because"):
            if key in block:
                raise DataError(
                    tr("{name}, line {line}: “{key}” without a question", name=name, line=block[key].line, key=key)
                )
        return None
    line = block["question"].line
    answer = block.get("answer", Entry("", line)).value
    if isinstance(answer, bool):
        answer = str(answer).lower()
    choices = listed(block, "choices", name)
    numeric = isinstance(answer, int | float) and not choices
    said = float(answer) if numeric else str(answer).strip()
    if said == "" or isinstance(answer, list | dict):
        raise DataError(
            tr("{name}, line {line}: the question has no answer; add answer: below it", name=name, line=line)
        )
    if choices and (not 2 <= len(choices) <= MOST_CHOICES or len(set(choices)) < len(choices) or said not in choices):
        raise DataError(
            tr("{name}, line {line}: 2 to {most} different choices are expected, the answer among them, word for word",
               name=name, line=line, most=MOST_CHOICES)
        )  # fmt: skip
    tolerance = block.get("tolerance", Entry(0, line))
    if not isinstance(tolerance.value, int | float) or tolerance.value < 0 or (tolerance.value and not numeric):
        raise DataError(
            tr(
                "{name}, line {line}: a tolerance is a number from 0 on, of an answer that is one",
                name=name,
                line=tolerance.line,
            )
        )
    because = text(block, "because", name) if "because" in block else ""
    return Question(text(block, "question", name), said, choices, float(tolerance.value), because)


def _joined(steps: tuple[Step, ...], name: str) -> tuple[Step, ...]:
    """Steps with all settings of their page: one that stays on the page of the step before has its settings too.

    What a later one sets, the first one there must set as well, so that going back, going on and a link come to the same page.
    """
    found: list[Step] = []
    for step in steps:
        if found and found[-1].page == step.page:
            before = found[-1].settings
            new = [key for key in step.settings if key not in before]
            if new:
                raise DataError(
                    tr("{name}, line {line}: “{key}” is set here and not in the step before, on the same page; say there with "
                       "what it begins", name=name, line=step.line, key=new[0])
                )  # fmt: skip
            step = Step(
                step.title,
                step.words,
                step.page,
                {**before, **step.settings},
                step.look,
                step.question,
                step.hide,
                step.line,
            )
        found.append(step)
    return tuple(found)


def _hidden(block: Mapping[str, Entry], name: str) -> tuple[str, ...]:
    known = {NAVIGATION, *(key for page in PAGES.values() for key in page)}
    found = listed(block, "hide", name)
    for one in found:
        if one not in known:
            raise DataError(
                tr("{name}, line {line}: there is no “{one}” to hide{near}; what can be: {navigation}, and settings of pages",
                   name=name, line=block["hide"].line, one=one[:60], near=did_you_mean(one[:60], known), navigation=NAVIGATION)
            )  # fmt: skip
    return found
