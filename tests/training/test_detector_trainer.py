"""A detector in training: the same seed learns the same, a floor below it, pictures turned over with their boxes."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch

from core.data.boxes import BoxedPicture, BoxedPictures, corners
from core.data.scenes import placed_digits, rectangles
from core.errors import NumberError, SettingError
from core.metrics.constant_boxes import constant_boxes
from core.metrics.detection import There, average_precision, mean_average_precision
from core.models.detector_settings import DetectorSettings
from core.seeds import Seeds
from core.training.detector_trainer import DetectorTrainer, DetectorTraining, _turned, answers, truth

PICTURES = rectangles(train=60, held_out=12)


def trainer(pictures: BoxedPictures = PICTURES, seed: int = 0, queries: int = 6, **training: object) -> DetectorTrainer:
    return DetectorTrainer(
        pictures, DetectorSettings(queries=queries, width=16), DetectorTraining.from_dict(training), Seeds(seed)
    )


def test_the_same_seed_learns_the_same_and_to_judge_in_between_changes_nothing():
    one, other = trainer(), trainer()
    for _ in range(3):
        one.advance()
        one.judge()
        other.advance()
    assert one.losses == other.losses and one.step == 3
    another = trainer(seed=1)
    another.advance()
    assert another.losses[0] != one.losses[0]


def test_only_the_assignment_tells_matched_from_ordered():
    """Fresh networks and first batches agree; what they are told does not."""
    matched, ordered = trainer(), trainer(matching="in_order")
    assert all(torch.equal(a, b) for a, b in zip(matched.network.parameters(), ordered.network.parameters()))
    assert [one.name for one in matched._batch(1)] == [one.name for one in ordered._batch(1)]
    for one in (matched, ordered):
        one.advance()
    assert matched.losses[0] < ordered.losses[0]  # the cheapest pairs cost least


def test_pictures_without_things_can_be_learned_from():
    """All of a batch, one among others, and judged by."""
    empty = tuple(replace(one, boxes=one.boxes[:0], labels=one.labels[:0]) for one in PICTURES.train[:20])
    for some in (empty, empty + PICTURES.train):
        one = trainer(replace(PICTURES, train=some, held_out=PICTURES.held_out + empty[:2]))
        one.advance()
        assert np.isfinite(one.losses[0])
    assert 0 <= one.judge().exact <= 1


def test_a_few_steps_on_few_pictures_lower_the_loss():
    one = trainer(rectangles(train=4, held_out=4), steps=60, warmup=5)
    for _ in range(60):
        one.advance()
    assert np.mean(one.losses[-5:]) < 0.75 * np.mean(one.losses[:5]) and one.done


def test_a_picture_is_turned_over_with_its_boxes():
    """Dark where the box is, before and after; every one of the four ways comes up."""
    pixels = torch.ones(3, 8, 12)
    pixels[:, 1:3, 2:7] = 0.0
    one = BoxedPicture("one", pixels, torch.tensor([[4.5 / 12, 2 / 8, 5 / 12, 2 / 8]]), torch.tensor([0]))
    ways, rng = set(), Random(1)
    for _ in range(20):
        turned = _turned(one, rng)
        left, top, right, bottom = (corners(turned.boxes)[0] * torch.tensor([12, 8, 12, 8])).round().long().tolist()
        dark = torch.ones(3, 8, 12)
        dark[:, top:bottom, left:right] = 0.0
        assert torch.equal(turned.pixels, dark)
        ways.add((left, top))
    assert len(ways) == 4 and torch.equal(one.pixels, pixels)


def test_what_the_detector_cannot_answer_for_is_refused_with_a_way_out():
    with pytest.raises(SettingError, match="queries=2 are too few: one picture has 3 boxes"):
        trainer(queries=2)
    odd = [replace(one, pixels=one.pixels[:, :-1]) for one in PICTURES.train]
    with pytest.raises(SettingError, match="24 × 23 pixels do not fit stride=4"):
        trainer(replace(PICTURES, train=tuple(odd)))


def test_a_rate_that_is_far_too_high_ends_in_words():
    one = trainer(learning_rate=1.0, warmup=0)
    with torch.no_grad():
        one.network.scores.weight.fill_(float("nan"))
    with pytest.raises(NumberError, match="lower learning rate"):
        one.advance()


def test_an_answer_is_the_likeliest_thing_and_never_nothing():
    one = trainer()
    found = answers(one.network, PICTURES.held_out)
    assert len(found) == 12 and all(set(each.labels) <= {0, 1} and len(each.labels) == 6 for each in found)
    assert all(((each.scores > 0) & (each.scores < 1)).all() for each in found)


def test_the_floor_draws_the_boxes_that_were_right_most_often():
    """Two of three pictures have the first box, one has the other; another class stands alone."""
    first, other = np.array([[0.0, 0, 0.5, 0.5]]), np.array([[0.5, 0.5, 1.0, 1.0]])
    there = [
        There(first, np.array([0])),
        There(first, np.array([0])),
        There(other, np.array([0])),
        There(other, np.array([1])),
    ]
    same = constant_boxes(there, 3)
    assert same.boxes.tolist() == [first[0].tolist(), other[0].tolist()] and same.labels.tolist() == [0, 1]
    assert same.scores.tolist() == [0.5, 0.25]
    assert average_precision([same] * 4, there, 0) == pytest.approx(2 / 3)  # right, right, wrong, wrong: of three
    held_out = [truth(one) for one in PICTURES.held_out]
    floor = constant_boxes([truth(one) for one in PICTURES.train], 2)
    assert mean_average_precision([floor] * 12, held_out, 2) < 0.2


def test_digits_of_held_out_scenes_stand_on_no_training_scene():
    scenes = placed_digits(train=30, held_out=30)
    assert len(scenes.classes) == 10 and scenes.shape == (3, 32, 32) and 2 <= scenes.most <= 3

    def inks(pictures: tuple[BoxedPicture, ...]) -> set[bytes]:
        edges = [(one, (box * 32).round().long().tolist()) for one in pictures for box in corners(one.boxes)]
        return {one.pixels[0, top:bottom, left:right].numpy().tobytes() for one, (left, top, right, bottom) in edges}

    assert len(inks(scenes.train)) > 30 and not inks(scenes.train) & inks(scenes.held_out)
    again = placed_digits(train=30, held_out=30)
    assert all(torch.equal(a.pixels, b.pixels) for a, b in zip(scenes.train, again.train))
    for one in scenes.train:  # ink reaches every side of a box, and there is none outside of all boxes
        covered = torch.zeros(32, 32, dtype=torch.bool)
        for left, top, right, bottom in (corners(one.boxes) * 32).round().long().tolist():
            covered[top:bottom, left:right] = True
            ink = one.pixels[0, top:bottom, left:right] > 0
            assert ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any()
        assert not (one.pixels[0] > 0)[~covered].any()
