"""Location-aware attention: its formula pair by pair, what is left without locations, and that places are relative."""

import pytest
import torch

from core.attention.additive import Additive
from core.attention.attention import Attention
from core.attention.history import History
from core.attention.location import CHANNELS, Location, LocationAware
from core.attention.masks import valid_keys

DIM, KEYS, REACH = 6, 9, 2


def drawn(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def located(rows: tuple[str, ...] = ("last", "total")) -> LocationAware:
    torch.manual_seed(3)
    return LocationAware(Additive(4, 5, DIM), Location(DIM, REACH, rows))


def history(seed: int = 1) -> History:
    last, total = (drawn(2, 1, 1, KEYS, seed=seed + at).softmax(-1) for at in (0, 1))
    return History(last, last + total, last)


@pytest.mark.parametrize("silent", ["convolve", "project"])
def test_without_locations_it_is_additive_attention_to_the_bit(silent):
    aware, query, key = located(), drawn(2, 1, 4, 4), drawn(2, 1, KEYS, 5, seed=2)
    plain = Attention(aware.score)
    expected = plain(query, plain.prepare(key), key)
    moved = aware(query, aware.prepare(key), key)
    assert not torch.allclose(moved.weights[:, :, 1:], expected.weights[:, :, 1:], atol=1e-4)
    torch.nn.init.zeros_(getattr(aware.location, silent).weight)
    silenced = aware(query, aware.prepare(key), key)
    one_by_one = [plain(asked, plain.prepare(key), key) for asked in query.split(1, dim=2)]
    for part in ("context", "weights", "scores"):
        assert torch.equal(getattr(silenced, part), torch.cat([getattr(one, part) for one in one_by_one], dim=2))


def test_scores_are_the_formula_pair_by_pair():
    aware, query, key, past = located().double(), drawn(2, 1, 1, 4).double(), drawn(2, 1, KEYS, 5).double(), history()
    past = History(*(part.double() for part in past))
    attended, _ = aware.follow(query, aware.prepare(key), key, None, past)
    kernel, score = aware.location.convolve.weight, aware.score  # channel row reach
    for item in range(2):
        for at in range(KEYS):
            heard = torch.zeros(CHANNELS, dtype=torch.float64)
            for step in range(-REACH, REACH + 1):
                if 0 <= at + step < KEYS:
                    rows = torch.stack([past.last[item, 0, 0, at + step], past.total[item, 0, 0, at + step]])
                    heard += kernel[:, :, step + REACH] @ rows
            inner = score.w_query(query[item, 0, 0]) + score.w_key(key[item, 0, at]) + aware.location.project(heard)
            expected = torch.tanh(inner) @ score.v
            assert attended.scores[item, 0, 0, at].item() == pytest.approx(expected.item(), abs=1e-10)


@pytest.mark.parametrize("shift", [1, 3])
def test_earlier_weights_that_are_shifted_shift_what_is_heard_of_them(shift):
    location, past = Location(DIM, REACH), history()
    moved = History(*(torch.nn.functional.pad(part, (shift, -shift)) for part in past))
    here, there = location(past), location(moved)
    # where the kernel sees neither end, nor the weights that were shifted out
    inside = slice(REACH, KEYS - REACH - shift)
    torch.testing.assert_close(there[:, :, REACH + shift : KEYS - REACH], here[:, :, inside], atol=1e-6, rtol=0)
    assert not torch.allclose(there, here, atol=1e-3)


def test_the_rows_that_are_read_are_those_that_were_chosen():
    past = history()
    other = past._replace(total=past.total + 1.0)
    both, previous = located().location, located(("last",)).location
    assert previous.convolve.in_channels == 1 and both.convolve.in_channels == 2
    assert torch.equal(previous(past), previous(other)) and not torch.allclose(both(past), both(other))


def test_the_history_is_that_of_the_weights_that_multiplied():
    aware, query, key = located().double(), drawn(2, 1, 5, 4).double(), drawn(2, 1, KEYS, 5, seed=2).double()
    prepared = aware.prepare(key)
    attended, after = aware.follow(query, prepared, key, None, aware.begin(prepared))
    assert torch.equal(after.last, attended.weights[:, :, -1:])
    torch.testing.assert_close(after.total, attended.weights.sum(2, keepdim=True), atol=1e-12, rtol=0)


def test_queries_one_by_one_and_reordered_between_two_are_those_asked_together():
    aware, query, key = located().double(), drawn(2, 1, 5, 4).double(), drawn(2, 1, KEYS, 5, seed=2).double()
    prepared = aware.prepare(key)
    whole = aware(query, prepared, key)
    past, order, turned = aware.begin(prepared), torch.tensor([0, 1]), torch.tensor([1, 0])
    for at in range(5):
        past, order = past.select(turned), order[turned]
        one, past = aware.follow(query[order, :, at : at + 1], prepared[order], key[order], None, past)
        torch.testing.assert_close(one.weights[:, :, 0], whole.weights[order, :, at], atol=1e-12, rtol=0)


def test_padding_changes_no_weight():
    aware, query, key = located().double(), drawn(2, 1, 5, 4).double(), drawn(2, 1, KEYS, 5, seed=2).double()
    alone = aware(query, aware.prepare(key), key).weights
    wide = torch.nn.functional.pad(key, (0, 0, 0, 4), value=7.0)
    valid = torch.arange(KEYS + 4)[None].expand(2, -1) < KEYS
    padded = aware(query, aware.prepare(wide), wide, valid_keys(valid)).weights
    torch.testing.assert_close(padded[..., :KEYS], alone, atol=1e-12, rtol=0)
    assert (padded[..., KEYS:] == 0).all()


def test_gradients_flow_back_through_earlier_weights():
    aware, query, key = located().double(), drawn(1, 1, 3, 4).double(), drawn(1, 1, KEYS, 5, seed=2).double()
    query.requires_grad_()
    (gradient,) = torch.autograd.grad(aware(query, aware.prepare(key), key).weights[0, 0, 2].square().sum(), query)
    assert (gradient[0, 0].abs().sum(-1) > 0).all()  # also the first query's, which is heard of two queries later
