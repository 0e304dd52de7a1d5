"""Speech made on the spot: texts in, sounds out, by espeak-ng (Duddington, Dunn and others; espeakng-loader brings it).

The engine is under the GPL, so it is an extra (`[speech]`) and speaks in a process of its own (espeak_process.py). It
also tells when each word begins, so that the true alignment of text and sound is known.

Mandarin is spoken from pinyin with the number of the tone, one syllable a word; the reading of Chinese characters is
pypinyin's. So every character or syllable has an onset.
"""

import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.audio import Sound, resample
from core.errors import DataError, MissingExtra, SettingError
from core.language import tr

VOICES = {"mandarin": "cmn-latn-pinyin", "english": "en"}
MOST_TEXTS = 10_000
LONGEST_TEXT = 1000  # characters; about a minute of speech
SLOWEST, FASTEST = 80, 450  # words a minute: espeak-ng's own limits
_PROCESS = Path(__file__).with_name("espeak_process.py")
_PATIENCE = 600  # seconds; ten thousand short texts take a tenth of it
_SYLLABLE = re.compile(r"[a-zü]+[1-5]")
_NEUTRAL = "5"


@dataclass(frozen=True)
class Utterance:
    """A text that was spoken.

    Attributes:
        text: as it was asked for; sound: at 16 kHz.
        onsets: seconds at which each spoken word begins; in Mandarin a word is a syllable.
    """

    text: str
    sound: Sound
    onsets: tuple[float, ...]


def speak(texts: Sequence[str], language: str = "mandarin", pace: int = 175) -> list[Utterance]:
    """Say texts.

    The same list gives the same sounds, bit for bit. A text in another list may differ by a thousandth of a second: the
    voice goes on from where it was.

    Args:
        texts: Chinese characters, or pinyin as "fa1 cai2" (5: neutral tone), for Mandarin; words for English.
        language: of VOICES; pace: words a minute, 80…450.

    Raises:
        MissingExtra: espeakng-loader, or soxr, is not installed.
        SettingError: another language, or a pace out of range.
        DataError: a text that is empty, too long, or not of this language; or the engine fails.
    """
    if language not in VOICES:
        raise SettingError(
            tr("language={language!r} is not spoken; choose from {voices}", language=language, voices=", ".join(VOICES))
        )
    if not SLOWEST <= pace <= FASTEST:
        raise SettingError(
            tr(
                "pace={pace} is out of range: it must be at least {slowest} and at most {fastest}",
                pace=pace,
                slowest=SLOWEST,
                fastest=FASTEST,
            )
        )
    if len(texts) > MOST_TEXTS:
        raise DataError(
            tr(
                "{count} texts are too many to speak at once; give at most {most_texts}",
                count=len(texts),
                most_texts=MOST_TEXTS,
            )
        )
    spelled = [_spelled(text, language) for text in texts]
    library, data = _engine()
    said = _ask({"library": library, "data": data, "voice": VOICES[language], "pace": pace, "texts": spelled})
    ends = np.cumsum(said["lengths"])
    rate, words = int(said["rate"]), said["words"]
    return [
        Utterance(
            text,
            Sound(resample(said["samples"][end - length : end].astype(np.float32) / 2**15, rate)),
            tuple((words[words[:, 0] == at, 1] / rate).tolist()),
        )
        for at, (text, end, length) in enumerate(zip(texts, ends.tolist(), said["lengths"].tolist()))
    ]


def syllables(text: str) -> list[str]:
    """Mandarin as pinyin with the numbers of tones, a syllable each.

    >>> syllables("发财"), syllables("fa1 cai2")
    (['fa1', 'cai2'], ['fa1', 'cai2'])

    Raises:
        DataError: neither Chinese characters nor pinyin with tones.
    """
    from pypinyin import Style, lazy_pinyin  # here, since it takes a fifth of a second

    given = unicodedata.normalize("NFC", text).lower().split()
    found = [one for word in given for one in _read(word, lazy_pinyin, Style.TONE3)]
    bad = next((one for one in found if not _SYLLABLE.fullmatch(one)), None)
    if bad is not None or not found:
        raise DataError(
            tr(
                "{text_!r} cannot be spoken as Mandarin{rest}; "
                "expected Chinese characters, or pinyin with the number of the tone such as 'fa1 cai2'",
                text_=text,
                rest="" if bad is None else tr(" because of {bad!r}", bad=bad),
            )
        )
    return found


def _read(word: str, lazy_pinyin: Any, style: Any) -> list[str]:
    if _SYLLABLE.fullmatch(word):
        return [word]
    read: list[str] = lazy_pinyin(word, style=style, neutral_tone_with_five=True, v_to_u=True)
    return read


def _spelled(text: str, language: str) -> str:
    """A text as the engine is given it."""
    if not text.strip():
        raise DataError(tr("an empty text cannot be spoken; give at least one word"))
    if len(text) > LONGEST_TEXT:
        raise DataError(
            tr(
                "a text of {count} characters is too long to speak; give at most {longest_text}",
                count=len(text),
                longest_text=LONGEST_TEXT,
            )
        )
    if language == "mandarin":
        return " ".join(syllables(text))
    if not re.search(r"[^\W_]", text):
        raise DataError(tr("{text_!r} has no word that can be spoken; give letters or digits", text_=text))
    return text


def _engine() -> tuple[str, str]:
    """Where the library and its data are."""
    try:
        import espeakng_loader
    except ImportError:
        raise MissingExtra("espeakng-loader", "speech", tr("speech made by espeak-ng")) from None
    return str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())


def _ask(request: dict[str, Any]) -> dict[str, np.ndarray]:
    try:
        answer = subprocess.run(
            [sys.executable, "-P", str(_PROCESS)],
            input=json.dumps(request).encode() + b"\n",
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(
            tr("espeak-ng could not be run: {error}; speak fewer texts, or install the extra anew", error=error)
        ) from error
    if answer.returncode:
        said = answer.stderr.decode(errors="replace").strip().splitlines()
        raise DataError(
            tr(
                'espeak-ng failed: {said}; run: pip install --force-reinstall "attention-lab[speech]"',
                said=said[-1] if said else tr("its process ended with {returncode}", returncode=answer.returncode),
            )
        )
    with np.load(io.BytesIO(answer.stdout), allow_pickle=False) as archive:
        return dict(archive)
