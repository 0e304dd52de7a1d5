"""Sound: WAV files in and out, log-mel features of it, and sound again from log-mel features.

Everything here is at 16,000 samples a second, one channel: what comes at another rate or with more channels is converted
when it is read, and a note says so. A frame is what is heard around one moment: a window of 25 ms (400 samples), one
every 10 ms (160 samples), so one second has 100 frames.

The rule of the frames: frame n is centred on sample 160·n, with silence beyond both ends, and there are as many frames as
hops begun, ⌈samples / hop⌉. (Without the silence, frame n begins at sample 160·n, and one second has 1 + ⌊(16,000 − 400) /
160⌋ = 98 frames; toolkits that also count a frame centred on the very end have 101.)

Source of the features: Slaney's Auditory Toolbox (1998) for the mel scale, linear below 1 kHz and logarithmic above, and for
triangles of equal area; Davis and Mermelstein 1980 for the idea. Griffin and Lim 1984 for the way back.
"""

import io
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from core.errors import DataError, MissingExtra
from core.language import tr

Samples = Float[np.ndarray, " sample"]
LogMel = Float[np.ndarray, "frame mel"]

RATE = 16_000  # samples a second
WINDOW = 400  # samples of a frame: 25 ms
HOP = 160  # samples from frame to frame: 10 ms
FRAMES_A_SECOND = RATE // HOP
MELS = 80
LONGEST = 600  # seconds of one recording; an hour would be 360,000 frames, and no model here attends over a tenth of it
FLOOR = 1e-5  # of a magnitude before its logarithm is taken: silence is −11.5, not −∞
_POINTS = (
    512  # of the Fourier transform; a frame is filled up with silence, so that every mel band has a bin of its own
)
_ITERATIONS = 32  # of Griffin–Lim: the sound hardly changes after some thirty
_LOWEST = 1_000  # samples a second: of a few thousand bytes at 8 a second ten minutes would be made
_SMALLEST = 44  # bytes of a WAV file without samples


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel of sound.

    Attributes:
        samples: the pressure at each moment, in [−1, 1] where nothing was clipped.
        rate: samples a second.
        notes: sentences for the person who brought the file: what was converted.
    """

    samples: Samples
    rate: int = RATE
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def read_wav(file: Path | bytes, name: str = "the recording") -> Sound:
    """A WAV file as one channel at 16 kHz: whole numbers of 8, 16, 24 or 32 bits, or floats, of any rate and channels.

    Args:
        file: its path, or its bytes (an upload); name: what messages call the bytes.

    Raises:
        DataError: missing, not a WAV, damaged, without samples, longer than 10 minutes, or holding what is no number.
        MissingExtra: soundfile, or for another rate soxr, is not installed.
    """
    name = name if isinstance(file, bytes) else file.name
    with _opened(file) as stream:
        head = stream.read(_SMALLEST)
        if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
            raise DataError(tr(
                "{name} is not a WAV file{looks_like}; save the recording as WAV (PCM) and try again", name=name,
                looks_like=_looks_like(head)))  # fmt: skip
        stream.seek(0)
        samples, rate, notes = _decode(stream, name)  # sample channel
    if not np.isfinite(samples).all():
        raise DataError(
            tr("{name} holds samples that are no numbers (NaN or infinite); export it again as PCM, 16 bits", name=name)
        )
    if rate != RATE:
        notes.append(
            tr("{name} has {rate:,} samples a second and was converted to {rate2:,}", name=name, rate=rate, rate2=RATE)
        )
    converted = resample(samples.mean(axis=1), rate)
    _check_length(len(converted), RATE, name)  # a header may be wrong, and three samples of many a second come to none
    return Sound(converted, RATE, tuple(notes))


def write_wav(sound: Sound, path: Path | None = None) -> bytes:
    """The bytes of a WAV file, 16 bits, one channel, also written to `path` where one is given.

    Samples outside [−1, 1] are clipped.
    """
    whole = np.round(np.clip(sound.samples, -1.0, 1.0) * 32767.0).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.rate)
        out.writeframes(whole.tobytes())
    if path is not None:
        path.write_bytes(buffer.getvalue())
    return buffer.getvalue()


def frame_count(samples: int, window: int = WINDOW, hop: int = HOP, *, center: bool = True) -> int:
    """How many frames so many samples have.

    Args:
        center: frame n is centred on sample hop·n, silence beyond the ends; else it begins there and lies within.

    >>> frame_count(RATE), frame_count(RATE, center=False), frame_count(1), frame_count(399, center=False)
    (100, 98, 1, 0)
    """
    if center:
        return -(-samples // hop)
    return 1 + (samples - window) // hop if samples >= window else 0


def frames(
    samples: Samples, window: int = WINDOW, hop: int = HOP, *, center: bool = True
) -> Float[np.ndarray, "frame window"]:
    """Every window of a sound, as `frame_count` counts them."""
    count = frame_count(len(samples), window, hop, center=center)
    if count == 0:
        return np.zeros((0, window), samples.dtype)
    before = window // 2 if center else 0
    after = max(0, (count - 1) * hop + window - before - len(samples))
    padded = np.pad(samples, (before, after))
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::hop][:count]


def log_mel(sound: Sound) -> LogMel:
    """Natural logarithm of the magnitude in each of 80 mel bands, at least log 10⁻⁵, 100 frames a second.

    Raises:
        DataError: the sound is not at 16 kHz (read_wav converts).
    """
    if sound.rate != RATE:
        raise DataError(tr(
            "log-mel features are of {rate:,} samples a second, this sound has {rate2:,}", rate=RATE,
            rate2=sound.rate))  # fmt: skip
    spectrum = np.fft.rfft(frames(sound.samples) * _hann(), n=_POINTS)  # frame bin
    bands = np.abs(spectrum).astype(np.float32) @ mel_filters().T
    return np.log(np.maximum(bands, FLOOR))


def sound_of(features: LogMel) -> Sound:
    """The sound whose log-mel features are nearest to these: Griffin–Lim, from phases of a fixed seed.

    The magnitudes of the bins are taken from the bands by the pseudoinverse of the mel filters; where it is negative,
    zero.

    Raises:
        MissingExtra: librosa is not installed; DataError: there is no frame, or one holds what is no number.
    """
    if not len(features) or not np.isfinite(features).all():
        raise DataError(
            tr("sound is made of at least one frame of finite numbers; these features have none, or hold NaN")
        )
    try:
        import librosa  # slow to import: only who makes sound waits for it
    except ImportError:
        raise MissingExtra("librosa", "speech", tr("making sound of features")) from None
    magnitudes = np.maximum(_inverse_filters() @ np.exp(features).T, 0.0)  # bin frame
    samples = librosa.griffinlim(
        magnitudes.astype(np.float32), n_iter=_ITERATIONS, hop_length=HOP, win_length=WINDOW, n_fft=_POINTS,
        length=len(features) * HOP - 1, random_state=0, pad_mode="constant",
    )  # fmt: skip
    return Sound(np.append(samples, np.float32(0.0)))  # librosa would count a frame more, centred on the very end


def resample(samples: Samples, rate: int) -> Float[np.ndarray, " converted"]:
    """The same sound at 16 kHz.

    Raises:
        MissingExtra: soxr is needed, and not installed.
    """
    if rate == RATE:
        return samples
    try:
        import soxr  # comes with librosa
    except ImportError:
        raise MissingExtra("soxr", "speech", tr("a recording of {rate:,} samples a second", rate=rate)) from None
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


@cache
def mel_filters() -> Float[np.ndarray, "mel bin"]:
    """The weight of every bin of the Fourier transform in every band: triangles of equal area between 0 and 8 kHz."""
    bins = np.linspace(0.0, RATE / 2, _POINTS // 2 + 1)
    corners = _hertz(np.linspace(0.0, _mel(RATE / 2), MELS + 2))
    low, peak, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (bins - low) / (peak - low), (high - bins) / (high - peak)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * 2.0 / (high - low)).astype(np.float32)


@cache
def _inverse_filters() -> Float[np.ndarray, "bin mel"]:
    return np.linalg.pinv(mel_filters())


@cache
def _hann() -> Samples:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def _mel(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000.0 else 15.0 + 27.0 * float(np.log(hertz / 1000.0) / np.log(6.4))


def _hertz(mels: Float[np.ndarray, " band"]) -> Float[np.ndarray, " band"]:
    return np.where(mels < 15.0, mels * 200 / 3, 1000.0 * np.exp(np.log(6.4) * (mels - 15.0) / 27.0))


def _decode(stream: io.BufferedIOBase, name: str) -> tuple[Float[np.ndarray, "sample channel"], int, list[str]]:
    try:
        import soundfile
    except ImportError:
        raise MissingExtra("soundfile", "speech", tr("reading a WAV file")) from None
    try:
        with soundfile.SoundFile(stream) as opened:
            if opened.samplerate < _LOWEST:
                raise DataError(tr(
                    "{name} has {samplerate:,} samples a second; speech needs at least {lowest:,}: record it anew",
                    name=name, samplerate=opened.samplerate, lowest=_LOWEST))  # fmt: skip
            _check_length(opened.frames, opened.samplerate, name)
            samples = opened.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, ValueError) as error:
        reason = getattr(error, "error_string", str(error)).rstrip(".")
        raise DataError(
            tr("{name} is a damaged or unusual WAV file ({reason}); save it as PCM, 16 bits", name=name, reason=reason)
        ) from error
    notes = []
    if opened.channels > 1:
        notes.append(tr("{name} has {channels} channels; their mean was taken", name=name, channels=opened.channels))
    if opened.subtype == "PCM_U8":
        notes.append(
            tr("{name} has 8 bits a sample: every sample is off by up to half a percent of full scale", name=name)
        )
    return samples, opened.samplerate, notes


def _check_length(samples: int, rate: int, name: str) -> None:
    if not samples:
        raise DataError(tr("{name} has no samples; record it again, or take it out", name=name))
    if samples > LONGEST * rate:
        raise DataError(tr(
            "{name} lasts {samples:,.0f} minutes; at most {longest} can be read: cut it into utterances", name=name,
            samples=samples / rate / 60, longest=LONGEST // 60))  # fmt: skip


def _opened(file: Path | bytes) -> io.BufferedIOBase:
    if isinstance(file, bytes):
        return io.BytesIO(file)
    try:
        return file.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DataError(tr(
            "{file} cannot be read ({getattr}); check the path", file=file,
            getattr=getattr(error, "strerror", None) or error,
        )) from error  # fmt: skip


def _looks_like(data: bytes) -> str:
    if len(data) < _SMALLEST:
        return tr(", it has {count} bytes", count=len(data))
    starts = {b"fLaC": "FLAC", b"ID3": "MP3", b"\xff\xfb": "MP3", b"\xff\xf3": "MP3", b"OggS": "Ogg", b"FORM": "AIFF"}
    kinds = [kind for start, kind in starts.items() if data.startswith(start)]
    kinds += ["MP4"] if data[4:8] == b"ftyp" else []
    return tr(" but {kind}", kind=kinds[0]) if kinds else ""
