"""The claim on molecules: what is known without learning, by hand; folds that ask each molecule once; the rule."""

import pytest
import torch

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.molecules import MoleculeClasses, larger_class_right, size_right
from core.claims.real_data import PLACE
from core.data.vector_sets import SetExample
from core.tasks.molecules import TENTHS, Molecules


def one(label: int, size: int) -> SetExample:
    return SetExample(("a",) * size, torch.zeros(size, 1), torch.tensor(label))


def test_the_larger_class_is_that_of_what_was_learned_from():
    train, test = [one(1, 2), one(1, 3), one(0, 3)], [one(1, 9), one(0, 9), one(0, 9)]
    assert larger_class_right(train, test) == 1


@pytest.mark.parametrize("above", [0, 1])
def test_the_number_of_items_tells_the_label_on_either_side_of_a_threshold(above):
    train = [one(above, 7), one(above, 9), one(1 - above, 3), one(1 - above, 5), one(above, 4)]
    # from 7 on (or from 4 on: as many right) the label is `above`
    assert size_right(train, [one(above, 8), one(1 - above, 2), one(1 - above, 8)]) == 2


@pytest.fixture
def molecules(tmp_path, monkeypatch):
    """The path of a file of forty rings and twenty lines, where the claim looks for it."""
    folder = tmp_path / "graph-mutag"
    folder.mkdir()
    ring, line = "3 ring\n0 2 1 2\n0 2 0 2\n0 2 0 1\n", "4 line\n0 1 1\n0 2 0 2\n0 2 1 3\n0 1 2\n"
    (folder / "MUTAG.txt").write_text("60\n" + (ring + line + ring) * 20)
    monkeypatch.setenv(PLACE, str(tmp_path))
    return folder / "MUTAG.txt"


def test_ten_folds_ask_every_molecule_once_and_nothing_tested_is_learned(molecules):
    for shuffled in (0, 5):
        tasks = [Molecules(path=str(molecules), fold=fold, shuffled=shuffled) for fold in range(TENTHS)]
        for task in tasks:
            assert [len(task.examples(split)) for split in ("train", "validation", "test")] == [48, 6, 6]
            assert sum(len(one.items) == 4 for one in task.examples("test")) == 2  # of each class a tenth
        assert sum(len(task.examples("test")) for task in tasks) == 60


def test_the_order_that_is_dealt_is_drawn_and_the_usual_fold_is_the_last(tmp_path):
    graphs = "".join(f"{size} {'ab'[size % 2]}\n" + "0 0\n" * size for size in range(1, 41))  # each of another size
    path = tmp_path / "sizes.txt"
    path.write_text(f"40\n{graphs}")

    def sizes(split, **settings):
        return {len(one.items) for one in Molecules(path=str(path), **settings).examples(split)}

    assert sizes("test") == {19, 20, 39, 40} and sizes("validation") == {17, 18, 37, 38}
    assert sizes("test", fold=0) == {1, 2, 21, 22} and sizes("validation", fold=0) == sizes("test")
    drawn = [sizes("test", fold=fold, shuffled=3) for fold in range(TENTHS)]
    assert set.union(*drawn) == set(range(1, 41)) and sum(map(len, drawn)) == 40
    assert drawn != [sizes("test", fold=fold) for fold in range(TENTHS)]
    assert drawn == [sizes("test", fold=fold, shuffled=3) for fold in range(TENTHS)]


def test_every_row_is_over_all_molecules_and_size_tells_rings_from_lines(molecules):
    found = run(MoleculeClasses(), [1], budget=0.004)
    told = {row["model"]: row["accuracy"] for row in found.rows}
    assert {row["asked"] for row in found.rows} == {60}
    assert told["larger class"] == found.baseline == 40 / 60 and told["number of atoms"] == 1
    assert found.effect == told["dot products along bonds"]


@pytest.mark.parametrize(
    ("effects", "verdict"), [((0.8, 0.77), "shown"), ((0.8, 0.76), "not shown"), ((0.6, 0.65), "contradicted")]
)
def test_a_verdict_is_by_the_rule(effects, verdict):
    assert MoleculeClasses().verdict([Measured(effect, 0.665) for effect in effects]) == verdict
