"""CoNLL-U: ranges and empty nodes are counted, a broken line costs its sentence and is named, the rest is used."""

from pathlib import Path

import pytest

from core.data.conllu import parse_conllu, read_conllu
from core.errors import DataError

DATA = Path(__file__).parents[3] / "shared" / "data" / "ud-english-ewt"


def line(number: object, word: str, tag: str = "NOUN") -> str:
    return f"{number}\t{word}\t_\t{tag}" + "\t_" * 6


GOOD = "\n".join(
    [
        "# text = vámonos al mar",
        line("1-2", "vámonos", "_"),
        line(1, "vamos", "VERB"),
        line(2, "nos", "PRON"),
        line("2.1", "x"),
    ]
)


def test_words_of_a_range_are_read_and_ranges_empty_nodes_and_comments_are_not():
    bank = parse_conllu(GOOD, "es.conllu")
    (one,) = bank.sentences
    assert (one.words, one.tags, one.line) == (("vamos", "nos"), ("VERB", "PRON"), 2)
    assert (bank.ranges, bank.empty_nodes, bank.broken) == (1, 1, ())
    assert "1 ranges" in bank.told()[0] and "1 empty nodes" in bank.told()[1]


@pytest.mark.parametrize(
    ("broken", "wrong"),
    [
        ("1\tfew\tcolumns", "line 7 has 3 columns, not 10"),
        (line(1, "a").replace("\t", " "), "line 7 has 1 columns"),
        (line("one", "a"), "line 7 begins with 'one'"),
        (line(2, "a"), "line 7 is word 2 where word 1 is due"),
        (line(1, " "), "line 7 has no word"),
    ],
)
def test_a_sentence_with_a_broken_line_is_left_out_and_the_line_is_named(broken, wrong):
    bank = parse_conllu(f"{GOOD}\n\n{broken}\n\n{line(1, 'mar')}\n", "es.conllu")
    assert [one.words for one in bank.sentences] == [("vamos", "nos"), ("mar",)]
    assert wrong in bank.broken[0] and wrong in bank.told()[-1] and bank.told()[-1].startswith("es.conllu: 1 sentences")


def test_a_missing_blank_line_is_suspected():
    bank = parse_conllu(f"{line(1, 'a')}\n{line(1, 'b')}\n\n{GOOD}", "it")
    assert "is a blank line missing?" in bank.broken[0]


def test_what_is_no_conllu_is_refused_with_its_first_fault():
    with pytest.raises(DataError, match=r"it: 0 of 1 sentences can be read; line 1 has 1 columns, not 10"):
        parse_conllu("Just a text.\nOf two lines.", "it")
    with pytest.raises(DataError, match="0 of 0 sentences"):
        parse_conllu("# only a comment\n", "it")


def test_a_word_without_a_tag_is_counted():
    bank = parse_conllu(f"{line(1, 'a', '_')}\n{line(2, 'b')}", "it")
    assert bank.untagged == 1 and bank.sentences[0].tags == ("_", "NOUN")


def test_line_ends_of_every_editor_are_read():
    assert parse_conllu(GOOD.replace("\n", "\r\n") + "\r\n\r\n" + line(1, "b"), "it").sentences[1].words == ("b",)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"there is no file .*none\.conllu"):
        read_conllu(tmp_path / "none.conllu")


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("dev", (2001, 25147, 359, 4, 0)),
        ("test", (2077, 25094, 354, 2, 0)),
        ("train-first2000", (2000, 39802, 414, 4, 0)),
    ],
)
def test_the_english_web_treebank_has_the_counts_that_its_keepers_measured(file, counts):
    if not DATA.is_dir():
        pytest.skip("ud-english-ewt is not beside this checkout (shared/data)")
    bank = read_conllu(DATA / f"en_ewt-ud-{file}.conllu")
    words = sum(len(one.words) for one in bank.sentences)
    assert (len(bank.sentences), words, bank.ranges, bank.empty_nodes, len(bank.broken)) == counts
    assert len({tag for one in bank.sentences for tag in one.tags}) == 17
