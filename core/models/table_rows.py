"""The rows of a table of probabilities: read from text, checked, scaled to one, packed into a link.

Rows may be on their way: here they need not sum to one, so that a person can change one number after another.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from math import fsum, isfinite
from typing import Any

from core.errors import DataError
from core.language import tr

END, BEGIN = "<end>", "<begin>"
DEEPEST, WIDEST, MOST_ROWS, LONGEST_TOKEN = 6, 12, 200, 20
TOLERANCE = 1e-6
_LONGEST_JSON = 100_000
Prefix = tuple[str, ...]
Row = Mapping[str, float]
Rows = dict[Prefix, dict[str, float]]


def gathered(entries: Iterable[tuple[Any, Any, Any]]) -> Rows:
    """Rows from single entries (prefix as text, token, probability), in their order; empty lines are left out.

    Raises:
        DataError: an entry without a token or a number, or one that stands twice.

    >>> gathered([("", "A", 0.6), (None, "B", 0.4), ("A", "B", 1)])
    {(): {'A': 0.6, 'B': 0.4}, ('A',): {'B': 1.0}}
    """
    found: Rows = {}
    for at, entry in enumerate(entries, start=1):
        before, token, probability = (None if one is None or one != one else one for one in entry)
        if before is None and token is None and probability is None:
            continue
        if token is None or not str(token).strip() or probability is None:
            lacks = "probability" if token is not None and str(token).strip() else "token"
            raise DataError(
                tr("line {at} of the table has no {lacks} yet; fill it in, or delete the line", at=at, lacks=lacks)
            )
        row = found.setdefault(tuple(str(before or "").split()), {})
        if str(token).strip() in row:
            raise DataError(
                tr(
                    "line {at} of the table has “{token}” a second time in its row; delete one of the two",
                    at=at,
                    token=str(token)[:40],
                )
            )
        row[str(token).strip()] = float(probability)
    check_shape(found)
    return found


def changed_tokens(rows: Mapping[Prefix, Row], before: Mapping[Prefix, Row]) -> dict[Prefix, str]:
    """Of every row that does not sum to one the token whose probability was changed, where it is one alone.

    >>> changed_tokens({(): {"A": 0.3, "B": 0.4}}, {(): {"A": 0.6, "B": 0.4}})
    {(): 'A'}
    """
    found = {}
    for prefix, row in rows.items():
        changed = [token for token, p in row.items() if before.get(prefix, {}).get(token) != p]
        if abs(row_sum(row) - 1.0) > TOLERANCE and len(changed) == 1:
            found[prefix] = changed[0]
    return found


def write_rows(rows: Mapping[Prefix, Row]) -> str:
    """Rows as JSON that people can read; `read_rows` gives them back."""
    return json.dumps({" ".join(prefix): dict(row) for prefix, row in rows.items()}, ensure_ascii=False, indent=1)


def pack(rows: Mapping[Prefix, Row]) -> str:
    """Rows as a short text; they need not sum to one."""
    plain = json.dumps({" ".join(p): dict(row) for p, row in rows.items()}, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(plain.encode(), 9)).decode().rstrip("=")


def unpack(text: str) -> dict[Prefix, dict[str, float]]:
    """Rows from what `pack` gave.

    Raises:
        DataError: cut short, edited, or far too large.
    """
    try:
        squeezed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(squeezed, _LONGEST_JSON).decode()
        whole = unpacking.eof  # its checksum was there, and right
    except (ValueError, binascii.Error, zlib.error):
        whole = False
    if not whole:
        raise DataError(tr("the table in this link is damaged, perhaps cut short; ask for the whole link"))
    return read_rows(plain)


def read_rows(text: str) -> dict[Prefix, dict[str, float]]:
    """Rows from JSON; they need not sum to one.

    Raises:
        DataError: not JSON, or not of this form.
    """
    if len(text) > _LONGEST_JSON:
        raise DataError(
            tr(
                "the table has {count:,} characters; at most {longest_json:,} can be read: shorten it",
                count=len(text),
                longest_json=_LONGEST_JSON,
            )
        )
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (json.JSONDecodeError, RecursionError) as error:
        where = tr(" at line {lineno}", lineno=error.lineno) if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(
            tr('the table is no JSON{where}; it looks like {{"": {{"A": 0.6, "B": 0.4}}}}', where=where)
        ) from error
    if not isinstance(data, dict) or not all(isinstance(row, dict) for row in data.values()):
        raise DataError(
            tr('the table is not of the form {"": {"A": 0.6, "B": 0.4}}: prefixes with rows of probabilities')
        )
    rows = {tuple(name.split()): dict(row) for name, row in data.items()}
    if len(rows) != len(data):
        raise DataError(tr("a prefix has two rows; write each prefix once, with one space between tokens"))
    check_shape(rows)
    return {prefix: {token: float(p) for token, p in row.items()} for prefix, row in rows.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise DataError(tr("“{twice}” stands twice in one place of the table; keep one of the two", twice=twice[:80]))
    return found


def row_sum(row: Row) -> float:
    """Of its probabilities."""
    return fsum(row.values())


def scaled(rows: Mapping[Prefix, Row], kept: Mapping[Prefix, str] | None = None) -> dict[Prefix, dict[str, float]]:
    """Every row scaled to one; where a token is `kept`, it stays and the others share the rest.

    Raises:
        DataError: a row of zeros, or a kept probability that leaves the others no way to one.
    """
    found = {}
    for prefix, row in rows.items():
        fixed = (kept or {}).get(prefix)
        held = 0.0 if fixed is None else row[fixed]
        others = fsum(p for token, p in row.items() if token != fixed)
        if held > 1 or (others <= 0 and abs(held - 1.0) > TOLERANCE):
            raise DataError(
                tr(
                    "the row {named} cannot be scaled to one: there is nothing to scale; type its numbers",
                    named=named(prefix),
                )
            )
        rest = (1.0 - held) / others if others > 0 else 0.0
        if abs(row_sum(row) - 1.0) <= TOLERANCE:
            rest = 1.0
        found[prefix] = {token: p if token == fixed else p * rest for token, p in row.items()}
    return found


def named(prefix: Prefix) -> str:
    """A row's name for people."""
    return f"“{' '.join(prefix)}”" if prefix else tr("of the first step")


def check_shape(rows: Mapping[Prefix, Mapping[str, Any]]) -> None:
    """All that a table must keep to but sums.

    Raises:
        DataError: what is wrong first, with the row and what to do.
    """
    if () not in rows:
        raise DataError(tr('the table has no first step; give it a row with the empty prefix: "": {…}'))
    if len(rows) > MOST_ROWS:
        raise DataError(tr(
            "the table has {count:,} rows; at most {most_rows} can be drawn: leave some out", count=len(rows),
            most_rows=MOST_ROWS))  # fmt: skip
    for prefix, row in rows.items():
        if len(prefix) > DEEPEST - 1:
            raise DataError(tr(
                "the row {named} is too deep: at most {deepest} tokens can be chosen before <end>", named=named(prefix),
                deepest=DEEPEST))  # fmt: skip
        if not 1 <= len(row) <= WIDEST:
            raise DataError(tr(
                "the row {named} has {count} tokens; it needs 1 to {widest}", named=named(prefix),
                count=len(row), widest=WIDEST))  # fmt: skip
        for at, token in enumerate(prefix):
            if token not in rows.get(prefix[:at], {}):
                raise DataError(tr(
                    "the row {named} can never be reached: “{token}” is not in the row {named2}; "
                    "add it there, or leave this row out", named=named(prefix),
                    token=token, named2=named(prefix[:at])))  # fmt: skip
        for token, probability in row.items():
            _check_entry(prefix, token, probability)


def _check_entry(prefix: Prefix, token: str, probability: Any) -> None:
    where = tr("in the row {named}", named=named(prefix))
    wrong: tuple[tuple[Callable[[], bool], str], ...] = (
        (
            lambda: not token or len(token.split()) != 1 or token != token.strip(),
            tr("a token is one word without spaces"),
        ),
        (
            lambda: len(token) > LONGEST_TOKEN,
            tr("a token has at most {longest_token} characters", longest_token=LONGEST_TOKEN),
        ),
        (lambda: token == BEGIN, tr("<begin> can never be written; leave it out")),
        (lambda: END in prefix, tr("nothing comes after <end>; leave the row out")),
        (lambda: isinstance(probability, bool) or not isinstance(probability, int | float), tr("it must be a number")),
        (lambda: not isfinite(probability) or not 0 <= probability <= 1, tr("a probability is a number from 0 to 1")),
    )
    for holds, words in wrong:
        if holds():
            raise DataError(
                tr(
                    "{where}, “{token}” with {probability}: {words}",
                    where=where,
                    token=token[:40],
                    probability=str(probability)[:20],
                    words=words,
                )
            )
