"""Files that people bring: what is read, what is noted, what is refused and in which words."""

import os
from pathlib import Path

import pytest

from core.data.parallel_text import clean, read_table, read_two_files, split_lines
from core.errors import DataError

DATA = Path(__file__).parents[3] / "shared" / "data"
GOOD = "Go.\tGeh.\nHelp!\tHilfe!\n"
PAIRS = (("Go.", "Geh."), ("Help!", "Hilfe!"))


def _file(folder: Path, data: bytes | str, name: str = "pairs.tsv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


HONEST = {
    "plain": GOOD,
    "a mark": "\ufeff" + GOOD,
    "CRLF": GOOD.replace("\n", "\r\n"),
    "CR": GOOD.replace("\n", "\r"),
    "no last newline": GOOD.rstrip("\n"),
    "blank lines": GOOD + "\n \n\n",
    "attribution": "Go.\tGeh.\tCC-BY 2.0\tmore\nHelp!\tHilfe!\n",
    "odd spaces": "  Go. \t\u3000Geh.\u200b\n\nHelp!\tHilfe!",
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 big-endian": b"\xfe\xff" + GOOD.encode("utf-16-be"),
}


@pytest.mark.parametrize("data", HONEST.values(), ids=HONEST)
def test_the_same_pairs_are_read_from_every_honest_spelling_of_a_file(tmp_path, data):
    assert read_table(_file(tmp_path, data)).pairs == PAIRS


def test_chinese_in_gb18030_is_read_and_noted(tmp_path):
    found = read_table(_file(tmp_path, "Hello.\t你好。\nRun!\t快跑！\n".encode("gb18030")))
    assert found.pairs[1] == ("Run!", "快跑！")
    assert "GB18030" in found.notes[0]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850"])
def test_other_western_encodings_are_refused_with_their_line_and_not_read_as_chinese(tmp_path, encoding):
    data = (GOOD * 40 + "Over.\tÜber größte Häuser.\nDoor.\tTür.\n").encode(encoding)
    with pytest.raises(
        DataError, match=r"pairs\.tsv, line 81: byte 0x.. is not UTF-8.*save it with the encoding UTF-8"
    ):
        read_table(_file(tmp_path, data))


@pytest.mark.parametrize(
    ("text", "encoding"), [("Привет, мир! Как дела сегодня?", "cp1251"), ("你好，我們今天去銀行。", "big5")]
)
def test_other_scripts_in_old_encodings_are_refused_too(tmp_path, text, encoding):
    with pytest.raises(DataError, match="is not UTF-8"):
        read_table(_file(tmp_path, f"Hello.\t{text}\n".encode(encoding)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n \t\n", "is empty"),
        (b"\xef\xbb\xbf\n", "no rows"),
        (b"\xff\xfe", "no rows"),
        ("\t\n\t\n a\t \n", "no pair left.*empty side"),
        ("one\ntwo\n", "only one column.*expected a source, a tab and a target.*target_path"),
        ("one;eins\ntwo;zwei\n", "separated by ';': export it with tabs"),
        ("one,eins\n", "separated by ','"),
        (b"PK\x03\x04\x00\x00go\tgeh\n", "line 1: a zero byte.*not plain text"),
        (GOOD.encode() + b"a\tb\x00\n", "line 3: a zero byte"),
        (GOOD.encode("utf-16")[:-1], "begins as UTF-16 but breaks"),
        (b"\xff\xfe\x00\x00a\x00\t\x00b\x00", "zero characters"),
        (b"\x80\x04\x95cos\nsystem\n", "not UTF-8"),
        ("x" * 30_000 + "\ty\n", "no pair left.*too long"),
    ],
)
def test_a_bad_file_is_refused_in_one_line_that_names_it(tmp_path, data, message):
    with pytest.raises(DataError, match=message) as refused:
        read_table(_file(tmp_path, data))
    assert str(refused.value).startswith("pairs.tsv")
    assert "\n" not in str(refused.value)


def test_many_torn_rows_are_refused_with_their_lines(tmp_path):
    with pytest.raises(DataError, match=r"7 of 11 rows have no tab \(lines 3, 4, 5, 6, 7, …\)"):
        read_table(_file(tmp_path, GOOD + "torn\n" * 7 + GOOD))


def test_few_torn_rows_are_skipped_and_noted(tmp_path):
    lines = [f"source {number}\ttarget {number}" for number in range(50)]
    lines[20] = "torn"
    found = read_table(_file(tmp_path, "\n".join(lines)))
    assert len(found.pairs) == 49
    assert found.notes == ("pairs.tsv: 1 line without a tab, skipped (line 21)",)


def test_repeated_pairs_are_kept_once_and_other_translations_all(tmp_path):
    found = read_table(_file(tmp_path, "Go.\tGeh.\nGo.\tLos.\nGo.\tGeh.\n"))
    assert found.pairs == (("Go.", "Geh."), ("Go.", "Los."))
    assert "said before" in found.notes[0]


def test_one_giant_line_is_skipped_and_the_rest_read(tmp_path):
    found = read_table(_file(tmp_path, "x" * 4_000_000 + "\ty\n" + GOOD))
    assert found.pairs == PAIRS
    assert "too long" in found.notes[0]


def test_a_giant_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = _file(tmp_path, "")
    os.truncate(path, 300 * 2**20)  # a hole: takes no disk
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    with pytest.raises(DataError, match=r"300 MB; at most 64 MB"):
        read_table(path)


def test_paths_that_are_no_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        read_table(tmp_path / "missing.tsv")
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(DataError, match="not a file"):
            read_table(path)
    for path in (Path("a\x00b"), Path("x" * 5000)):
        with pytest.raises(DataError, match=r"no file|cannot be read"):
            read_table(path)


def test_two_files_are_paired_line_by_line_though_sentences_hold_odd_line_ends(tmp_path):
    sources = _file(tmp_path, "one\u2028more\ntwo\r\n\nfour\n", "source.txt")
    targets = _file(tmp_path, "eins\nzwei\x0c\n\nvier", "target.txt")
    found = read_two_files(sources, targets)
    assert found.pairs == (("one more", "eins"), ("two", "zwei"), ("four", "vier"))
    assert "empty side, skipped (line 3)" in found.notes[0]


def test_two_files_of_different_length_are_refused_with_both_counts(tmp_path):
    with pytest.raises(DataError, match=r"a\.txt has 2 lines and b\.txt 3 lines"):
        read_two_files(_file(tmp_path, "1\n2\n", "a.txt"), _file(tmp_path, "1\n2\n3\n", "b.txt"))


def test_cleaning_composes_and_drops_what_cannot_be_seen():
    assert clean("\ufeff cafe\u0301\u200b\u3000au\u00a0 lait\x07 ▁") == "café au lait _"


def test_lines_are_those_an_editor_counts():
    assert split_lines("a\r\nb\rc\x0b\u0085d\ne\n\n") == ["a", "b", "c\x0b\u0085d", "e"]


def _need(*names: str) -> list[Path]:
    paths = [DATA.joinpath(name) for name in names]
    if not all(path.exists() for path in paths):
        pytest.skip(f"{names[0]} is not beside this checkout (shared/data)")
    return paths


def test_tatoeba_english_german_is_read_whole():
    source, target = _need(*(f"tatoeba-eng-deu/tatoeba-test-v2021-08-07.{side}" for side in ("eng", "deu")))
    found = read_two_files(source, target)
    assert len(found.pairs) == 17_565
    assert not any("\u200b" in text for pair in found.pairs for text in pair)


def test_tatoeba_english_chinese_is_read_without_its_mark_and_attribution():
    (path,) = _need("tatoeba-eng-cmn/cmn.txt")
    found = read_table(path)
    assert len(found.pairs) > 9_900
    assert found.pairs[0] == ("Hi.", "嗨。")
    assert not any("Attribution" in text or "\ufeff" in text for pair in found.pairs for text in pair)


def test_cmudict_needs_tabs_and_is_read_with_them(tmp_path):
    (path,) = _need("cmudict/cmudict.dict")
    with pytest.raises(DataError, match="only one column"):
        read_table(path)
    entries = path.read_text("utf-8").splitlines()[:3000]
    found = read_table(_file(tmp_path, "\n".join(entry.split(" #")[0].replace(" ", "\t", 1) for entry in entries)))
    assert ("'bout", "B AW1 T") in found.pairs
    assert len(found.pairs) == 3000
