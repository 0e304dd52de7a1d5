"""A detector that is watched: a look changes no training, rows of attention are over the picture, the pairs are the cheapest."""

from dataclasses import replace

import pytest

from core.data.pascal_voc import read_folder
from core.data.scenes import rectangles
from core.data.tiles import tiled
from core.runs.detection import PRESETS, DetectionRun
from core.training.detector_trainer import DetectorTraining
from tests.real_data import real

PICTURES = rectangles(train=40, held_out=8)


def run(**given: object) -> DetectionRun:
    return DetectionRun(PICTURES, "rectangles", 0, **{"steps": 3, **given})


@pytest.fixture(scope="module")
def trained() -> DetectionRun:
    one = run()
    one.go_on()
    return one


def test_to_look_in_between_changes_no_training(trained):
    watched = run()
    while not watched.done:
        watched.advance()
        watched.look(PICTURES.held_out[0])
    assert watched.trainer.losses == trained.trainer.losses and len(trained.trainer.losses) == 3


def test_it_is_judged_on_the_way_and_at_the_end(trained):
    assert [one.step for one in trained.curve] == [1, 2, 3] and trained.done and 0 <= trained.floor < 0.2
    trained.advance()  # nothing is left to do
    assert trained.step == 3


def test_a_look_says_what_where_and_for_what(trained):
    picture = PICTURES.held_out[1]
    one = trained.look(picture)
    assert one.cross.shape == (2, 4, 6, 6, 6) and one.cross.sum(axis=(3, 4)) == pytest.approx(1.0, abs=1e-5)
    assert one.probabilities.shape == (6, 3) and one.probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert one.classes == ("red", "blue", "nothing") and one.title(0).startswith("query 1 · ")
    assert {matrix.site.label for matrix in one.matrices} == {
        "encoder self · layer 1", "decoder self · layer 1", "decoder self · layer 2", "cross · layer 1", "cross · layer 2",
    }  # fmt: skip
    taken = sum(one.costs[query, thing] for query, thing in one.pairs)
    assert len(one.pairs) == len(picture.labels) == len({query for query, _ in one.pairs})
    for shift in range(1, 6):  # no other way round costs less
        other = [((query + shift) % 6, thing) for query, thing in one.pairs]
        assert taken <= sum(one.costs[query, thing] for query, thing in other) + 1e-9


def test_there_are_queries_to_spare_for_a_full_picture():
    full = replace(
        PICTURES.train[0],
        boxes=PICTURES.train[0].boxes[:1].repeat(20, 1),
        labels=PICTURES.train[0].labels[:1].repeat(20),
    )
    one = DetectionRun(replace(PICTURES, held_out=(full, *PICTURES.held_out)), "rectangles", 0, steps=1)
    assert one.trainer.network.settings.queries == 26 and run().trainer.network.settings.queries == 6


@pytest.mark.parametrize("kind", PRESETS)
def test_a_preset_names_settings_that_there_are(kind):
    DetectorTraining.from_dict(PRESETS[kind].training)
    DetectionRun(PICTURES, kind, 1, steps=1)


@pytest.mark.slow
def test_real_blood_cells_are_found_better_than_by_who_does_not_look():
    """Small, in tiles, within three minutes of one core; docs/beyond-translation.md has the figures."""
    one = DetectionRun(tiled(read_folder(real("bccd-detection"), (128, 96)), 2), "own", 0)
    one.go_on()
    assert one.curve[-1].average_precision > one.floor + 0.1, one.curve[-1]
