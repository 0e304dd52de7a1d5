"""Syllables to frames, and the ladder of repeated pairs."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from core.errors import InputError, SettingError
from core.models.build import build
from core.models.recurrent_settings import RecurrentSettings
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.tasks.speech_like import SpeechLike
from core.training.repeat_ladder import pairs_of, repeat_ladder


def fresh(task: SpeechLike) -> Seq2Seq:
    return build(RecurrentSettings(width=8), *task.vocabularies, Seeds(0))


def test_an_utterance_worked_by_hand():
    example = SpeechLike().spoken(("cai", "m", "fa"))
    assert example.target == ("c", "a", "i", "m", "f", "a")
    assert example.alignment == ((0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 2))


def test_four_syllables_each_last_one_two_and_three_frames():
    assert Counter(map(len, SpeechLike().known)) == {1: 4, 2: 4, 3: 4}


def test_only_a_syllables_first_frame_tells_it_from_the_others():
    known = SpeechLike().known
    first = [syllable[0] for syllable in known]
    assert len(set(first)) == len(known)
    assert not set(first) & {frame for syllable in known for frame in syllable[1:]}


def test_no_syllable_stands_twice_in_a_row_and_all_lengths_occur():
    rng = Random(1)
    drawn = [SpeechLike().sample(rng).source for _ in range(400)]
    assert {len(source) for source in drawn} == set(range(5, 11))
    assert {syllable for source in drawn for syllable in source} == set(SpeechLike().known)
    assert not any(one == other for source in drawn for one, other in pairwise(source))


def test_the_cure_adds_its_share_of_short_utterances():
    rng = Random(2)
    lengths = Counter(len(SpeechLike(short=0.25).sample(rng).source) for _ in range(2000))
    assert set(lengths) == {1, 2, 3, *range(5, 11)}
    assert sum(lengths[count] for count in (1, 2, 3)) / 2000 == pytest.approx(0.25, abs=0.04)  # 4 standard errors


def test_an_unknown_syllable_has_no_reference_and_a_shortest_above_the_longest_is_refused():
    assert SpeechLike().reference(("fa", "zzz")) is None and SpeechLike(syllables=4).reference(("m",)) is None
    with pytest.raises(SettingError, match="shortest=11 is more than longest=10"):
        SpeechLike(shortest=11)


def test_a_ladder_counts_exact_outputs_and_onsets(monkeypatch):
    task = SpeechLike()
    said = {1: "f a c a i c a i", 2: "f a c a i f a c a i", 3: "f a"}
    monkeypatch.setattr(
        "core.training.repeat_ladder.free_run",
        lambda model, sources, vocabularies, search: [said[len(source) // 2].split() for source in sources],
    )
    rungs = repeat_ladder(fresh(task), task, [("fa", "cai")], times=(1, 2, 3))
    assert [(rung.times, rung.pairs, rung.exact) for rung in rungs] == [(1, 1, 0.0), (2, 1, 1.0), (3, 1, 0.0)]
    assert [rung.onsets for rung in rungs] == [3 / 2, 1.0, pytest.approx(1 / 6)]


def test_a_ladder_runs_a_model_freely_on_every_pair():
    task = SpeechLike(syllables=4)
    rungs = repeat_ladder(fresh(task), task, pairs_of(task))
    assert [(rung.times, rung.pairs) for rung in rungs] == [(1, 12), (2, 12), (3, 12), (4, 12)]
    assert all(rung.exact == 0 and rung.onsets >= 0 for rung in rungs)  # nothing was learned


def test_a_ladder_of_what_the_task_does_not_know_is_refused():
    task = SpeechLike()
    with pytest.raises(InputError, match="no syllables zzz in this task; choose pairs of: fa, cai"):
        repeat_ladder(fresh(task), task, [("fa", "zzz")])
    with pytest.raises(InputError, match="one pair"):
        repeat_ladder(fresh(task), task, [])
