"""Relations by hand: each formula as naive loops, what a shift of all places changes, and one query of a decoder."""

import math

import pytest
import torch

from core.attention.absolute import sinusoids
from core.attention.biases import Alibi, AsymmetricAlibi, T5Bias, buckets, slopes
from core.attention.multihead import MultiHeadAttention
from core.attention.positions import POSITIONS
from core.attention.relation import AbstractRelation
from core.attention.relations import RELATIONS
from core.attention.rotary import Rotary, angles, halves_order, turn_halves, turn_neighbors
from core.attention.shaw import Shaw
from core.attention.transformer_xl import TransformerXL
from core.errors import SettingError
from core.seeds import Seeds

HEADS, DIM, BATCH = 3, 4, 2
PLACES = torch.tensor([[0, 1, 2, 3, 4, 5, 6], [3, 4, 5, 9, 40, 41, 200]])  # rows need not be numbered alike
BOTH = [(torch.float64, 1e-10), (torch.float32, 1e-5)]


def vectors(*shape: int, name: str = "vectors", dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, generator=Seeds(5).generator(name), dtype=torch.float64).to(dtype)


def relation(name: str, dtype: torch.dtype = torch.float64) -> AbstractRelation:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(6)
        made = RELATIONS[name](HEADS, DIM).to(dtype)
        for parameter in made.parameters():  # also those that start from zero
            torch.nn.init.normal_(parameter)
    return made


def heads(name: str, time: int = 7, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return vectors(BATCH, HEADS, time, DIM, name=name, dtype=dtype)


def attention(relation: AbstractRelation) -> MultiHeadAttention:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return MultiHeadAttention(HEADS * DIM, HEADS, relation=relation)


def looked(of: MultiHeadAttention, states: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    query, own = of.project(states, places)
    return of.look(query, own, None, places, places)


# ---------------------------------------------------------------- shifts
@pytest.mark.parametrize("name", RELATIONS)
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-10), (torch.float32, 1e-6)])
def test_a_shift_of_all_places_changes_nothing(name, dtype, near):
    kind = relation(name, dtype)
    if name in ("t5", "xl", "shaw"):  # fresh sizes: random ones of size 1 leave no room for 1e-6 of float32
        for parameter in kind.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
    of, states = attention(kind).to(dtype), vectors(BATCH, 7, HEADS * DIM, dtype=dtype)
    near_places = PLACES.clamp(max=60)
    here, there = (looked(of, states, near_places + shift) for shift in (0, 11))
    torch.testing.assert_close(there, here, atol=near, rtol=0)
    shuffled = near_places[:, torch.tensor([6, 0, 3, 1, 2, 5, 4])]
    assert (looked(of, states, shuffled) - here).abs().max() > 1e-3  # places are no matter of indifference


@pytest.mark.parametrize("name", ["sinusoidal", "sinusoidal_t2t", "learned", "floater"])
def test_a_shift_of_all_places_changes_what_is_added_to_the_input(name):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        added = POSITIONS[name](HEADS * DIM, 64)
        of = MultiHeadAttention(HEADS * DIM, HEADS)
    states = vectors(BATCH, 7, HEADS * DIM, dtype=torch.float32)
    places = torch.arange(7).expand(BATCH, -1)
    here, there = (states + added(places + shift) for shift in (0, 11))
    assert (of(there, of.prepare(there)) - of(here, of.prepare(here))).abs().max() > 1e-2


@pytest.mark.parametrize("name", RELATIONS)
def test_the_last_row_is_what_a_decoder_asks_for_with_one_query(name):
    kind, states = relation(name), vectors(BATCH, 7, HEADS * DIM)
    of, places = attention(kind).double(), torch.arange(7)[None]
    query, own = of.project(states, places)
    last, _ = of.project(states[:, -1:], torch.tensor([[6]]))
    torch.testing.assert_close(last, query[:, :, -1:], atol=1e-10, rtol=0)
    whole = kind.bias(query, own.key, places, places)
    one = kind.bias(last, own.key, torch.tensor([[6]]), places)
    assert (whole is None) == (one is None)
    if whole is not None:
        torch.testing.assert_close(one, whole[:, :, -1:], atol=1e-10, rtol=0)
    found = of.look(last, own, None, torch.tensor([[6]]), places)
    torch.testing.assert_close(found, of.look(query, own, None, places, places)[:, -1:], atol=1e-10, rtol=0)


# ---------------------------------------------------------------- Shaw
@pytest.mark.parametrize(("dtype", "near"), BOTH)
def test_shaw_is_its_formula_pair_by_pair(dtype, near):
    kind = relation("shaw", dtype)
    assert isinstance(kind, Shaw)
    query, key, value = (heads(name, dtype=dtype) for name in ("query", "key", "value"))
    weights = torch.softmax(heads("weights", dtype=dtype) @ key.mT, -1)
    scores, mixed = query @ key.mT / math.sqrt(DIM) + kind.bias(query, key, PLACES, PLACES), weights @ value
    mixed = mixed + kind.mix(weights, PLACES, PLACES)
    for row in range(BATCH):
        for head in range(HEADS):
            for i in range(7):
                total = torch.zeros(DIM, dtype=dtype)
                for j in range(7):
                    r = max(-16, min(16, int(PLACES[row, j] - PLACES[row, i]))) + 16
                    score = query[row, head, i] @ (key[row, head, j] + kind.keys[r]) / math.sqrt(DIM)
                    torch.testing.assert_close(scores[row, head, i, j], score, atol=near, rtol=near)
                    total = total + weights[row, head, i, j] * (value[row, head, j] + kind.values[r])
                torch.testing.assert_close(mixed[row, head, i], total, atol=near, rtol=near)


# ---------------------------------------------------------------- Transformer-XL
@pytest.mark.parametrize(("dtype", "near"), BOTH)
def test_transformer_xl_is_its_four_terms_pair_by_pair(dtype, near):
    kind = relation("xl", dtype)
    assert isinstance(kind, TransformerXL)
    query, key = heads("query", dtype=dtype), heads("key", dtype=dtype)
    scores = query @ key.mT / math.sqrt(DIM) + kind.bias(query, key, PLACES, PLACES)
    for row in range(BATCH):
        for head in range(HEADS):
            for i in range(7):
                for j in range(7):
                    behind = PLACES[row, i] - PLACES[row, j]
                    place = (kind.w_distance.weight @ sinusoids(behind[None], HEADS * DIM, dtype)[0]).view(HEADS, DIM)
                    q, k = query[row, head, i], key[row, head, j]
                    score = ((q + kind.u[head]) @ k + (q + kind.v[head]) @ place[head]) / math.sqrt(DIM)
                    torch.testing.assert_close(scores[row, head, i, j], score, atol=near * 10, rtol=near)


# ---------------------------------------------------------------- T5
def enumerated(distance: int) -> int:
    """The bucket, by listing where each begins: 0 … 7 alone, then eight that grow by 16^(1/8) up to 128."""
    begins = [*range(8), *(math.ceil(8 * 16 ** (k / 8) - 1e-9) for k in range(8))]
    bucket = max(at for at, begin in enumerate(begins) if abs(distance) >= begin)
    return bucket + 16 * (distance > 0)


def test_t5_buckets_are_an_independent_enumeration_for_32_buckets_up_to_128():
    distances = list(range(-300, 301))
    assert buckets(torch.tensor(distances)).tolist() == [enumerated(distance) for distance in distances]
    assert set(buckets(torch.tensor(distances)).tolist()) == {*range(32)} - {16}  # 16 would be "0 ahead"


def test_t5_adds_the_number_of_the_bucket_to_every_head():
    kind = relation("t5")
    assert isinstance(kind, T5Bias)
    found = kind.bias(heads("query"), heads("key"), PLACES, PLACES)
    for row in range(BATCH):
        for i in range(7):
            for j in range(7):
                bucket = enumerated(int(PLACES[row, j] - PLACES[row, i]))
                assert torch.equal(found[row, :, i, j], kind.table[bucket])


# ---------------------------------------------------------------- rotary
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
def test_products_of_turned_vectors_depend_on_the_distance_alone_and_lengths_stay(dtype, near):
    query, key = vectors(1, 8, name="query", dtype=dtype), vectors(1, 8, name="key", dtype=dtype)

    def turned(vector: torch.Tensor, place: int) -> torch.Tensor:
        return turn_neighbors(vector, angles(torch.tensor([[place]]), 8, dtype)[0])

    for m, n in ((0, 0), (5, 2), (2, 5), (40, 7)):
        for shift in (1, 13):
            here = (turned(query, m) * turned(key, n)).sum()
            there = (turned(query, m + shift) * turned(key, n + shift)).sum()
            torch.testing.assert_close(there, here, atol=near, rtol=0)
        torch.testing.assert_close(turned(query, m).norm(), query.norm(), atol=near, rtol=0)
    assert abs((turned(query, 5) * turned(key, 2)).sum() - (turned(query, 2) * turned(key, 5)).sum()) > 1e-2


def test_neighbours_and_halves_are_one_rotation_in_another_order_of_the_features():
    states, by = vectors(2, 3, 7, 10), angles(torch.arange(7)[None], 10, torch.float64)
    order = halves_order(10)
    torch.testing.assert_close(
        turn_halves(states[..., order], by), turn_neighbors(states, by)[..., order], atol=1e-12, rtol=0
    )
    assert (turn_halves(states, by) - turn_neighbors(states, by)).abs().max() > 0.1


def test_a_pair_turns_by_place_times_its_own_speed():
    kind = relation("rotary")
    ones = torch.zeros(1, HEADS, 1, DIM, dtype=torch.float64)
    ones[..., 0::2] = 1.0
    found = kind.turn(ones, torch.tensor([[5]]))[0, 0, 0]
    expected = [math.cos(5), math.sin(5), math.cos(5 / 100), math.sin(5 / 100)]  # 10000^(−2/4) = 1/100
    assert found.tolist() == pytest.approx(expected, abs=1e-12)


def test_a_head_of_odd_size_has_no_pairs_to_turn():
    with pytest.raises(SettingError, match="a head of dim=5 features has no pairs for rotary positions"):
        Rotary(2, 5)


# ---------------------------------------------------------------- ALiBi
def test_eight_heads_have_slopes_of_exactly_a_half_down_to_one_in_256():
    assert slopes(8) == (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256)
    assert slopes(1) == (1 / 256,) and slopes(4) == (1 / 4, 1 / 16, 1 / 64, 1 / 256)


def test_other_numbers_of_heads_take_every_other_slope_of_the_next_power():
    assert slopes(6) == (1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8)
    root = 2**-0.5
    assert slopes(12) == pytest.approx((*slopes(8), root, root / 2, root / 4, root / 8), abs=1e-15)
    assert all(len(set(slopes(count))) == count for count in range(1, 17))


def test_alibi_falls_alike_to_both_sides_and_asymmetric_alibi_with_another_slope_to_each():
    query = heads("query")
    like = Alibi(HEADS, DIM).bias(query, query, PLACES, PLACES)
    unlike = AsymmetricAlibi(HEADS, DIM).bias(query, query, PLACES, PLACES)
    gentle = slopes(HEADS)
    left = [gentle[0], 16 * gentle[1], gentle[2]]  # of neighboring heads one looks back, the other ahead
    right = [16 * gentle[0], gentle[1], 16 * gentle[2]]
    for row in range(BATCH):
        for head in range(HEADS):
            for i in range(7):
                for j in range(7):
                    behind = int(PLACES[row, i] - PLACES[row, j])
                    slope = left[head] if behind > 0 else right[head]
                    assert like[row, head, i, j].item() == pytest.approx(-gentle[head] * abs(behind), abs=1e-10)
                    assert unlike[row, head, i, j].item() == pytest.approx(-slope * abs(behind), abs=1e-10)


def test_a_single_head_of_asymmetric_alibi_looks_back():
    query = vectors(1, 1, 7, DIM)
    bias = AsymmetricAlibi(1, DIM).bias(query, query, PLACES[:1], PLACES[:1])[0, 0]
    assert bias[3, 2] == -1 / 256 and bias[3, 4] == -16 / 256


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_says_in_a_line_what_it_is(name):
    assert RELATIONS[name].summary and "\n" not in RELATIONS[name].summary
