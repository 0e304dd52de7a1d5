"""Segments are tokens that can be heard: equal only to what sounds the same, whole after copying, and cut without loss."""

import copy

import numpy as np
import pytest

from core.data.audio import MELS
from core.data.batch import Example, collate
from core.data.recording import SegmentVocabulary, recording_of, segments
from core.data.vocabulary import Vocabulary

RNG = np.random.default_rng(7)


def heard(frames: int, name: str = "take") -> tuple[str, ...]:
    return segments(RNG.standard_normal((frames, MELS)).astype(np.float32), name, 4)


def test_recordings_of_one_length_have_the_same_seconds_and_are_different_sources():
    one, other = heard(10), heard(10)
    assert [str(token) for token in one] == [str(token) for token in other] == ["0.00 s", "0.04 s", "0.08 s"]
    assert one != other and len({one, other}) == 2 and one[0] != "0.00 s"
    assert SegmentVocabulary.reducing(4).encode_source(one) != SegmentVocabulary.reducing(4).encode_source(other)


def test_a_source_stays_what_it_is_as_a_list_a_copy_or_a_part():
    source = heard(10)
    for again in ((*source,), copy.deepcopy(source), source[:2] + source[2:]):
        assert again == source and hash(again) == hash(source) and recording_of(again) == "take"


@pytest.mark.parametrize(("frames", "reduction"), [(1, 4), (4, 4), (5, 4), (7, 1), (9, 8)])
def test_segments_hold_every_frame_once_and_zeros_after_the_last(frames, reduction):
    features = RNG.standard_normal((frames, MELS)).astype(np.float32)
    cut = np.concatenate([token.frames for token in segments(features, "take", reduction)])
    assert np.array_equal(cut[:frames], features) and not cut[frames:].any()
    assert len(cut) == -(-frames // reduction) * reduction


def test_a_batch_of_recordings_holds_frames_and_says_which_segments_are_real():
    examples = [Example(heard(3), ("a",)), Example(heard(9), ("b",))]
    batch = collate(examples, SegmentVocabulary.reducing(4), Vocabulary.of("ab"))
    assert batch.source.shape == (2, 4, 4, MELS) and batch.source_valid.tolist() == [
        [True, True, False, False],
        [True] * 4,
    ]
    assert not batch.source[0, 1:].any()  # <end>, and padding
