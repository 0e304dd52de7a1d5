"""A folder of made-up speech for tests: every letter is a tone of its own, so no recording is needed that is not here."""

from pathlib import Path
from random import Random

import numpy as np

from core.data.audio import RATE, Sound, write_wav

LETTERS = "abcdef"
_RATES = dict(zip(LETTERS, (300, 550, 900, 1500, 2500, 4200)))  # Hz


def spoken(word: str, rng: np.random.Generator) -> Sound:
    """Tones of 40 to 80 ms one after another, in noise."""
    tones = [np.sin(2 * np.pi * _RATES[letter] * np.arange(int(rng.integers(640, 1280))) / RATE) for letter in word]
    samples = 0.3 * np.concatenate(tones)
    return Sound((samples + 0.01 * rng.standard_normal(len(samples))).astype(np.float32))


def folder_of_speech(folder: Path, count: int) -> Path:
    """So many WAV files and metadata.csv; words are drawn, names count them."""
    rng, chance = Random(5), np.random.default_rng(5)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for at in range(count):
        word = "".join(rng.choices(LETTERS, k=rng.randint(1, 3)))
        write_wav(spoken(word, chance), folder / f"take{at}.wav")
        rows.append(f"take{at}|{word}\n")
    (folder / "metadata.csv").write_text("".join(rows), "utf-8")
    return folder
