"""Two GANs of one seed: the same networks at first, the same digits, norms that hold, and looking that changes nothing."""

import numpy as np
import pytest
import torch

from core.models.adversarial import NOISE, Discriminator, normed
from core.runs.gan_race import SAMPLES, WITH, WITHOUT, GanRace
from core.training.adversarial_trainer import BATCH, discriminator_loss


@pytest.fixture(scope="module")
def raced() -> GanRace:
    one = GanRace(3, steps=6)
    one.go_on()
    return one


def test_before_the_first_step_both_make_the_same_pictures_to_the_bit_and_then_they_part():
    one = GanRace(5, steps=4)
    first = one.samples()
    assert np.array_equal(first[WITH].pictures, first[WITHOUT].pictures) and np.ptp(first[WITH].pictures) > 0
    one.go_on()
    later = one.samples()
    assert not np.array_equal(later[WITH].pictures, later[WITHOUT].pictures)
    assert not np.array_equal(later[WITH].pictures, first[WITH].pictures)


def test_both_have_as_many_steps_and_gamma_leaves_zero_where_there_is_one(raced):
    assert raced.done and {one.step for one in raced.trainers.values()} == {6}
    assert all(len(one.losses) == 6 and np.isfinite(one.losses).all() for one in raced.trainers.values())
    assert raced.trainers[WITHOUT].gammas == [] and len(raced.trainers[WITH].gammas) == 6
    assert all(gamma != 0 for gamma in raced.trainers[WITH].gammas[-1])


def test_a_pixel_looks_at_all_places_of_its_own_picture(raced):
    found = raced.samples()
    assert found[WITHOUT].looks is None and found[WITHOUT].look(0, 1, 2) is None
    assert found[WITH].pictures.shape == (SAMPLES, 8, 8) and np.abs(found[WITH].pictures).max() <= 1
    look = found[WITH].look(5, 2, 7)
    assert look is not None and look.shape == (8, 8) and look.sum() == pytest.approx(1, abs=1e-5)
    assert look[3, 1] == found[WITH].looks[5, 2 * 8 + 7, 3 * 8 + 1]


def test_pooled_a_pixel_looks_at_a_quarter_as_many_places_laid_out_as_squares():
    found = GanRace(3, steps=1, pooled=2).samples()[WITH]
    assert found.looks is not None and found.looks.shape == (SAMPLES, 64, 16)
    look = found.look(5, 2, 7)
    assert look is not None and look.shape == (4, 4) and look.sum() == pytest.approx(1, abs=1e-5)
    assert look[1, 3] == found.looks[5, 2 * 8 + 7, 1 * 4 + 3]


def test_to_look_in_between_changes_no_training():
    quiet, watched = (GanRace(4, steps=3) for _ in range(2))
    quiet.go_on()
    while not watched.done:
        watched.samples()
        watched.advance()
    for name in quiet.trainers:
        assert quiet.trainers[name].losses == watched.trainers[name].losses
        assert np.array_equal(quiet.samples()[name].pictures, watched.samples()[name].pictures)


def test_a_normalized_map_stretches_nothing():
    torch.manual_seed(0)  # how fast the power method comes near depends on how far the two largest values are apart
    layer = torch.nn.Conv2d(3, 5, 3)
    with torch.no_grad():
        layer.weight.mul_(40)
    normed(layer)
    for _ in range(200):  # a step of the power method each
        layer(torch.zeros(1, 3, 4, 4))
    largest = torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
    assert float(largest.detach()) == pytest.approx(1, abs=1e-3)


def test_every_map_of_both_networks_is_normalized(raced):
    for one in raced.trainers.values():
        for network in (one.generator, one.discriminator):
            maps = [part for part in network.modules() if isinstance(part, torch.nn.Conv2d | torch.nn.Linear)]
            assert len(maps) >= 4 and all(torch.nn.utils.parametrize.is_parametrized(part, "weight") for part in maps)


def test_the_discriminator_is_told_what_is_real_and_the_generator_fools_it(raced):
    assert float(discriminator_loss(torch.full((2,), 1.5), torch.full((2,), -3.0))) == 0
    assert float(discriminator_loss(torch.zeros(2), torch.zeros(2))) == 2
    one = GanRace(1, steps=40).trainers[WITHOUT]
    before = told(one)
    for _ in range(40):
        one.advance()
    assert told(one) < before and isinstance(one.discriminator, Discriminator)


def told(one) -> float:
    """The discriminator's loss on digits and on pictures of noise that no step has."""
    with torch.no_grad():
        made = one.generator.eval()(torch.randn(BATCH, NOISE, generator=torch.Generator().manual_seed(0)))
        return float(discriminator_loss(one.discriminator.eval()(one.pictures[:BATCH]), one.discriminator(made)))
