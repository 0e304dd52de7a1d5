"""Pairs from the columns that a person names: quoted cells, semicolons, tabs, JSON; and what is said where there is none such."""

from pathlib import Path

import pytest

from core.data.named_columns import read_named
from core.errors import DataError, SettingError
from core.tasks.text import Text

DATA = Path(__file__).parents[3] / "shared" / "data"
PAIRS = (("sú-sū", "死侍"), ("a, b", "c"))


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


TABLES = {
    "quoted, with a mark and CRLF": '\ufeff"Id","Tailo","Mandarin"\r\n"1","sú-sū","死侍"\r\n"2","a, b","c"\r\n',
    "semicolons": "Id;Mandarin;Tailo\n1;死侍;sú-sū\n2;c;a, b\n",
    "tabs": "Mandarin\tId\ttailo\n死侍\t1\tsú-sū\nc\t2\ta, b\n",
    "JSON lines": '{"tailo": "sú-sū", "mandarin": "死侍"}\n{"mandarin": "c", "tailo": "a, b"}\n',
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_the_same_pairs_come_from_every_spelling_of_a_table(tmp_path, text):
    assert read_named(written(tmp_path, text), "Tailo", "Mandarin").pairs == PAIRS


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path):
    path = written(tmp_path, TABLES["quoted, with a mark and CRLF"])
    with pytest.raises(DataError, match="no column 'poj' for the source: its first line names Id, Tailo, Mandarin"):
        read_named(path, "POJ", "Mandarin")


def test_one_column_or_columns_of_two_files_are_refused():
    with pytest.raises(SettingError, match="give both source_column and target_column"):
        Text(path="a.csv", source_column="x")
    with pytest.raises(SettingError, match="two files line by line have no columns"):
        Text(path="a.csv", target_path="b.csv", source_column="x", target_column="y")


def test_the_lexicon_of_itaigi_is_read_by_the_columns_that_are_chosen():
    path = DATA / "itaigi-lexicon" / "ChhoeTaigi_iTaigiHoataiTuichiautian-first10000.csv"
    if not path.exists():
        pytest.skip("itaigi-lexicon is not beside this checkout (shared/data)")
    found = read_named(path, "KipUnicode", "HoaBun")
    assert found.pairs[:2] == (("siān-neh", "討厭"), ("sú-sū", "死侍"))
    assert 10_000 - len(found.pairs) == 4 + 117
    assert [note.partition(": ")[2][:25] for note in found.notes] == [
        "4 lines with an empty sid",
        "117 lines said before, sk",
    ]
    characters = read_named(path, "HanLoTaibunKip", "HoaBun").pairs
    assert characters[0] == ("𤺪呢", "討厭")  # above the basic plane, and whole
