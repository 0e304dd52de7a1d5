"""What sound costs: seconds of one core for one second of it, the first call and its imports left out."""

import io
from collections.abc import Callable

import numpy as np

from core.data.audio import RATE, Sound, log_mel, read_wav, sound_of
from core.errors import MissingExtra
from tests.benchmarks.row import Clock, Measured, Row, middle, times

SECONDS = 10


def noise(rate: int) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(SECONDS * rate)).astype(np.float32)


def per_second(work: Callable[[], object], share: float) -> Measured:
    found = []
    for _ in range(times(30, share, least=2) + 1):
        with Clock() as clock:
            work()
        found.append(clock.processor / SECONDS)
    return middle(found[1:], f"{1 / sorted(found[1:])[len(found) // 2]:,.0f} × real time, {SECONDS} s of noise")


def features(share: float) -> Measured:
    sound = Sound(noise(RATE))
    return per_second(lambda: log_mel(sound), share)


def features_of_a_file(share: float) -> Measured:
    try:
        import soundfile
    except ImportError:
        raise MissingExtra("soundfile", "speech", "reading a WAV file") from None
    file = io.BytesIO()
    soundfile.write(file, noise(44_100), 44_100, format="WAV", subtype="PCM_24")
    return per_second(lambda: log_mel(read_wav(file.getvalue())), share)


def back(share: float) -> Measured:
    learned = log_mel(Sound(noise(RATE)))
    return per_second(lambda: sound_of(learned), share)


ROWS = [
    Row("features", "log-mel features of a second of sound at 16 kHz", "s", 1 / 50, features),
    Row("features-file", "the same from a WAV file of 24 bits at 44.1 kHz, read and converted", "s", 1 / 50,
        features_of_a_file),
    Row("sound-back", "a second of sound from its features (Griffin–Lim)", "s", None, back),
]  # fmt: skip
