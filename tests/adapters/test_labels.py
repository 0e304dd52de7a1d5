"""Tokens find the side they fit, seconds the other one; what fits neither is said with its numbers."""

import io
import wave

import numpy as np
import pytest

from core.adapters.labels import Captions, counts_of, cuts_of, label, seconds_of
from core.errors import DataError
from core.recording.alignment import AlignmentMap, Place
from tests.adapters.written import soft


def plain(rows: int = 11, columns: int = 4, **more: object) -> AlignmentMap:
    return AlignmentMap(soft(rows, columns), Place("map"), (rows, columns), **more)


def wav(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.zeros(int(seconds * rate), np.int16).tobytes())
    return file.getvalue()


@pytest.mark.parametrize(
    "text", ["发财发财", "发 财 发 财", "发\n财\n发\n财\n", "\ufeff发\r\n财\r\n发\r\n财", '["发", "财", "发", "财"]']
)
def test_four_tokens_are_four_however_they_are_written(text):
    axes = label(plain(), Captions(text))
    assert axes.keys == ("发", "财", "发", "财") and axes.columns == "source tokens"
    assert axes.queries[:2] == ("1", "2") and axes.rows == "output positions" and not axes.notes


def test_tokens_go_to_the_side_with_as_many_cells_and_to_the_one_that_is_said():
    words = " ".join("abcdefghijk")
    assert label(plain(), Captions(words)).rows == "output tokens"
    assert label(plain(4, 4), Captions("a b c d")).columns == "source tokens"
    assert label(plain(4, 4), Captions("a b c d", "rows")).rows == "output tokens"


def test_a_blank_may_be_a_token_of_its_own():
    assert cuts_of("a b")["characters"] == ("a", " ", "b")
    assert label(plain(columns=3), Captions("a b")).keys == ("a", " ", "b")
    assert counts_of("a b") == (2, 3) and counts_of(" \n") == ()


def test_tokens_that_fit_nothing_are_said_with_their_numbers():
    axes = label(plain(), Captions("a b c d e"))
    assert axes.keys == ("1", "2", "3", "4")
    assert "fit neither the 4 columns nor the 11 rows (they are 5 words" in axes.notes[0]


def test_the_tokens_of_the_file_stand_where_nothing_else_is_given():
    one = plain(keys=tuple("wxyz"))
    assert label(one, Captions()).keys == tuple("wxyz")
    assert label(one, Captions("a b c d")).keys == tuple("abcd")


def test_seconds_stand_on_the_side_without_tokens():
    axes = label(plain(), Captions("发财发财", hop=0.0125))
    assert axes.queries[:3] == ("0.00 s", "0.01 s", "0.03 s") and axes.rows == "output frames, in seconds"
    assert axes.span(0, 0, 7) == "0.00–0.10 s" and axes.span(1, 1, 2) == "2–3 “财 发”"
    listening = label(plain(4, 11), Captions("a b c d", hop=0.01))
    assert listening.timed == 1 and listening.columns == "source frames, in seconds"
    assert label(plain(4, 11), Captions(hop=0.01)).timed == 1, "without tokens the longer side is time"
    own = label(plain(11, 11, queries=tuple("abcdefghijk")), Captions(hop=0.01))
    assert own.timed == 1 and own.queries[0] == "a"


def test_the_length_of_a_sound_gives_the_hop_and_contradicts_a_wrong_one():
    seconds = seconds_of(wav(0.55), "a.wav")
    axes = label(plain(), Captions(duration=seconds))
    assert axes.hop == pytest.approx(0.05) and "a hop of 50.00 ms" in axes.notes[0]
    wrong = label(plain(), Captions(hop=0.01, duration=seconds))
    assert wrong.hop == 0.01 and "but the sound lasts 0.55 s" in wrong.notes[0]


def test_a_map_made_smaller_counts_in_the_units_of_its_file():
    one = AlignmentMap(soft(3, 2), Place("map"), (30, 4), block=(10, 2))
    axes = label(one, Captions("发财发财", hop=0.01))
    assert axes.queries == ("0.00 s", "0.10 s", "0.20 s") and axes.keys == ("发…财", "发…财")
    assert axes.span(0, 1, 1) == "0.10–0.20 s"
    assert label(one, Captions()).queries == ("1", "11", "21")
    assert label(one, Captions()).span(0, 1, 2) == "11–30"
    torn = label(AlignmentMap(soft(3, 2), Place("map"), (25, 3), block=(10, 2)), Captions(hop=0.01))
    assert torn.span(0, 2, 2) == "0.20–0.25 s" and torn.span(1, 1, 1) == "3"  # the last cells stand for less


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "no WAV file"), (b"RIFF1234WAVEjunk", "no WAV file"), (wav(0), "no samples")]
)
def test_a_sound_that_is_none_is_refused_in_words(data, words):
    with pytest.raises(DataError, match=words):
        seconds_of(data, "a.wav")


def test_a_hop_that_is_none_is_refused():
    with pytest.raises(DataError, match="usually 5 to 50 ms"):
        label(plain(), Captions(hop=12.5))
    with pytest.raises(DataError, match="at most"):
        cuts_of("a" * 2_000_000)
