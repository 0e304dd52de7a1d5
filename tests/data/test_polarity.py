"""Texts with one label: two files or a table, control characters repaired, what cannot be used named and counted."""

from pathlib import Path

import pytest

from core.data.polarity import read_classes, read_labelled_table, repaired
from core.errors import DataError

DATA = Path(__file__).parents[3] / "shared" / "data" / "sentence-polarity"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_two_files_give_two_labels_and_what_comes_twice_or_with_both_is_left_out(tmp_path):
    good = written(tmp_path, "good.txt", "fine\n\nlovely  day\nfine\nso so\n")
    bad = written(tmp_path, "bad.txt", "awful\nso so\n")
    found = read_classes([("good", good), ("bad", bad)])
    assert found.texts == (("good", "fine"), ("good", "lovely day"), ("bad", "awful"))
    said = " ".join(found.notes)
    assert "1 lines without a text" in said and "1 texts said before" in said and "1 texts with two labels" in said


def test_control_characters_are_read_as_what_they_were(tmp_path):
    assert repaired("caf\x82 \x93so\x94") == ("caf‚ “so”", 3)
    path = written(tmp_path, "it.tsv", "a\tone \x96 two\nb\tthree\n")
    found = read_labelled_table(path)
    assert found.texts[0] == ("a", "one – two") and "1 control characters in 1 lines" in found.notes[0]


def test_bytes_of_windows_1252_are_read(tmp_path):
    path = tmp_path / "it.tsv"
    path.write_bytes("a\tna\xefve\nb\tno\n".encode("cp1252"))
    assert read_labelled_table(path).texts[0] == ("a", "naïve")


def test_lines_without_a_tab_are_skipped_and_named_and_many_are_refused(tmp_path):
    rows = "".join(f"{'ab'[at % 2]}\ttext {at}\n" for at in range(40))
    found = read_labelled_table(written(tmp_path, "it.tsv", rows + "torn\n"))
    assert len(found.texts) == 40 and "1 lines without a label and a tab skipped (line 41)" in found.notes[0]
    with pytest.raises(DataError, match=r"no\.tsv: 2 of 2 lines have no label and tab in front \(lines 1, 2\)"):
        read_labelled_table(written(tmp_path, "no.tsv", "one\ntwo\n"))


def test_one_label_alone_is_refused(tmp_path):
    with pytest.raises(DataError, match="at least two labels are needed"):
        read_labelled_table(written(tmp_path, "it.tsv", "a\tone\na\ttwo\n"))


def test_film_reviews_have_the_counts_that_their_keepers_measured():
    if not DATA.is_dir():
        pytest.skip("sentence-polarity is not beside this checkout (shared/data)")
    found = read_classes([("pos", DATA / "rt-polarity.pos"), ("neg", DATA / "rt-polarity.neg")])
    counts = [sum(label == one for label, _ in found.texts) for one in ("pos", "neg")]
    lines = sum(int(note.split(" in ")[1].split()[0]) for note in found.notes if "control characters" in note)
    assert counts == [5331, 5331] and lines == 52
