"""What stands along the axes of a map: tokens that a person gives, seconds of the frames, else numbers."""

import io
import json
import wave
from dataclasses import dataclass

from core.errors import DataError
from core.language import mark, tr
from core.recording.alignment import AlignmentMap, Axes

SIDES = (mark("by their number"), mark("columns"), mark("rows"))
_OUTPUT_WORDS = {
    "tokens": mark("output tokens"),
    "frames": mark("output frames, in seconds"),
    "positions": mark("output positions"),
}
_SOURCE_WORDS = {
    "tokens": mark("source tokens"),
    "frames": mark("source frames, in seconds"),
    "positions": mark("source positions"),
}
_LONGEST_TOKENS = 2**20  # characters of a token list
_LONGEST_HOP = 10.0  # seconds between two frames; more is milliseconds taken for seconds


@dataclass(frozen=True)
class Captions:
    """What a person gives beside the maps.

    Attributes:
        tokens: as typed, or the text of a file; empty for none.
        side: what they label, one of SIDES.
        hop: seconds from frame to frame; None for none.
        duration: seconds of the sound that the frames cover; used where there is no hop.
    """

    tokens: str = ""
    side: str = SIDES[0]
    hop: float | None = None
    duration: float | None = None


_CUTS = {
    "a JSON list": mark("{n:,} in a JSON list"),
    "lines": mark("{n:,} lines"),
    "words": mark("{n:,} words"),
    "characters": mark("{n:,} characters"),
    "characters without blanks": mark("{n:,} characters without blanks"),
}


def cuts_of(text: str) -> dict[str, tuple[str, ...]]:
    """Every sensible way to cut a list of tokens: a JSON list, lines, words between blanks, single characters.

    Raises:
        DataError: too long.

    >>> {way: len(tokens) for way, tokens in cuts_of("fa1 cai2 fa1").items()}
    {'words': 3, 'characters': 12, 'characters without blanks': 10}
    """
    if len(text) > _LONGEST_TOKENS:
        raise DataError(
            tr(
                "a token list of {count:,} characters; at most {longest_tokens:,} are read",
                count=len(text),
                longest_tokens=_LONGEST_TOKENS,
            )
        )
    text = text.replace("\r\n", "\n").strip("\n\ufeff")
    if not text.strip():
        return {}
    cuts: dict[str, tuple[str, ...]] = {}
    if text.lstrip().startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list):
            cuts["a JSON list"] = tuple(map(str, listed))
    lines = tuple(line.strip(" \r\t") or " " for line in text.split("\n"))
    if len(lines) > 1:
        cuts["lines"] = lines
    cuts["words"] = tuple(text.split())
    cuts["characters"] = tuple(text.replace("\n", ""))
    cuts["characters without blanks"] = tuple("".join(text.split()))
    return {way: tokens for way, tokens in cuts.items() if tokens not in list(cuts.values())[: list(cuts).index(way)]}


def counts_of(text: str) -> tuple[int, ...]:
    """How many tokens a list has, each way of cutting it."""
    return tuple(len(tokens) for tokens in cuts_of(text).values())


def label(one: AlignmentMap, captions: Captions) -> Axes:
    """The labels of a map.

    Raises:
        DataError: a hop that cannot be one.
    """
    notes: list[str] = []
    tokens, axis = _fitting(one.shape, captions, notes)
    own = (one.queries, one.keys)
    hop, timed = _hop(one, captions, axis, notes)
    labels, names = [], []
    for at, words in enumerate((_OUTPUT_WORDS, _SOURCE_WORDS)):
        size, step = one.weights.shape[at], one.block[at]
        if axis == at and tokens:
            labels.append(joined(tokens, step))
            names.append(tr(words["tokens"]))
        elif timed == at and hop:
            labels.append(tuple(f"{row * step * hop:.2f} s" for row in range(size)))
            names.append(tr(words["frames"]))
        elif own[at] is not None and step == 1:
            labels.append(own[at])
            names.append(tr(words["tokens"]))
        else:
            labels.append(tuple(str(row * step + 1) for row in range(size)))
            names.append(tr(words["positions"]))
    return Axes(*labels, *names, block=one.block, shape=one.shape, hop=hop, timed=timed, notes=tuple(notes))


def seconds_of(data: bytes, name: str) -> float:
    """How long a WAV file lasts, by its header.

    Raises:
        DataError: it is none that the standard library reads, or has no samples.
    """
    try:
        with wave.open(io.BytesIO(data)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError, ValueError, RuntimeError) as error:  # RuntimeError: of its chunks
        raise DataError(
            tr(
                "{name} is no WAV file of whole numbers (PCM): {error}; save it as such, or give the hop",
                name=name,
                error=error,
            )
        ) from error
    if not seconds:
        raise DataError(tr("{name} has no samples; give the hop instead", name=name))
    return seconds


def _fitting(shape: tuple[int, int], captions: Captions, notes: list[str]) -> tuple[tuple[str, ...], int | None]:
    """The tokens, cut so that they fit an axis, and which: 0 rows, 1 columns."""
    cuts = cuts_of(captions.tokens)
    if not cuts:
        return (), None
    sides = {"rows": (0,), "columns": (1,)}.get(captions.side, (1, 0))
    for axis in sides:
        for tokens in cuts.values():
            if len(tokens) == shape[axis]:
                return tokens, axis
    counts = ", ".join(tr(_CUTS[way], n=len(tokens)) for way, tokens in cuts.items())
    wanted = tr(" nor ").join(tr(("the {n:,} rows", "the {n:,} columns")[axis], n=shape[axis]) for axis in sides)
    notes.append(
        tr(
            "the tokens fit not {wanted} (they are {counts}): axes are numbered; add what stands for begin, end and blanks",
            wanted=wanted,
            counts=counts,
        )
        if len(sides) == 1
        else tr(
            "the tokens fit neither {wanted} (they are {counts}): axes are numbered; add what stands for begin, end, blanks",
            wanted=wanted,
            counts=counts,
        )
    )
    return (), None


def _hop(one: AlignmentMap, captions: Captions, axis: int | None, notes: list[str]) -> tuple[float | None, int | None]:
    """Seconds a frame, and which axis has frames: not the one with tokens, else the longer."""
    if captions.hop is None and captions.duration is None:
        return None, None
    if axis is None and (one.queries is None) != (one.keys is None):
        axis = 0 if one.queries is not None else 1
    timed = 1 - axis if axis is not None else int(one.shape[1] > one.shape[0])
    hop = captions.hop if captions.hop is not None else (captions.duration or 0.0) / one.shape[timed]
    if not 0 < hop <= _LONGEST_HOP:
        raise DataError(tr("a hop of {hop:g} s; from frame to frame it is usually 5 to 50 ms", hop=hop))
    if captions.hop is None:
        notes.append(
            tr(
                "the sound's {duration:.2f} s over {shape:,} frames: a hop of {hop:.2f} ms",
                duration=captions.duration,
                shape=one.shape[timed],
                hop=1000 * hop,
            )
        )
    elif (
        captions.duration is not None
        and abs(hop * one.shape[timed] - captions.duration) > 0.1 * captions.duration + hop
    ):
        notes.append(
            tr(
                "{shape:,} frames of {hop:g} ms are {hop2:.2f} s, but the sound lasts "
                "{duration:.2f} s: one of the two is of something else",
                shape=one.shape[timed],
                hop=1000 * hop,
                hop2=hop * one.shape[timed],
                duration=captions.duration,
            )
        )
    return hop, timed


def joined(tokens: tuple[str, ...], step: int) -> tuple[str, ...]:
    """One label for each cell of a map that was made smaller."""
    if step == 1:
        return tokens
    parts = [tokens[at : at + step] for at in range(0, len(tokens), step)]
    return tuple(part[0] if len(part) == 1 else f"{part[0]}…{part[-1]}" for part in parts)
