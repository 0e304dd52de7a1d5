"""Positions that are added to the input, or read in: formulas by hand, what is equal and what must not be."""

import pytest
import torch

from core.attention.absolute import LearnedPositions, SinusoidalT2TPositions, sinusoids
from core.attention.positions import POSITIONS
from core.errors import InputError, SettingError
from core.models.labeler import Labeler
from core.models.recurrent_positions import RecurrentPositions
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

BOTH = [(torch.float64, 1e-10), (torch.float32, 1e-5)]


def vectors(*shape: int, name: str = "vectors") -> torch.Tensor:
    return torch.randn(*shape, generator=Seeds(3).generator(name), dtype=torch.float64)


def labeler(positions: str) -> Labeler:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        return Labeler(TransformerSettings(positions=positions, width=12, heads=3, longest=24), 7, 5).double().eval()


@torch.no_grad()
def labels(network: Labeler, tokens: torch.Tensor, valid: torch.Tensor | None = None) -> torch.Tensor:
    return network(tokens, torch.ones_like(tokens, dtype=torch.bool) if valid is None else valid)


@pytest.mark.parametrize(("dtype", "near"), BOTH)
def test_a_shift_turns_sinusoids_by_a_matrix_that_does_not_depend_on_the_place(dtype, near):
    width, count = 10, 33
    table = sinusoids(torch.arange(count), width, dtype)
    for shift in (1, 7, 20):
        turn = torch.zeros(width, width, dtype=dtype)
        for pair in range(width // 2):
            angle = torch.tensor(shift * 10000.0 ** (-2 * pair / width), dtype=dtype)
            cosine, sine = angle.cos(), angle.sin()
            block = torch.stack([torch.stack([cosine, sine]), torch.stack([-sine, cosine])])
            turn[2 * pair : 2 * pair + 2, 2 * pair : 2 * pair + 2] = block
        torch.testing.assert_close(table[:-shift] @ turn.T, table[shift:], atol=near, rtol=0)


@pytest.mark.parametrize(("dtype", "near"), BOTH)
def test_products_of_sinusoids_depend_on_the_distance_alone_and_those_of_learned_rows_do_not(dtype, near):
    table = sinusoids(torch.arange(30), 8, dtype)
    products = table @ table.T
    for distance in range(-29, 30):
        along = products.diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along), atol=near, rtol=0)
    learned = LearnedPositions(8, 30).table.weight
    assert (learned @ learned.T).diagonal(1).std() > 0.1


def test_the_layout_of_programs_has_all_sines_first_and_frequencies_down_to_one_in_ten_thousand():
    found = SinusoidalT2TPositions(8, 0).rows(torch.tensor([3, 300]), torch.float64)
    for row, place in enumerate((3, 300)):
        for pair in range(4):
            angle = torch.tensor(place * 10000.0 ** (-pair / 3), dtype=torch.float64)
            assert found[row, pair].item() == pytest.approx(angle.sin().item(), abs=1e-10)
            assert found[row, 4 + pair].item() == pytest.approx(angle.cos().item(), abs=1e-10)


def test_the_two_layouts_differ_by_more_than_an_order_of_features():
    places = torch.arange(1, 20)
    ours, theirs = sinusoids(places, 8), SinusoidalT2TPositions(8, 0).rows(places, torch.float32)
    assert (ours.sort(-1).values - theirs.sort(-1).values).abs().max() > 0.1


@pytest.mark.parametrize("name", ["sinusoidal", "sinusoidal_t2t"])
def test_an_odd_width_has_no_pairs(name):
    with pytest.raises(SettingError, match="width=7 is odd; sinusoidal positions come in pairs"):
        POSITIONS[name](7, 16)


def test_a_learned_table_raises_past_its_end_and_neither_wraps_nor_clamps():
    positions = LearnedPositions(4, 6)
    assert positions(torch.tensor([[0, 5]])).shape == (1, 2, 4)
    with pytest.raises(InputError, match="position 7 is past the 6 learned positions of this model; shorten the text"):
        positions(torch.tensor([[1, 6]]))


def test_places_that_were_never_seen_get_a_gradient_of_exactly_zero():
    network = labeler("learned").train()
    tokens = torch.randint(7, (3, 9), generator=Seeds(1).generator("tokens"))
    network(tokens, torch.ones_like(tokens, dtype=torch.bool)).square().sum().backward()
    rows = network.encoder.embedding.positions.table.weight.grad
    assert (rows[9:] == 0).all() and (rows[:9] != 0).any(dim=1).all()


def test_without_positions_two_equal_tokens_get_the_same_output_to_the_bit():
    tokens = torch.tensor([[3, 1, 4, 3, 2]])
    found = labels(labeler("none"), tokens)[0]
    assert torch.equal(found[0], found[3]) and not torch.equal(found[0], found[1])


@pytest.mark.parametrize(
    "name", ["sinusoidal", "sinusoidal_t2t", "learned", "floater", "rnn", "shaw", "xl", "t5", "rotary"]
)
def test_with_positions_two_equal_tokens_get_different_outputs(name):
    found = labels(labeler(name), torch.tensor([[3, 1, 4, 3, 2]]))[0]
    assert (found[0] - found[3]).abs().max() > 1e-4


@pytest.mark.parametrize("name", ["sinusoidal", "learned", "floater", "rnn", "shaw", "xl", "t5", "rotary"])
def test_a_permuted_input_is_a_permuted_output_without_positions_only(name):
    tokens, order = torch.tensor([[5, 1, 4, 3, 2, 6]]), torch.tensor([2, 0, 5, 1, 4, 3])
    free, bound = labeler("none"), labeler(name)
    torch.testing.assert_close(labels(free, tokens[:, order]), labels(free, tokens)[:, order], atol=1e-10, rtol=0)
    assert (labels(bound, tokens[:, order]) - labels(bound, tokens)[:, order]).abs().max() > 1e-4


# ---------------------------------------------------------------- read by a recurrent layer
def recurrent(width: int = 6) -> RecurrentPositions:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        return RecurrentPositions(width).double()


def test_a_swap_of_two_inputs_changes_what_a_recurrent_layer_gives_from_the_first_of_them_on():
    states, reading = vectors(2, 7, 6), recurrent()
    swapped = states[:, [0, 1, 4, 3, 2, 5, 6]]
    before, after = reading(states)[0], reading(swapped)[0]
    assert torch.equal(before[:, :2], after[:, :2])
    assert ((before[:, 2:] - after[:, 2:]).abs().amax(dim=-1) > 1e-6).all()


@pytest.mark.parametrize(("dtype", "near"), BOTH)
def test_reading_step_by_step_is_reading_at_once(dtype, near):
    states, reading = vectors(3, 8, 6).to(dtype), recurrent().to(dtype)
    whole, last = reading(states)
    parts, known = [], None
    for piece in states.split([1, 1, 3, 3], dim=1):
        read, known = reading(piece, None, known)
        parts.append(read)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=near, rtol=0)
    torch.testing.assert_close(known, last, atol=near, rtol=0)


def test_reading_on_passes_over_padding_and_remembers_what_was_known_before_it():
    states, reading = vectors(3, 5, 6), recurrent()
    valid = torch.tensor([[True] * 5, [False, False, True, True, False], [False] * 5])
    before = vectors(1, 3, 6, name="before")
    read, after = reading(states, valid, before)
    assert (read[~valid] == 0).all()
    torch.testing.assert_close(after[:, 2], before[:, 2])  # a row without a real state
    for row in (0, 1):
        alone, known = reading(states[row : row + 1, valid[row]], None, before[:, row : row + 1].contiguous())
        torch.testing.assert_close(read[row, valid[row]], alone[0], atol=1e-10, rtol=0)
        torch.testing.assert_close(after[:, row], known[:, 0], atol=1e-10, rtol=0)


@pytest.mark.parametrize("name", [*POSITIONS, "rnn"])
@pytest.mark.parametrize("left", [0, 3])
@pytest.mark.parametrize("right", [0, 2])
def test_padding_on_either_side_changes_nothing(name, left, right):
    network, tokens = labeler(name), torch.tensor([[3, 1, 4, 1, 5]])
    padded = torch.nn.functional.pad(tokens, (left, right), value=6)
    valid = torch.nn.functional.pad(torch.ones_like(tokens, dtype=torch.bool), (left, right), value=False)
    found = labels(network, padded, valid)[valid]
    torch.testing.assert_close(found, labels(network, tokens)[0], atol=1e-10, rtol=0)
