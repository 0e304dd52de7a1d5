"""How words become vectors: one-hot times the table is the row that the embedding gives."""

import numpy as np
import pytest

from core.errors import InputError
from core.runs.trained import load
from core.runs.word_vectors import word_vectors


def test_one_hot_times_the_table_is_the_row_and_any_two_one_hots_are_equally_far():
    found = word_vectors(load("demo/reverse-transformer"), "abca")
    assert found.tokens == ("a", "b", "c", "a") and found.difference <= 1e-6
    assert found.one_hot.sum(1).tolist() == [1.0] * 4
    assert [int(row.argmax()) for row in found.one_hot] == list(found.numbers)
    distance = np.linalg.norm(found.one_hot[0] - found.one_hot[1:], axis=1)
    assert np.allclose(distance, [2**0.5, 2**0.5, 0.0])
    assert np.allclose(found.alike.diagonal(), 1.0, atol=1e-6) and found.alike[0, 3] == pytest.approx(1.0, abs=1e-6)


def test_an_empty_text_is_refused():
    with pytest.raises(InputError, match="the source is empty"):
        word_vectors(load("demo/reverse-transformer"), " ")
