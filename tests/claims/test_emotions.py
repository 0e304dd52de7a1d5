"""The claim on emotions: its rule, how its threshold is tuned, and what it says where the texts are missing."""

import pytest
import torch

from core.claims.claim import Measured
from core.claims.emotions import CUTS, Emotions, best_cut
from core.claims.experiment import run
from core.claims.real_data import PLACE
from core.metrics.label_sets import label_set_scores

KINDS = ("micro-F1", "macro-F1", "subset accuracy")


def measured(decoder: tuple[float, float, float], floor: tuple[float, float, float]) -> Measured:
    rows = tuple(dict(zip(KINDS, one)) for one in (decoder, (0.9, 0.9, 0.9), floor))
    return Measured(decoder[0], floor[0], rows)


FLOOR = (0.3, 0.02, 0.3)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([measured((0.45, 0.17, 0.41), FLOOR)], "shown"),
        (
            [measured((0.45, 0.17, 0.41), FLOOR), measured((0.45, 0.17, 0.34), FLOOR)],
            "not shown",
        ),  # fewer sets right whole
        ([measured((0.45, 0.11, 0.41), FLOOR)], "not shown"),  # rare labels hardly ever
        ([measured((0.29, 0.17, 0.41), FLOOR)], "contradicted"),
    ],
)
def test_the_floor_is_beaten_in_all_three_scores_by_the_margins_of_the_rule(found, verdict):
    assert Emotions().verdict(found) == verdict


def test_the_threshold_is_the_one_with_the_highest_micro_f1():
    chance = torch.Generator().manual_seed(1)
    probabilities = torch.rand(40, 3, generator=chance)
    rights = torch.rand(40, 3, generator=chance) < probabilities**2
    names = ("a", "b", "c")
    sets = lambda yes: [[name for name, one in zip(names, row) if one] for row in yes.tolist()]  # noqa: E731
    scores = {cut: label_set_scores(sets(probabilities > cut), sets(rights), names)["micro-F1"] for cut in CUTS}
    assert scores[best_cut(probabilities, rights)] == max(scores.values()) > min(scores.values())


def test_every_row_is_judged_on_the_same_texts_and_the_floor_names_the_commonest_label(tmp_path, monkeypatch):
    """Made-up texts in the form of the real ones; the floor by hand: 6 of 10 texts are neutral, 2 of these have another label too."""
    folder = tmp_path / "goemotions"
    folder.mkdir()
    (folder / "labels.txt").write_text("joy\nfear\nneutral\n")
    kinds = [("what a day", "0"), ("it is dark", "1"), ("the bus came", "2"), ("the train came late", "2")]
    lines = [f"{text} {at}\t{own}\tid{at}\n" for at in range(150) for text, own in kinds]
    (folder / "train-first10000.tsv").write_text("".join(lines))
    (folder / "dev.tsv").write_text("".join(lines[:40]))
    tests = ["2"] * 4 + ["0,2"] * 2 + ["0"] * 2 + ["1"] * 2
    (folder / "test.tsv").write_text("".join(f"the bus {at}\t{own}\tid\n" for at, own in enumerate(tests)))
    monkeypatch.setenv(PLACE, str(tmp_path))
    found = run(Emotions(), [1], budget=0.004)
    assert [row["model"] for row in found.rows][-1] == "always neutral"
    floor, each = found.rows[-1], [row["labels a text"] for row in found.rows]
    assert floor["micro-F1"] == found.baseline == pytest.approx(2 * 6 / (10 + 12))
    assert floor["macro-F1"] == pytest.approx(2 * 6 / (10 + 6) / 3) and floor["subset accuracy"] == pytest.approx(0.4)
    assert each[-1] == 1 and each[2] >= each[1]  # a tuned threshold is at most a half where most labels are rare
    assert found.effect == found.rows[0]["micro-F1"]
