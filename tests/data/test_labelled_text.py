"""Tables of texts and labels: what is read, what is skipped and counted, what is refused and in which words."""

from pathlib import Path

import pytest

from core.data.labelled_text import read_labelled, read_names
from core.errors import DataError

GOOD = "".join(f"text {at}\tjoy\n" for at in range(40))


def written(folder: Path, text: str, name: str = "texts.tsv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_names_are_taken_as_they_stand_the_most_frequent_first(tmp_path):
    found = read_labelled(written(tmp_path, "\ufeffGood!\tjoy, pride\r\nBad.\tfear ,\r\nSo so\tjoy,joy\tid7\r\n"))
    assert found.rows == (("Good!", ("joy", "pride")), ("Bad.", ("fear",)), ("So so", ("joy",)))
    assert found.labels == ("joy", "fear", "pride") and found.notes == ()


def test_with_a_list_of_names_numbers_and_names_are_both_read(tmp_path):
    names = written(tmp_path, "joy\nfear\n7\n", "names.txt")
    found = read_labelled(written(tmp_path, "a\t0,1\nb\tfear\nc\t7\nd\t\n"), names)
    assert [own for _, own in found.rows] == [("joy", "fear"), ("fear",), ("7",), ()] and found.labels == (
        "joy",
        "fear",
        "7",
    )


def test_a_few_wrong_rows_are_skipped_and_counted_with_their_lines(tmp_path):
    names = written(tmp_path, "joy\nfear\n", "names.txt")
    found = read_labelled(written(tmp_path, GOOD + "torn\nodd\t2\n"), names)
    assert len(found.rows) == 40 and found.notes == (
        "texts.tsv: 1 line skipped (line 41): no tab",
        "texts.tsv: 1 line skipped (line 42): '2' is neither a label nor a number from 0 to 1",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "is empty"), ("a\tjoy\nb\n", "line 2.*: no tab.*repair these rows"), (" \tjoy\n", "no text"),
     ("a\t\nb\t,\n", "no row of texts.tsv has a label"), ("a\x00\tjoy\n", "zero byte"),
     ("".join(f"text\tlabel{at}\n" for at in range(2001)), "2,001 different labels.*take the task text")],
)  # fmt: skip
def test_a_table_of_something_else_is_refused_in_words(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_labelled(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message"),
    [("joy\n\nfear\n", "line 2: '' is no label"), ("joy, pride\n", "without commas"), ("joy\nfear\njoy\n", "lines 1 and 3: 'joy' comes twice")],
)  # fmt: skip
def test_a_list_of_names_that_is_none_is_refused_in_words(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_names(written(tmp_path, text, "names.txt"))


def test_numbers_that_are_too_large_are_no_labels(tmp_path):
    names = written(tmp_path, "joy\n", "names.txt")
    with pytest.raises(DataError, match="'99999999999' is neither a label nor a number from 0 to 0"):
        read_labelled(written(tmp_path, "a\t99999999999\n"), names)
