"""What was recorded lately is not recorded again; all of it stays below its size."""

import numpy as np
import pytest

from core.recording.kept import KeptMatrices
from core.recording.matrix import AttentionMatrix, Site

SITE = Site("encoder", 0, "self", "encoder.layers.0.self_attention.attention")


def recorded(tokens: int) -> tuple[AttentionMatrix, ...]:
    """One head over so many tokens: 4 bytes a cell."""
    names = tuple(map(str, range(tokens)))
    return (AttentionMatrix(SITE, np.ones((1, tokens, tokens), np.float32), names, names),)


def keeping(most: int) -> KeptMatrices[tuple[AttentionMatrix, ...]]:
    return KeptMatrices(most, tuple)


def test_a_sentence_is_recorded_once_and_its_matrices_cannot_be_written() -> None:
    kept, asked = keeping(1_000), list[str]()

    def record() -> tuple[AttentionMatrix, ...]:
        asked.append("again")
        return recorded(3)

    first = kept.of("sentence", record)
    assert kept.of("sentence", record) is first and asked == ["again"]
    with pytest.raises(ValueError, match="read-only"):
        first[0].weights[0, 0, 0] = 0.0


def test_the_oldest_goes_when_all_would_be_too_large_and_the_largest_is_never_kept() -> None:
    kept = keeping(300)  # three of 5 × 5 would fill it
    one, two = kept.of("one", lambda: recorded(5)), kept.of("two", lambda: recorded(5))
    assert kept.of("one", lambda: recorded(5)) is one  # now two is the oldest
    kept.of("three", lambda: recorded(6))
    assert kept.of("one", lambda: recorded(5)) is one
    before, two = two, kept.of("two", lambda: recorded(5))
    assert two is not before
    huge = kept.of("huge", lambda: recorded(20))
    assert kept.of("huge", lambda: recorded(20)) is not huge
    assert kept.of("two", lambda: recorded(5)) is two, "what is never kept pushes nothing out"
    assert sum(matrix.weights.nbytes for found in kept._kept.values() for matrix in found) == kept._size <= 300


def test_of_small_recordings_only_so_many_are_kept() -> None:
    kept = KeptMatrices[tuple[AttentionMatrix, ...]](1_000_000, tuple, count=2)
    one, two = kept.of("one", lambda: recorded(2)), kept.of("two", lambda: recorded(2))
    kept.of("three", lambda: recorded(2))
    assert kept.of("two", lambda: recorded(2)) is two
    assert kept.of("one", lambda: recorded(2)) is not one
