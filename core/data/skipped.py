"""What is said of lines, rows and questions of a file that are not used: how many, and where the first of them stand."""

from collections.abc import Sequence

from core.language import mark, tr, tr_count

_SHOWN = 5
_PLACES = {  # of one, and of several
    "line": (mark("line {numbers}"), mark("lines {numbers}")),
    "row": (mark("row {numbers}"), mark("rows {numbers}")),
    "question": (mark("question {numbers}"), mark("questions {numbers}")),
    "conversation": (mark("conversation {numbers}"), mark("conversations {numbers}")),
    "item": (mark("item {numbers}"), mark("items {numbers}")),
}
_COUNTS = {
    "line": (mark("1 line"), mark("{n:,} lines")),
    "row": (mark("1 row"), mark("{n:,} rows")),
    "question": (mark("1 question"), mark("{n:,} questions")),
    "conversation": (mark("1 conversation"), mark("{n:,} conversations")),
    "item": (mark("1 item"), mark("{n:,} items")),
}


def places(numbers: Sequence[int], unit: str = "line") -> str:
    """The first few places in words.

    >>> places([3, 7]), places([2], "question")
    ('lines 3, 7', 'question 2')
    """
    shown = ", ".join(str(number) for number in numbers[:_SHOWN])
    one, many = _PLACES[unit]
    return tr(one if len(numbers) == 1 else many, numbers=f"{shown}{', …' if len(numbers) > _SHOWN else ''}")


def skipped_note(name: str, numbers: Sequence[int], unit: str, why: str) -> str:
    """What is said of lines that are not used.

    Args:
        name: of the file; unit: what the numbers count; why: in a few words.

    >>> skipped_note("a.tsv", [3, 7], "line", "without a tab")
    'a.tsv: 2 lines without a tab, skipped (lines 3, 7)'
    """
    return tr(
        "{name}: {counted} {why}, skipped ({places})",
        name=name,
        counted=counted(len(numbers), unit),
        why=why,
        places=places(numbers, unit),
    )


def counted(number: int, word: str) -> str:
    """A number with its word.

    >>> counted(1, "line"), counted(2000, "line")
    ('1 line', '2,000 lines')
    """
    return tr_count(number, *_COUNTS[word])
