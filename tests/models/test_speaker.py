"""A model that speaks: hand over hand equals at speed, pads change nothing, recording changes nothing, chance is given."""

from dataclasses import replace

import pytest
import torch

from core.attention.alignments import ALIGNMENTS
from core.attention.course import COURSES
from core.attention.dropout import give_chance
from core.data.batch import pad
from core.errors import NumberError, SettingError
from core.models.speaker import Speaker, build_speaker
from core.models.speaker_settings import SPOKEN_BY, SpeakerSettings
from core.recording.recorder import Recorder
from core.seeds import Seeds

SMALL = SpeakerSettings(width=8, mels=5, reduction=3, prenet=6, forgetting=0.4)
TOKENS = 13
CHOICES = (
    {f"encoder {name}": replace(SMALL, encoder=name, layers=2) for name in SPOKEN_BY}
    | {f"alignment {name}": replace(SMALL, alignment=name) for name in ALIGNMENTS}
    | {f"inference {name}": replace(SMALL, inference=name) for name in COURSES}
)


def made(settings: SpeakerSettings) -> Speaker:
    speaker = build_speaker(settings, TOKENS, Seeds(4)).double().eval()
    torch.nn.init.zeros_(speaker.decoder.stop.weight)  # untrained it goes on as long as it may
    torch.nn.init.constant_(speaker.decoder.stop.bias, -1.0)
    return speaker


def texts():
    return pad([[6, 7, 8, 9, 2], [10, 2], [11, 12, 6, 2]])


def spectra(steps: int) -> torch.Tensor:
    return torch.randn(3, 3 * steps, 5, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


@pytest.mark.parametrize("settings", CHOICES.values(), ids=CHOICES)
def test_step_by_step_under_gold_frames_it_writes_what_it_writes_in_one_sweep(settings):
    speaker, frames = made(settings), spectra(4)
    swept = speaker(*texts(), frames)
    state, before = speaker.decoder.start(speaker.encoder(*texts())), torch.zeros(3, 5, dtype=torch.float64)
    for step in range(4):
        written, state = speaker.decoder.step(before, state)
        before = frames[:, 3 * step + 2]
        torch.testing.assert_close(written.frames, swept.frames[:, 3 * step : 3 * step + 3], atol=1e-12, rtol=0)
        torch.testing.assert_close(written.stops[:, 0], swept.stops[:, step], atol=1e-12, rtol=0)
        torch.testing.assert_close(written.weights[:, :, 0], swept.weights[:, :, step], atol=1e-12, rtol=0)


@pytest.mark.parametrize("settings", CHOICES.values(), ids=CHOICES)
def test_pads_of_text_and_spectrum_change_nothing(settings):
    speaker, (tokens, valid), frames = made(settings), texts(), spectra(4)
    swept, longer = speaker(tokens, valid, frames), speaker(
        torch.nn.functional.pad(tokens, (0, 3), value=7),
        torch.nn.functional.pad(valid, (0, 3)),
        torch.nn.functional.pad(frames, (0, 0, 0, 6), value=9.0),
    )  # fmt: skip
    torch.testing.assert_close(longer.frames[:, :12], swept.frames, atol=1e-12, rtol=0)
    torch.testing.assert_close(longer.stops[:, :4], swept.stops, atol=1e-12, rtol=0)
    torch.testing.assert_close(longer.weights[:, :, :4, :5], swept.weights, atol=1e-12, rtol=0)
    assert (longer.weights[..., 5:] == 0).all()


@pytest.mark.parametrize("settings", CHOICES.values(), ids=CHOICES)
def test_alone_it_says_what_it_says_in_a_batch(settings):
    speaker, (tokens, valid) = made(settings), texts()
    together = speaker.speak(tokens, valid, 6)
    for row, length in enumerate(valid.sum(dim=1).tolist()):
        alone = speaker.speak(tokens[row : row + 1, :length], valid[row : row + 1, :length], 6)
        torch.testing.assert_close(alone.frames[0], together.frames[row], atol=1e-12, rtol=0)
        torch.testing.assert_close(alone.weights[0], together.weights[row, ..., :length], atol=1e-12, rtol=0)


def test_a_recorder_changes_nothing_and_keeps_where_every_step_looked():
    speaker = build_speaker(SMALL, TOKENS, Seeds(1))
    recorder = Recorder(speaker, "*cross*")
    plain = speaker.speak(*texts(), 5, torch.Generator().manual_seed(3))
    with recorder:
        watched = speaker.speak(*texts(), 5, torch.Generator().manual_seed(3))
    assert all(torch.equal(one, other) for one, other in zip(plain, watched))
    assert recorder.paths == ["decoder.cross_attention"]
    assert torch.equal(recorder.tensor("decoder.cross_attention"), plain.weights)


def test_chance_comes_from_the_generator_that_was_given():
    speaker, before = made(SMALL), torch.get_rng_state()
    first, again, other = (speaker.speak(*texts(), 5, torch.Generator().manual_seed(seed)) for seed in (7, 7, 8))
    assert torch.equal(first.frames, again.frames) and not torch.equal(first.frames, other.frames)
    sure = [speaker.speak(*texts(), 5).frames for _ in range(2)]
    assert torch.equal(*sure) and not torch.equal(sure[0], first.frames)
    assert torch.equal(before, torch.get_rng_state())
    assert not speaker.decoder.prenet.training  # as it was: the next one may speak without chance


def test_each_item_stops_by_itself_and_who_never_stops_is_cut_off():
    speaker = made(SMALL)
    endless = speaker.speak(*texts(), 6)
    assert endless.steps.tolist() == [6, 6, 6] and not endless.stopped.any() and endless.frames.shape[1] == 18
    torch.nn.init.constant_(speaker.decoder.stop.bias, 1.0)
    at_once = speaker.speak(*texts(), 6)
    assert at_once.steps.tolist() == [1, 1, 1] and at_once.stopped.all() and at_once.frames.shape[1] == 3


def test_items_that_stop_early_wait_for_the_others(monkeypatch):
    speaker, step = made(SMALL), iter(range(9))
    real = speaker.decoder.step

    def stopping(frame, state):
        written, after = real(frame, state)
        at = next(step)
        return written._replace(stops=torch.tensor([[at - 0.5], [at - 2.5], [0.5 - at]]).double()), after

    monkeypatch.setattr(speaker.decoder, "step", stopping)
    said = speaker.speak(*texts(), 9)
    assert said.steps.tolist() == [2, 4, 1] and said.stopped.all() and said.weights.shape == (3, 1, 4, 5)


@pytest.mark.parametrize("alignment", ["content", "location"])
def test_rows_of_a_state_can_be_chosen(alignment):
    speaker = made(replace(SMALL, alignment=alignment))
    _, state = speaker.decoder.step(torch.zeros(3, 5).double(), speaker.decoder.start(speaker.encoder(*texts())))
    rows = torch.tensor([2, 0])
    heard = torch.ones(3, 5).double()
    chosen, _ = speaker.decoder.step(heard[rows], state.select(rows))
    every, _ = speaker.decoder.step(heard, state)
    torch.testing.assert_close(chosen.frames, every.frames[rows], atol=1e-12, rtol=0)


def test_the_prenet_forgets_in_training_so_that_the_text_must_be_read():
    speaker = made(SMALL).train()
    give_chance(speaker, torch.Generator().manual_seed(1))
    heard = speaker.decoder.prenet(torch.ones(50, 1, 5).double())
    assert (heard == 0).double().mean() > 0.35 and heard.unique(dim=0).shape[0] > 1


def test_a_spectrum_that_is_no_number_is_refused():
    speaker = made(SMALL)
    speaker.decoder.output.bias.data[0] = torch.nan
    with pytest.raises(NumberError, match="train it anew"):
        speaker.speak(*texts(), 2)


def test_the_scale_is_undone():
    speaker = build_speaker(SMALL, TOKENS, Seeds(1))
    speaker.scale(torch.arange(5.0), torch.full((5,), 2.0))
    assert speaker.log_mel(torch.ones(1, 5)).tolist() == [[2.0, 3.0, 4.0, 5.0, 6.0]]
    assert {"mean", "deviation"} <= speaker.state_dict().keys()


def test_what_cannot_be_built_is_refused():
    with pytest.raises(SettingError, match="choose an even width"):
        SpeakerSettings(width=7)
    with pytest.raises(SettingError, match="choose inference=free"):
        SpeakerSettings(alignment="monotonic", inference="window")
