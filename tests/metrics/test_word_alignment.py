"""Alignment error by hand and as a law; links from maps; two directions made one; the published figure of a shipped output."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.linked_sentences import LinkedPair, read_linked, split_middle
from core.data.word_links import GoldLinks
from core.errors import DataError
from core.metrics.link_extraction import (
    EXTRACTIONS,
    SYMMETRIZATIONS,
    above,
    diagonal,
    grow_diag,
    grow_diag_final,
    grow_diag_final_and,
    largest_in_column,
    largest_in_row,
)
from core.metrics.word_alignment import Agreement, agreement, fertility, mass_agreement, pooled, unlinked

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LINKS = st.frozensets(st.tuples(st.integers(0, 4), st.integers(0, 5)), max_size=12)
MAP = np.array([[0.7, 0.2, 0.1, 0.0], [0.1, 0.5, 0.4, 0.0], [0.6, 0.0, 0.1, 0.3]])


def test_alignment_error_precision_recall_and_f_by_hand():
    gold = GoldLinks.of(sure=[(0, 0), (1, 1)], possible=[(2, 1), (2, 2)])
    found = agreement([(0, 0), (2, 2), (2, 3)], gold)
    assert found == Agreement(found=3, sure=2, found_sure=1, found_possible=2)
    assert found.error_rate == pytest.approx(1 - (1 + 2) / (3 + 2))
    assert (found.precision, found.recall, found.f) == pytest.approx((2 / 3, 1 / 2, 4 / 7))


@given(found=LINKS, sure=LINKS, also=LINKS)
def test_the_error_is_zero_exactly_where_every_sure_link_and_nothing_impossible_was_found(found, sure, also):
    gold = GoldLinks.of(sure, also)
    one = agreement(found, gold)
    assert 0 <= one.error_rate <= 1
    assert (one.error_rate == 0) == (gold.sure <= found <= gold.possible)


@given(found=LINKS, sure=LINKS, also=LINKS)
def test_links_as_a_map_of_ones_have_the_same_error_by_mass(found, sure, also):
    gold, ones = GoldLinks.of(sure, also), np.zeros((5, 6))
    for link in found:
        ones[link] = 1
    assert mass_agreement(ones, gold) == agreement(found, gold)


def test_mass_counts_each_cell_as_much_as_it_weighs_and_refuses_signs():
    gold = GoldLinks.of(sure=[(0, 0), (2, 0)], possible=[(1, 1), (1, 2)])
    one = mass_agreement(MAP, gold)
    assert tuple(one) == pytest.approx((3.0, 2, 1.3, 2.2))
    assert one.error_rate == pytest.approx(1 - 3.5 / 5)
    assert math.isnan(mass_agreement(-MAP, gold).error_rate) and math.isnan(
        mass_agreement(MAP * np.nan, gold).error_rate
    )


def test_a_corpus_has_the_error_of_its_sums_and_not_the_mean_of_errors():
    parts = [Agreement(1, 1, 1, 1), Agreement(3, 3, 0, 0)]
    assert pooled(parts) == Agreement(4, 4, 1, 1) and pooled(parts).error_rate == 0.75
    assert pooled([]).error_rate == 0 and math.isnan(pooled([]).precision) and math.isnan(pooled([]).recall)


def test_links_of_a_map_by_rows_by_columns_and_by_a_threshold():
    assert largest_in_row(MAP) == {(0, 0), (1, 1), (2, 0)}
    assert largest_in_column(MAP) == {(0, 0), (1, 1), (1, 2), (2, 3)}
    assert above(MAP, 0.4) == {(0, 0), (1, 1), (1, 2), (2, 0)}
    assert EXTRACTIONS["rows and columns: intersection"](MAP) == {(0, 0), (1, 1)}
    assert EXTRACTIONS["rows and columns: union"](MAP) == largest_in_row(MAP) | largest_in_column(MAP)


def test_two_directions_grow_along_neighbours_and_end_as_the_final_step_says():
    forward = frozenset({(0, 0), (1, 1), (4, 4), (2, 5)})
    backward = frozenset({(0, 0), (2, 1), (4, 5)})
    grown = {(0, 0), (1, 1), (2, 1)}  # (1, 1) lies across the corner of (0, 0), (2, 1) below it
    assert grow_diag(forward, backward) == grown
    assert grow_diag_final(forward, backward) == grown | {(2, 5), (4, 4)}  # (4, 5): both of its tokens have links then
    assert grow_diag_final_and(forward, backward) == grown | {(4, 4)}  # target 2 has a link already


@given(forward=LINKS, backward=LINKS)
def test_every_symmetrization_lies_between_intersection_and_union(forward, backward):
    for combine in SYMMETRIZATIONS.values():
        assert forward & backward <= combine(forward, backward) <= forward | backward


@pytest.mark.parametrize("name", EXTRACTIONS)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 5)])
def test_a_map_without_weight_has_no_links(name, shape):
    assert EXTRACTIONS[name](np.zeros(shape)) == frozenset()


def test_fertility_and_words_without_a_link():
    links = [(0, 1), (2, 1), (3, 0)]
    assert fertility(links, 3) == [1, 2, 0] and unlinked(links, 5) == [1, 4]


def test_a_sure_link_must_be_possible():
    with pytest.raises(DataError, match="target 1 and source 0 is sure but not possible"):
        GoldLinks(frozenset({(1, 0)}), frozenset())


def corpus_error(pairs: tuple[LinkedPair, ...], outputs: tuple[LinkedPair, ...]) -> float:
    return pooled(agreement(out.links.sure, pair.links) for pair, out in zip(pairs, outputs, strict=True)).error_rate


def test_the_shipped_output_of_a_published_aligner_has_the_published_error():
    folder = DATA / "align-enfr-hansards"
    if not folder.is_dir():
        pytest.skip("the hand-aligned Hansards are not beside this checkout (../shared/data/align-enfr-hansards)")
    sources, targets = split_middle((folder / "enfr.src-tgt").read_text("utf-8"))
    gold = read_linked(sources, targets, (folder / "enfr.gold").read_text("utf-8"))  # counts from 1
    output = read_linked(sources, targets, (folder / "enfr.awesome-align.out").read_text("utf-8"))  # counts from 0
    assert len(gold) == 447 and sum(len(pair.links.sure) for pair in gold) == 4038
    assert sum(len(pair.links.possible) for pair in gold) == 4038 + 13_400
    assert round(100 * corpus_error(gold, output), 1) == 4.1 and round(corpus_error(gold, output), 4) == 0.0407
    assert corpus_error(gold, gold) == 0
    along = [agreement(diagonal(len(pair.target), len(pair.source)), pair.links) for pair in gold]
    assert 0.5 < pooled(along).error_rate < 0.6


@pytest.mark.parametrize(
    ("french", "english", "counts"), [("ChatBotte", "MasterCat", (52, 1173, 1416)), ("LaBarbeBleue", "BlueBeard", (68, 1151, 1913))]
)  # fmt: skip
def test_tales_with_numbered_lines_are_read_and_the_wrong_order_is_noticed(french, english, counts):
    folder = DATA / "align-enfr-alibi" / f"{french}_{english}"
    if not folder.is_dir():
        pytest.skip("the hand-aligned tales are not beside this checkout (../shared/data/align-enfr-alibi)")
    texts = [(folder / name).read_text("utf-8") for name in (f"{french}_sents.txt", f"{english}_sents.txt")]
    links = (folder / f"ali_w2w_{french}_{english}.txt").read_text("utf-8")
    pairs = read_linked(*texts, links)
    sure, possible = (
        sum(len(part) for part in parts) for parts in zip(*[(p.links.sure, p.links.possible) for p in pairs])
    )
    assert (len(pairs), sure, possible - sure) == counts
    with pytest.raises(DataError, match="positions are in the other order"):
        read_linked(*texts, links, order="target-source")
