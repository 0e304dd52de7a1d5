"""The judgement of a map: the best head is found wherever it stands, findings keep their places, the path is a path."""

import numpy as np
import pytest

from core.adapters.labels import Captions, label
from core.metrics.diagnosis import MOST_MARKS, Diagnosis, diagnose, ranked
from core.recording.alignment import AlignmentMap, Place
from tests.adapters.written import soft


def heads(*weights: np.ndarray) -> list[AlignmentMap]:
    return [AlignmentMap(one, Place("attn", head=at), one.shape) for at, one in enumerate(weights)]


def diagnosed(weights: np.ndarray, tokens: str = "") -> Diagnosis:
    (one,) = heads(weights.astype(np.float32))
    return diagnose(one, label(one, Captions(tokens)), ranked([one]))


@pytest.mark.parametrize("at", range(4))
def test_the_best_head_is_the_straight_one_wherever_it_stands(at):
    straight = soft(40, 10, 1)
    others = [
        straight[::-1],
        np.eye(10, dtype=np.float32)[[3] * 40],
        straight[np.random.default_rng(0).permutation(40)],
    ]
    maps = heads(*others[:at], straight, *others[at:])
    judged = ranked(maps)
    assert judged[0].map is maps[at] and judged[0].quality > 0.5 > judged[1].quality
    diagnosis = diagnose(maps[at], label(maps[at], Captions()), judged)
    assert (
        diagnosis.choice
        == f"The best aligned of 4 layers and heads at this step; the next has {judged[1].quality:.2f}."
    )
    worst = judged[-1].map
    assert diagnose(worst, label(worst, Captions()), judged).choice.startswith("Number 4 of 4 layers and heads")


def test_a_skip_is_told_by_its_tokens_and_marked_at_its_place():
    rows = [at for at in range(12) for _ in range(5) if at not in (6, 7)]
    diagnosis = diagnosed(np.eye(12)[rows], "我想今天发财发财发财呀呀")
    (finding,) = [one for one in diagnosis.findings if one.kind == "skip"]
    assert (finding.axis, finding.first, finding.last) == (1, 6, 7)
    assert any("sources 7–8 “发 财”" in told for told in diagnosis.told)
    mark = next(one for one in diagnosis.marks if one.axis == 1)
    assert (mark.first, mark.last) == (6, 7) and diagnosis.records[0]["told"] == diagnosis.told[0]


def test_empty_rows_do_not_shift_the_places_of_findings():
    rows = [at for at in range(10) for _ in range(4)]
    rows[20:20] = [5] * 40  # stuck
    weights = np.eye(10)[rows]
    stuck = next(one for one in diagnosed(weights).findings if one.kind == "stuck")
    shifted = np.vstack([np.zeros((7, 10)), weights])
    later = next(one for one in diagnosed(shifted).findings if one.kind == "stuck")
    assert (later.first, later.last) == (stuck.first + 7, stuck.last + 7)


def test_the_path_goes_from_the_first_pair_to_the_last_without_going_back():
    path = np.array(diagnosed(soft(40, 10, 1)).path)
    assert path[0].tolist() == [0, 0] and path[-1].tolist() == [39, 9]
    assert set(map(tuple, np.diff(path, axis=0).tolist())) <= {(0, 1), (1, 0), (1, 1)}


def test_the_largest_findings_come_first_and_only_they_are_marked():
    read = [0, *range(6, 60, 3)]  # five are skipped first, then two each time
    full_of_holes = np.repeat(np.eye(60)[read], 8, axis=0)
    diagnosis = diagnosed(full_of_holes)
    assert len(diagnosis.findings) > MOST_MARKS == len(diagnosis.marks)
    shares = [(one.last - one.first + 1) / full_of_holes.shape[one.axis] for one in diagnosis.findings]
    assert shares == sorted(shares, reverse=True) and len(set(shares)) > 1
    assert [one.word for one in diagnosis.marks] == [str(at) for at in range(1, MOST_MARKS + 1)]
    assert sum(int(part.split(" × ")[0]) for part in diagnosis.kinds.split(", ")) == len(diagnosis.findings)


def test_weights_below_zero_count_as_nothing():
    weights = soft(40, 10, 1)
    lower = np.where(weights < 0.001, np.float32(-0.5), weights)
    assert diagnosed(lower).judged.quality == pytest.approx(diagnosed(np.maximum(lower, 0)).judged.quality)


def test_a_map_of_a_single_cell_row_or_column_is_judged():
    for shape in ((1, 1), (1, 9), (9, 1)):
        diagnosis = diagnosed(np.ones(shape))
        assert 0 <= diagnosis.judged.quality <= 1
        assert set(diagnosis.judged.figures) == set(diagnosis.judged.meanings)
