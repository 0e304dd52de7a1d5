"""Texts and what is made of them: summaries, rewordings, sentences for facts. JSON lines, JSON, CSV, or a table with tabs.

Several targets of one source (references) are a pair each; a source that is a list of sentences is one text.
"""

from pathlib import Path

from core.data.folders import read_texts
from core.data.parallel_text import ParallelText, paired
from core.data.rows import read_rows, texts_of

ROLES = {
    "source": (
        "source",
        "document",
        "article",
        "text",
        "input",
        "mr",
        "abstract",
        "dialogue",
        "meaning_representation",
    ),
    "target": ("target", "summary", "highlights", "ref", "output", "headline", "tldr", "reference", "references"),
}


def read_documents(path: Path) -> ParallelText:
    """Every text with every target that it has.

    Raises:
        DataError: the file cannot be used.
    """
    return read_texts(path, _read)


def _read(text: str, name: str) -> ParallelText:
    """
    >>> _read('mr,ref\\n"name[X], food[Y]",X has Y.\\n', "x.csv").pairs
    (('name[X], food[Y]', 'X has Y.'),)
    """
    rows = read_rows(text, name, ROLES)
    lines = (
        (number, " ".join(texts_of(source)), one) for number, (source, target) in rows.cells for one in texts_of(target)
    )
    return paired(lines, name, rows.notes, rows.unit)
