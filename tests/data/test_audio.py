"""Sound in and out: what was recorded is what is read, frames are counted by the rule, and sound comes back."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.data.audio import (
    FLOOR,
    HOP,
    RATE,
    WINDOW,
    Sound,
    frame_count,
    frames,
    log_mel,
    mel_filters,
    read_wav,
    sound_of,
    write_wav,
)
from core.errors import DataError, MissingExtra

DATA = Path(__file__).parents[3] / "shared" / "data"


def tone(hertz: float, seconds: float = 1.0, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def wav(samples: np.ndarray, rate: int = RATE, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


# ---------------------------------------------------------------- reading
@pytest.mark.parametrize(
    ("subtype", "step"),
    [("PCM_U8", 2**-7), ("PCM_16", 2**-15), ("PCM_24", 2**-23), ("PCM_32", 2**-23), ("FLOAT", 0.0), ("DOUBLE", 0.0)],
)
@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
def test_every_width_of_samples_is_read_to_its_own_precision(subtype, step, kind):
    sound = read_wav(wav(tone(440.0), subtype=subtype, kind=kind))
    assert sound.rate == RATE and sound.samples.dtype == np.float32 and sound.samples.shape == (RATE,)
    assert np.abs(sound.samples - tone(440.0)).max() <= step
    assert [("8 bits" in note) for note in sound.notes] == ([True] if subtype == "PCM_U8" else [])


def test_channels_are_averaged_and_it_is_said():
    both = np.stack([tone(300.0), np.zeros(RATE, np.float32)], axis=1)
    sound = read_wav(wav(both), "a.wav")
    assert np.abs(sound.samples - tone(300.0) / 2).max() < 1e-4
    assert sound.notes == ("a.wav has 2 channels; their mean was taken",)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_every_rate_becomes_16_kHz_with_the_same_tone_in_it(rate):
    sound = read_wav(wav(tone(1000.0, rate=rate), rate), "a.wav")
    assert sound.seconds == pytest.approx(1.0, abs=1e-3)
    inside = slice(RATE // 10, -RATE // 10)  # a resampling filter rings at the ends
    assert np.abs(sound.samples[inside] - tone(1000.0)[inside]).max() < 2e-3
    assert sound.notes == (f"a.wav has {rate:,} samples a second and was converted to 16,000",)


def test_what_16_kHz_cannot_hold_is_taken_out_and_not_folded_down():
    sound = read_wav(wav(tone(12_000.0, rate=48_000), 48_000))
    assert np.abs(sound.samples[RATE // 10 : -RATE // 10]).max() < 1e-3


def test_a_wav_written_is_read_again_and_loud_samples_are_clipped(tmp_path):
    loud = Sound(2.0 * tone(200.0))
    written = write_wav(loud, tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == written
    again = read_wav(tmp_path / "a.wav")
    assert np.abs(again.samples - np.clip(loud.samples, -1, 1)).max() < 1e-4 and again.notes == ()


# ---------------------------------------------------------------- what cannot be read
def header_of_two_hours() -> bytes:
    """A whole WAV file of two hours, small because it has 8 bits and a low rate."""
    return wav(np.zeros(2 * 3600 * 1000, np.float32), 1000, "PCM_U8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not a WAV file, it has 0 bytes; save the recording as WAV"),
        (b"hello, this is a text about sound, and a rather long one", "is not a WAV file; save"),
        (wav(tone(99.0), kind="FLAC"), "is not a WAV file but FLAC; save"),
        (b"ID3" + bytes(100), "is not a WAV file but MP3"),
        (bytes(4) + b"ftypM4A " + bytes(100), "is not a WAV file but MP4"),
        (wav(tone(99.0))[:30], "damaged or unusual WAV file"),
        (b"RIFF\x24\x00\x00\x00WAVE" + bytes(range(200)), "damaged or unusual WAV file"),
        (wav(np.zeros(0, np.float32)), "has no samples; record it again"),
        (header_of_two_hours(), "lasts 120 minutes; at most 10 can be read: cut it into utterances"),
        (wav(np.zeros(2, np.float32), 96_000), "has no samples"),
        (wav(np.full(400, np.nan, np.float32), subtype="FLOAT"), "samples that are no numbers"),
    ],
    ids=lambda one: (
        "file" if isinstance(one, bytes) else one
    ),  # libsndfile writes the time into some: no name for a test
)
def test_what_cannot_be_read_gets_one_message_that_names_it(data, words, tmp_path):
    with pytest.raises(DataError) as caught:
        read_wav(data, "upload.wav")
    assert str(caught.value).startswith("upload.wav ") and words in str(caught.value)
    (tmp_path / "kept.wav").write_bytes(data)
    with pytest.raises(DataError) as from_disk:
        read_wav(tmp_path / "kept.wav")
    assert str(from_disk.value) == str(caught.value).replace("upload.wav", "kept.wav")


def test_a_file_cut_short_gives_what_is_there():
    sound = read_wav(wav(tone(440.0))[: 44 + RATE])  # bytes: half of the samples
    assert np.abs(sound.samples - tone(440.0, 0.5)).max() < 1e-4


@pytest.mark.parametrize("path", ["nowhere.wav", ".", "a\0b.wav"])
def test_a_path_that_is_no_file_is_named(path):
    with pytest.raises(DataError, match=r"cannot be read .*; check the path"):
        read_wav(Path(path))


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("soundfile", lambda: read_wav(wav(tone(99.0)))),
        ("soxr", lambda: read_wav(wav(tone(99.0, rate=8000), 8000))),
        ("librosa", lambda: sound_of(log_mel(Sound(tone(99.0))))),
    ],
)
def test_without_the_extra_a_sentence_says_what_to_install(module, call, monkeypatch):
    log_mel(Sound(tone(99.0)))  # needs none of them
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"pip install .*\[speech\]"):
        call()


# ---------------------------------------------------------------- frames
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize(("window", "hop"), [(1, 1), (4, 2), (5, 2), (5, 3), (3, 5), (WINDOW, HOP)])
def test_frames_are_counted_by_the_rule_and_stand_where_it_says(window, hop, center):
    for length in (*range(3 * max(window, hop) + 2), RATE) if window < 10 else (0, 1, 399, 400, 401, 1000, RATE):
        samples = np.arange(1, length + 1, dtype=np.float32)
        starts = range(0, length, hop) if center else range(0, length - window + 1, hop)
        first = -(window // 2) if center else 0
        wanted = [[samples[at] if 0 <= at < length else 0.0 for at in range(start + first, start + first + window)]
                  for start in starts]  # fmt: skip
        found = frames(samples, window, hop, center=center)
        assert len(found) == len(wanted) == frame_count(length, window, hop, center=center)
        assert np.array_equal(found, np.array(wanted, np.float32).reshape(-1, window))


# ---------------------------------------------------------------- features
def test_a_second_has_a_hundred_frames_of_eighty_bands():
    features = log_mel(Sound(tone(440.0)))
    assert features.shape == (100, 80) and features.dtype == np.float32


@pytest.mark.parametrize("hertz", [100.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_loudest_in_the_band_whose_triangle_is_over_it(hertz):
    band = int(np.median(log_mel(Sound(tone(hertz))).argmax(axis=1)))
    bins = np.linspace(0, RATE / 2, mel_filters().shape[1])
    weighed = [np.interp(hertz, bins, triangle) for triangle in mel_filters()]
    assert abs(band - int(np.argmax(weighed))) <= 1
    peak = bins[mel_filters()[band].argmax()]
    assert abs(peak - hertz) <= max(40.0, 0.07 * hertz)


def test_silence_is_the_floor_and_features_of_another_rate_are_refused():
    assert np.array_equal(log_mel(Sound(np.zeros(800, np.float32))), np.full((5, 80), np.log(np.float32(FLOOR))))
    with pytest.raises(DataError, match=r"16,000 samples a second, this sound has 8,000"):
        log_mel(Sound(tone(99.0, rate=8000), 8000))


def test_features_equal_those_of_librosa():
    import librosa

    rng = np.random.default_rng(0)
    samples = (tone(440.0) + 0.1 * rng.standard_normal(RATE)).astype(np.float32)
    filters = librosa.filters.mel(sr=RATE, n_fft=512, n_mels=80)
    assert np.abs(filters - mel_filters()).max() < 1e-7
    spectrum = np.abs(librosa.stft(samples, n_fft=512, hop_length=HOP, win_length=WINDOW, pad_mode="constant"))
    theirs = np.log(np.maximum(filters @ spectrum, FLOOR)).T[:100]  # the 101st is centred on the very end
    assert np.abs(theirs - log_mel(Sound(samples))).max() < 1e-3


# ---------------------------------------------------------------- and back
def test_sound_comes_back_with_the_same_length_and_nearly_the_same_features():
    gliding = np.sin(2 * np.pi * np.cumsum(np.linspace(200, 2000, RATE)) / RATE)  # a tone that rises
    sound = Sound((0.3 * gliding).astype(np.float32))
    features = log_mel(sound)
    again = sound_of(features)
    assert again.seconds == sound.seconds and again.rate == RATE
    close = np.abs(log_mel(again) - features)
    silent = np.abs(np.log(np.float32(FLOOR)) - features)
    assert close.mean() < 0.25 * silent.mean()
    # the loudest band of every frame is where it was, the ends apart
    assert np.abs(log_mel(again)[3:-3].argmax(axis=1) - features[3:-3].argmax(axis=1)).max() <= 1
    assert np.array_equal(sound_of(features).samples, again.samples)


@pytest.mark.parametrize("features", [np.zeros((0, 80), np.float32), np.full((3, 80), np.nan, np.float32)])
def test_no_sound_is_made_of_nothing(features):
    with pytest.raises(DataError, match="at least one frame of finite numbers"):
        sound_of(features)


@pytest.mark.skipif(
    not DATA.is_dir(), reason="the real recordings lie beside a checkout of the project's machines only"
)
@pytest.mark.parametrize("path", ["ljspeech-sample/wavs/LJ001-0002.wav", "fsdd/7_jackson_0.wav"])
def test_real_speech_is_read_and_comes_back(path):
    sound = read_wav(DATA / path)
    again = sound_of(log_mel(sound))
    assert again.seconds == pytest.approx(sound.seconds, abs=0.01)
    energies = [np.array([(one**2).sum() for one in frames(each.samples)]) for each in (sound, again)]
    assert np.corrcoef(*energies)[0, 1] > 0.95  # loud where it was loud
