"""Links made by hand: each format by hand, from 0 and from 1, and every way to be wrong said with its line and what to do."""

import pytest

from core.data.linked_sentences import read_linked, read_sentences, split_middle
from core.data.word_links import FORMATS, GoldLinks, format_of, pharaoh
from core.errors import DataError

FRENCH, ENGLISH = "le chat noir dort\nil mange", "the black cat sleeps\nhe eats bread"
SURE = {(0, 0), (1, 2), (2, 1)}  # (target, source)
WRITTEN = {
    "pharaoh": "0-0 2-1 1-2 3p3\n0-0 1-1 1?2\n",
    "numbered": "1\t0-0 2-1 1-2 3p3\n2\t0-0 1-1 1p2\n",
    "naacl": "0001 1 1 S\n0001 3 2\n0001 2 3 S\n0001 4 4 P\n0002 1 1 S 0.9\n0002 2 2 1.0\n0002 2 3 P\n",
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_format_says_the_same_links(form, end):
    text = WRITTEN[form].replace("\n", end)
    first, second = read_linked(FRENCH, ENGLISH, text)
    assert first.links == GoldLinks.of(SURE, [(3, 3)])
    assert second.links == GoldLinks.of({(0, 0), (1, 1)}, [(2, 1)])
    assert first.source == ("le", "chat", "noir", "dort") and (first.number, second.number) == (1, 2)
    assert read_linked(FRENCH, ENGLISH, text, form=format_of(text)) == (first, second)


def test_positions_from_one_and_in_the_other_order_are_the_same_links():
    from_zero = read_linked(FRENCH, ENGLISH, WRITTEN["pharaoh"])
    assert read_linked(FRENCH, ENGLISH, "1-1 3-2 2-3 4p4\n1-1 2-2 2p3") == from_zero
    turned = "0-0 1-2 2-1 3p3\n0-0 1-1 2p1"
    assert read_linked(FRENCH, ENGLISH, turned, order="target-source") == from_zero


def test_a_pair_without_links_is_a_blank_line_also_the_last_one():
    assert [len(pair.links.possible) for pair in read_linked("a b\nc\nd", "a\nc\nd", "0-0\n\n\n")] == [1, 0, 0]
    assert len(read_linked("a\nb", "a\nb", "0-0\n0-0\n\n\n")) == 2  # blank lines behind the last pair are none


def test_the_empty_word_of_the_shared_task_is_no_link_and_a_pair_nobody_linked_is_left_out():
    (pair,) = read_linked("a b\nc", "x y\nz", "1 1 2 S\n1 0 1 S\n1 2 0 P")
    assert pair.number == 1 and pair.links == GoldLinks.of(sure=[(1, 0)])


@pytest.mark.parametrize(
    "text", ["7\tle chat\n9\tun âne", "<s snum=7>le chat</s>\n<s snum=0009> un âne </s>\n", '<s snum="7">le chat</s>\n<s snum="9">un âne</s>']
)  # fmt: skip
def test_sentences_keep_the_numbers_they_come_with(text):
    assert read_sentences(text) == {7: ("le", "chat"), 9: ("un", "âne")}


def test_lines_with_both_sides():
    assert split_middle("a  b ||| c\nd |||e") == ("a  b \nd ", " c\ne")
    with pytest.raises(DataError, match=r"line 2 of the sentences: expected a source, \|\|\| and a target"):
        split_middle("a ||| b\nc")


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ("0-0 4-0\n0-0", "line 1 has the position 0 .* and line 1 one as large as the sentence is long"),
        ("0-0 1-9\n0-0", "has target position 9, but this sentence ends at 3 .4 tokens, counted from 0."),
        ("1-1 2-2\n1-2", "no link tells whether positions count from 0 or from 1"),
        ("0-0", "1 of 2 sentence pairs have no line of links, the first is 2"),
        ("0-0\n0-0\n0-0", "line 3 of the links: there is no sentence 3; there are 2, numbered 1 to 2"),
        ("1\t0-0", "1 of 2 sentence pairs have no line of links, the first is 2"),
        ("1\t0-0\n1\t1-1", "line 2: sentence 1 has links in line 1 already"),
        ("1\t0-0\nx\t1-1", "line 2 of the links: .* expected the number of a sentence, a tab, and links"),
        ("0-0\n0-0 1_1", "line 2 of the links: “1_1” is no link; write 3-4, or 3p4"),
        ("1 1 1 S\n1 2 2 Q", "line 2 of the links: “1 2 2 Q” expected: sentence, source position, target position"),
        ("1 1 1 S\n5 1 1 S", "line 2 of the links: there is no sentence 5"),
        ("1 1 9 S", "line 1 of the links, sentence 1: 1 1 9 S has target position 9, but this sentence ends at 4"),
        ("", "the file of links is empty"),
        ("\n\n", "the file of links is empty"),
        ("hello world", "line 1 of the links: “hello world” expected links such as 0-0 1p2"),
        ("0-" + "9" * 5000, "line 1 of the links: .* expected links"),
    ],
)
def test_links_that_cannot_be_are_said_with_their_line_and_what_to_do(links, words):
    with pytest.raises(DataError, match=words):
        read_linked(FRENCH, ENGLISH, links)


def test_counting_that_was_said_wrong_is_answered_with_the_other():
    with pytest.raises(
        DataError, match="0-0 has source position 0, but positions are to count from 1; let them count from 0"
    ):
        read_linked("a", "b", "0-0", numbering=1)
    with pytest.raises(DataError, match=r"ends at 0 .1 tokens, counted from 0.: let them count from 1"):
        read_linked("a", "b", "1-1", numbering=0)
    with pytest.raises(DataError, match="sentence 1: 4-0 has source position 4, but this sentence ends at 3"):
        read_linked("le chat noir dort", "a", "4-0", numbering=0)
    assert read_linked("a b c", "b c d", "1-1", numbering=0) != read_linked("a b c", "b c d", "1-1", numbering=1)


@pytest.mark.parametrize(
    ("sources", "targets", "words"),
    [
        ("", "a", "the source sentences are empty"),
        ("a\nb", "a", "2 source sentences and 1 target sentences, and source sentence 2 has no target"),
        ("a", "a\nb", "target sentence 2 has no source"),
        ("a\n\nb", "a\nb\nc", "line 2 of the source sentences has no words"),
        ("1\ta\n1\tb", "1\ta", "line 2 of the source sentences: the number 1 is there already"),
        ("1\ta\nb", "1\ta", "line 2 of the source sentences has no number in front, and line 1 has"),
    ],
)
def test_sentences_that_do_not_belong_together_are_said(sources, targets, words):
    with pytest.raises(DataError, match=words):
        read_linked(sources, targets, "0-0")


def test_a_probability_behind_a_link_is_not_read():
    assert pharaoh("0-0:0.98 1p2:1e-3").links[1][2:5] == (1, 2, False)
