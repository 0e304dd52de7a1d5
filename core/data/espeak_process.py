"""espeak-ng in a process of its own: `python -m core.data.espeak_process`, a request in, an archive of sounds out.

The library keeps one voice for a whole process, is not safe between threads, ends the process that calls it when it is
unhappy, and carries the phase of its voice from one utterance to the next. In a fresh process the sounds depend on the
request alone. Only the standard library and numpy are imported here: it begins in a tenth of a second.

In: one line of JSON, {"library", "data", "voice", "pace", "texts"}. Out: an .npz with "rate", "samples" (16 bits, all
utterances after one another), "lengths" (of each), "words" (a row for every word: utterance, first sample). An error is
one line on the error stream, and exit code 1.
"""

import ctypes
import io
import json
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples come to the callback, nothing is played
_NO_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
_PACE = 1  # espeakRATE
_CHARACTERS, _UTF8 = 1, 1
_END, _WORD = 0, 1  # espeakEVENT_LIST_TERMINATED, espeakEVENT_WORD


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("value", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass
class _Heard:
    """What the library has said of one utterance."""

    pieces: list[np.ndarray] = field(default_factory=list)
    words: list[int] = field(default_factory=list)

    def take(self, samples: Any, count: int, events: Any) -> int:
        """The callback: some samples, and what happens in them; 0 asks for more."""
        if samples and count > 0:
            self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        at = 0
        while events[at].type != _END:
            if events[at].type == _WORD:
                self.words.append(events[at].sample)
            at += 1
        return 0


def speak(request: dict[str, Any]) -> dict[str, np.ndarray]:
    """Say all texts of a request.

    Raises:
        OSError: the library cannot be loaded, finds no data, has no such voice, or refuses a text.
    """
    library = ctypes.CDLL(request["library"])
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, request["data"].encode(), _NO_EXIT)
    if rate <= 0:
        raise OSError(f"espeak-ng finds no usable data in {request['data']}")
    if library.espeak_SetVoiceByName(request["voice"].encode()):
        raise OSError(f"espeak-ng has no voice {request['voice']!r}")
    library.espeak_SetParameter(_PACE, request["pace"], 0)
    heard = [_say(library, text) for text in request["texts"]]
    library.espeak_Terminate()
    joined = [np.concatenate([*one.pieces, np.zeros(0, np.int16)]) for one in heard]
    return {
        "rate": np.array(rate),
        "samples": np.concatenate([*joined, np.zeros(0, np.int16)]),
        "lengths": np.array([len(one) for one in joined], np.int64),
        "words": np.array([(at, word) for at, one in enumerate(heard) for word in one.words], np.int64).reshape(-1, 2),
    }


def _say(library: ctypes.CDLL, text: str) -> _Heard:
    heard, encoded = _Heard(), text.encode()
    callback = _Callback(heard.take)
    library.espeak_SetSynthCallback(callback)
    size, none = ctypes.c_size_t(len(encoded) + 1), ctypes.c_void_p()
    if library.espeak_Synth(encoded, size, 0, _CHARACTERS, 0, _UTF8, none, none) or library.espeak_Synchronize():
        raise OSError(f"espeak-ng does not say {text!r}")
    return heard


def main() -> int:
    """Answer the request on standard input."""
    try:
        said = speak(json.loads(sys.stdin.buffer.readline()))
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    archive = io.BytesIO()
    np.savez(archive, **said)  # type: ignore[arg-type]
    sys.stdout.buffer.write(archive.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
