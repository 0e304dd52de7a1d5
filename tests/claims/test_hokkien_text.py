"""Copying and generating against copying alone: the verdicts follow the rules, and the floor is that of the same lines."""

import pytest

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.hokkien_text import HokkienText, HokkienWords
from core.claims.real_data import PLACE
from core.errors import MissingData
from tests.real_data import DATA, real


def measured(effect: float, baseline: float, copied: float, exact: float) -> Measured:
    return Measured(effect, baseline, ({"exact": copied}, {"exact": exact}))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([measured(60.0, 54.0, 0.2, 0.3), measured(58.0, 54.0, 0.2, 0.21)], "shown"),
        ([measured(60.0, 54.0, 0.2, 0.3), measured(56.0, 54.0, 0.2, 0.3)], "not shown"),  # with every seed
        ([measured(60.0, 54.0, 0.2, 0.2)], "not shown"),  # no more lines are exact
        ([measured(50.0, 54.0, 0.2, 0.3)], "contradicted"),
    ],
)
def test_lines_that_differ_must_be_better_than_copied_and_more_lines_exact(found, verdict):
    assert HokkienText().verdict(found) == verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(9.0, 4.0), (6.5, 4.0)], "shown"),
        ([(9.0, 4.0), (5.5, 4.0)], "not shown"),
        ([(3.5, 4.0)], "contradicted"),
    ],
)
def test_words_that_differ_must_be_nearer_than_copied(found, verdict):
    assert HokkienWords().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


def test_the_floor_of_copying_stands_beside_the_model_on_the_same_lines(monkeypatch, tmp_path):
    folder, signs = tmp_path / "icorpus-hokkien-mandarin", "一二三四五六七八九十"
    folder.mkdir()
    read = [f"佇 {a}{b} {c}" if c in signs[5:] else f"{a} {b}{c}" for a in signs for b in signs for c in signs]
    said = [line.replace(" ", "").replace("佇", "在") for line in read]  # every second line is the same, spaces apart
    for name, lines in (("taigi_hanji.txt", read), ("mandarin_raw.txt", said)):
        (folder / name).write_text("\n".join(lines), "utf-8")
    monkeypatch.setenv(PLACE, str(tmp_path))
    finding = run(HokkienText(), [0], budget=1 / HokkienText.last)
    copied, model = finding.rows
    assert (copied["writer"], copied["steps"], model["steps"]) == ("copying the source", 0, 1)
    assert copied["BLEU, differ"] == finding.baseline and model["BLEU, differ"] == finding.effect
    assert (copied["lines"], copied["differ"]) == (model["lines"], model["differ"])
    assert copied["exact, differ"] == 0.0 and copied["exact"] == 1 - copied["differ"] / copied["lines"] > 0.2


def test_files_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv(PLACE, str(tmp_path))
    with pytest.raises(MissingData, match=r"icorpus-hokkien-mandarin/taigi_hanji.txt"):
        run(HokkienText(), [0])
    with pytest.raises(MissingData, match=r"itaigi-lexicon/ChhoeTaigi"):
        run(HokkienWords(), [0])


@pytest.mark.slow
def test_it_shows_at_its_own_size(monkeypatch):
    real("icorpus-hokkien-mandarin")
    monkeypatch.setenv(PLACE, str(DATA))
    finding = run(HokkienText(), [0])
    assert finding.verdict == "shown", finding.rows
