"""The chain by hand: the lecture's four vectors to the last digit, every step against its formula, record against model."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Generator

from core.attention.normalizers import NORMALIZERS
from core.attention.patterns import PATTERNS
from core.attention.relations import RELATIONS
from core.attention.scores import SCORES
from core.attention.worksheet import NAMES, Fault, Worksheet, pack, random_sheet, read_cells, sheet, unpack
from core.attention.worksheet_chain import NO_POSITIONS, Worked, work_out
from core.attention.worksheet_presets import FIRST, PRESETS
from core.errors import AttentionLabError, DataError, InputError, SettingError, ShapeError
from core.recording.chain import Chain, Quantity, Recipe

LECTURE = PRESETS[FIRST].make(4, 2, Generator())
POSITIONS = (NO_POSITIONS, "sinusoidal", *RELATIONS)


def drawn(count: int = 5, width: int = 4, seed: int = 3) -> Worksheet:
    return random_sheet(count, width, Generator().manual_seed(seed))


def worked(worksheet: Worksheet, **how: object) -> Chain:
    return work_out(worksheet, Worked.from_dict(how))


def close(one, other) -> None:
    np.testing.assert_allclose(one, other, atol=1e-10, rtol=0)


def test_the_lectures_four_vectors_give_q_k_v_the_scores_and_b1_by_hand():
    chain = worked(LECTURE)
    assert chain["query"][0].tolist() == [[1, 1], [0, 1], [1, 2], [2, 1]]
    assert chain["key"][0].tolist() == [[0, 1], [1, 0], [1, 1], [-1, 2]]
    assert chain["value"][0].tolist() == [[1, 0], [0, 2], [1, 2], [2, -2]]
    assert chain["scores"][0].tolist() == [[1, 1, 2, 1], [1, 0, 1, 2], [2, 1, 3, 3], [1, 2, 3, 0]]
    e = math.e  # weights of b¹: e, e, e², e over their sum 3e + e²
    close(chain["weights"][0, 0], [1 / (3 + e), 1 / (3 + e), e / (3 + e), 1 / (3 + e)])
    close(chain["context"][0, 0], [1, 2 * e / (3 + e)])


def test_a_loop_over_queries_is_the_matrix_form():
    chain = worked(drawn(), score="scaled_dot", heads=2, mask="causal")
    for head in range(2):
        for at in range(5):
            query, keys = chain["query"][head, at], chain["key"][head, : at + 1]
            grown = [math.exp(float(query @ key) / math.sqrt(2)) for key in keys]
            mixed = sum(weight * value for weight, value in zip(grown, chain["value"][head])) / sum(grown)
            close(chain["context"][head, at], mixed)


def made(chain: Chain, one: Quantity) -> np.ndarray | None:
    """A quantity by its recipe, in NumPy; None where the recipe leaves it to the engine."""
    of = [chain[name] for name in one.recipe.of]
    if one.recipe.kind == "rows":
        return of[0] @ of[1].swapaxes(-1, -2)
    if one.recipe.kind == "mixed":
        return chain.mixed()
    if one.recipe.kind == "sum":
        return of[0] + of[1]
    if one.recipe.kind == "quotient":
        return of[0] / one.recipe.number
    if one.recipe.kind == "additive":
        return (np.tanh(of[0][:, :, None] + of[1][:, None]) * of[2][:, None]).sum(-1)
    if one.recipe.kind == "joined":
        return np.concatenate(list(of[0]), axis=-1)[None]
    if one.recipe.kind == "blocked":
        return np.where(np.isinf(one.values), -np.inf, of[0])
    if one.recipe.kind == "normalized":
        mask = torch.from_numpy(np.isfinite(of[0]))[None]
        return NORMALIZERS[chain.normalizer](torch.from_numpy(of[0])[None], mask)[0].numpy()
    return None


@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("score", SCORES)
def test_every_step_is_what_its_recipe_says(score, positions):
    kind = RELATIONS.get(positions)
    if kind is not None and kind.scores and score not in kind.scores:
        with pytest.raises(SettingError, match=f"positions={positions} does not go with score={score}"):
            worked(drawn(), score=score, positions=positions)
        return
    chain = worked(drawn(), score=score, positions=positions, heads=2, mask="local", temperature=1.7)
    kinds = {one.recipe.kind for one in chain.quantities}
    assert {"rows", "quotient", "blocked", "normalized", "mixed", "joined"} <= kinds
    for one in chain.quantities:
        expected = made(chain, one)
        if expected is not None:
            close(one.values, expected)
    assert chain.difference < 1e-12


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_row_sums_are_shown_as_they_are(normalizer):
    chain = worked(drawn(), normalizer=normalizer, mask="causal")
    assert (np.abs(chain.row_sums - 1) < 1e-6).all() == NORMALIZERS[normalizer].sums_to_one
    assert chain.allowed.tolist() == [[1, 2, 3, 4, 5]]


@pytest.mark.parametrize("mask", PATTERNS)
def test_what_a_mask_forbids_has_the_score_minus_infinity_and_the_weight_zero(mask):
    chain = worked(drawn(6), mask=mask, window=2)
    allowed = PATTERNS[mask].mask(6, 2)[0].expand(1, 6, 6).numpy()
    assert (chain["weights"][~allowed] == 0).all() and (chain["weights"][allowed] > 0).all()
    assert ("masked" in chain) == (mask != "full")
    if "masked" in chain:
        assert (np.isinf(chain["masked"]) == ~allowed).all()


def test_equal_vectors_get_equal_outputs_until_they_are_told_their_places():
    twins = PRESETS["twins"].make(5, 2, Generator())
    alike = worked(twins)["context"][0]
    assert (alike[0] == alike[2]).all()
    parted = worked(twins, positions="sinusoidal")["context"][0]
    assert np.abs(parted[0] - parted[2]).max() > 0.01


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_worked_out_and_packed(name):
    one = PRESETS[name].make(4, 3, Generator().manual_seed(1))
    assert unpack(pack(one)) == one and PRESETS[name].lesson
    assert np.isfinite(worked(one)["context"]).all()


def test_another_size_keeps_what_was_there_and_fills_with_zeros_and_a_diagonal():
    grown = LECTURE.resized(5, 3)
    assert grown.matrices["vectors"] == ((1, 0, 0), (0, 1, 0), (1, 1, 0), (2, -1, 0), (0, 0, 0))
    assert grown.matrices["w_query"] == ((1, 0, 0), (1, 1, 0), (0, 0, 1))
    assert grown.resized(4, 2) == LECTURE
    with pytest.raises(SettingError, match="9 vectors cannot be shown by hand: choose 2 to 8"):
        LECTURE.resized(9, 2)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "this cell is empty"),
        ("abc", "“abc” is no number"),
        ("1e308", "too large"),
        ("nan", "no finite number"),
        ("-inf", "no finite number"),
        (None, "must be a number"),
        (True, "must be a number"),
    ],
)
def test_a_cell_that_is_no_number_is_named(typed, words):
    cells = {name: [list(row) for row in LECTURE.matrices[name]] for name in NAMES}
    assert read_cells(cells) == LECTURE
    cells["w_key"][1][0] = typed
    fault = read_cells(cells)
    assert isinstance(fault, Fault) and (fault.name, fault.row, fault.column) == ("w_key", 1, 0)
    assert words in fault.words
    cells["w_key"][1][0] = " −0,5 "
    assert read_cells(cells).matrices["w_key"][1][0] == -0.5


@pytest.mark.parametrize("cells", [None, [], {}, dict.fromkeys(NAMES, 1), {name: [[1.0]] for name in NAMES}])
def test_what_nobody_can_type_is_refused(cells):
    with pytest.raises(DataError, match="worksheet"):
        read_cells(cells)


@pytest.mark.parametrize("link", ["", "abc", "é" * 9, "x" * 5000, pack(LECTURE)[:-4]])
def test_a_damaged_link_is_refused_in_one_sentence(link):
    with pytest.raises(DataError, match="the numbers in this link are damaged"):
        unpack(link)


def test_heads_that_cannot_share_the_features_and_numbers_that_run_over_are_refused():
    with pytest.raises(SettingError, match="4 features cannot be shared by 3 heads: choose 1, 2 or 4 heads"):
        worked(drawn(), heads=3)
    with pytest.raises(InputError, match="run over at “tempered”: choose smaller ones, or a temperature nearer to 1"):
        worked(sheet([[1e6, 0], [0, 1e6]]), temperature=1e-300)
    assert worked(sheet([[1e6, 0], [0, 1e6]]))["weights"][0].tolist() == [[1, 0], [0, 1]]


def test_nothing_of_it_draws_from_the_global_generator():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    for positions in POSITIONS:
        first, again = (worked(drawn(), positions=positions, score="scaled_dot", heads=2) for _ in range(2))
        assert all((one.values == two.values).all() for one, two in zip(first.quantities, again.quantities))
    assert torch.equal(before, torch.get_rng_state())


def test_a_record_that_lost_a_value_shows_in_its_check():
    whole = worked(drawn())
    assert whole.difference < 1e-12
    torn = tuple(replace(one, values=one.values * 1.5) if one.name == "value" else one for one in whole.quantities)
    assert replace(whole, quantities=torn).difference > 0.05


def test_a_chain_that_does_not_hang_together_is_refused_and_a_head_can_be_taken_out():
    chain = worked(drawn(), heads=2)
    one = chain.head(1)
    assert (
        one.heads == 1
        and (one["weights"][0] == chain["weights"][1]).all()
        and (one["vectors"] == chain["vectors"]).all()
    )
    for wrong, words in (
        (lambda: chain.head(2), "no head 2"),
        (lambda: chain["sigma"], "has no 'sigma'; it has: vectors"),
        (lambda: Recipe("guessed"), "not 'guessed'"),
        (lambda: replace(chain, queries=("1",)), "do not fit 1 query and 5 key labels"),
        (lambda: replace(chain, quantities=chain.quantities[::-1]), "does not come before it"),
        (lambda: replace(chain, quantities=chain.quantities[:3]), "a chain needs context, value, weights too"),
    ):
        with pytest.raises(ShapeError, match=words):
            wrong()
    assert issubclass(ShapeError, AttentionLabError)
