"""The page Gold alignments under AppTest: heads of shipped models, sentences that are brought, and what cannot be."""

import pytest
from streamlit.testing.v1 import AppTest

from core.metrics.link_extraction import EXTRACTIONS
from dashboard.components.gold_source import MINE
from tests.dashboard.test_pages import by_label, home, opened, said

__all__ = ["home"]
SYNONYMS = "demo/synonyms-transformer"
PAIRS = b"dog eats fast ||| Hund speist schnell\nsmall house ||| Heim\n"


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def at_page(run: str = SYNONYMS) -> AppTest:
    at = opened("gold_alignments")
    return by_label(at.selectbox, "Model").select(run).run()


def brought(links: bytes, sentences: bytes = PAIRS) -> AppTest:
    at = at_page()
    next(one for one in at.button_group if one.key == "gold where").set_value(MINE).run()
    at.file_uploader[0].upload("pairs.txt", sentences).run()
    return at.file_uploader[1].upload("links.txt", links).run()


@pytest.mark.parametrize("run", ["demo/reverse-transformer", "demo/reverse-gru", "demo/pinyin-transformer"])
def test_it_opens_with_the_error_of_every_head_and_the_best_one_named(run):
    at = at_page(run)
    assert not at.exception and said(at) == ""
    table = at.dataframe[0].value
    heads = table[table["head"] != "mean"]
    assert (
        len(heads) == {"reverse-transformer": 4, "reverse-gru": 1, "pinyin-transformer": 8}[run.removeprefix("demo/")]
    )
    assert table["AER"].between(0, 1).all() and table["mass AER"].between(0, 1).all()
    assert f"AER {heads['AER'].min():.3f}" in words(at) and "Every word has a gold link" in words(at)


@pytest.mark.parametrize("name", EXTRACTIONS)
def test_every_way_to_extract_links_can_be_chosen(name):
    at = at_page()
    by_label(at.selectbox, "A map's links are").select(name).run()
    assert not at.exception and said(at) == "" and len(at.dataframe[0].value) == 5
    assert (len(at.slider) == 1) == (name == "threshold")


def test_a_task_without_known_links_and_a_number_that_cannot_be_are_said():
    at = at_page("demo/dates-transformer")
    assert not at.exception and "the task dates does not say which source token" in said(at)
    at = at_page()
    by_label(at.number_input, "Sentences").set_value(0).run()
    assert not at.exception and "choose from 1 to 1,000" in said(at)


def test_sentences_with_links_are_read_and_null_words_and_fertility_shown():
    at = brought(b"0-0 1-1 2-2\n0p0 1-0\n")
    assert not at.exception and said(at) == "" and "**2 sentence pairs**" in words(at)
    by_label(at.selectbox, "Sentence").select_index(1).run()
    assert not at.exception and "Every word has a gold link" in words(at)
    by_label(at.selectbox, "Sentence").select_index(0).run()
    assert "Every word has a gold link" in words(at)


def test_words_without_a_gold_link_are_named():
    at = brought(b"0-0 2-2\n1-0\n")
    assert not at.exception and "Without a gold link (∅): source `eats`; target `speist`." in words(at)
    by_label(at.selectbox, "Sentence").select_index(1).run()
    assert not at.exception and "Without a gold link (∅): source `small`." in words(at)


@pytest.mark.parametrize(
    ("links", "sentences", "told"),
    [
        (b"0-0 1-1 2-9\n0-0", PAIRS, "2-9 has target position 9"),
        (b"0-0 1-1", PAIRS, "1 of 2 sentence pairs have no line of links"),
        (b"\x00\x01", PAIRS, "links.txt, line 1: a zero byte"),
        (b"0-0", b"no middle", "line 1 of the sentences: expected a source"),
        (b"0-0 1-1", "☃ ☃ ||| Hund Heim".encode(), "not one of the 1 sentence pairs can be read"),
    ],
)
def test_files_that_cannot_be_used_are_one_message(links, sentences, told):
    at = brought(links, sentences)
    assert not at.exception and told in said(at) and "incident" not in said(at)


def test_a_pair_the_model_cannot_read_is_left_out_and_said():
    at = brought(b"0-0\n0-0", "☃ ||| Hund\ndog ||| Hund".encode())
    assert not at.exception and "1 of 2 sentence pairs cannot be read and are left out; the first is 1" in said(at)
    assert "**1 sentence pair**" in words(at)
