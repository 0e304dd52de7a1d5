"""Learning to speak: the loss by hand, batches of whole steps, pads without a share, and a tiny training that learns."""

import math

import numpy as np
import pytest
import torch

from core.data.audio import Sound
from core.data.espeak import Utterance, speak
from core.data.spoken_text import SpokenBatch, SpokenText, characters
from core.errors import DataError
from core.models.frame_decoder import Written
from core.models.speaker import build_speaker
from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.training.attention_losses import guided_attention
from core.training.speaking import SpectrumLoss, drawn, learn_to_speak

TINY = SpeakerSettings(width=32, reduction=5, prenet=16)


@pytest.fixture(scope="module")
def corpus():
    return SpokenText(tuple(speak(["发财", "你好", "发财你好", "你好发财", "发财发财"])))


def test_the_loss_by_hand_and_pads_have_no_share():
    batch = SpokenBatch(
        torch.ones(2, 1, dtype=torch.long), torch.ones(2, 1, dtype=torch.bool), torch.zeros(2, 4, 1),
        torch.tensor([[True, True], [True, False]]),
    )  # fmt: skip
    frames = torch.tensor([[1.0, 1.0, 2.0, 2.0], [3.0, 3.0, 100.0, 100.0]])[..., None]
    stops = torch.tensor([[0.0, 2.0], [-1.0, 50.0]])
    terms = SpectrumLoss(stop=5.0)(Written(frames, stops, torch.ones(2, 1, 2, 1)), batch)
    assert float(terms["absolute"]) == pytest.approx((1 + 1 + 2 + 2 + 3 + 3) / 6 / 2)
    assert float(terms["squared"]) == pytest.approx((1 + 1 + 4 + 4 + 9 + 9) / 6 / 2)
    going_on, first, second = math.log(2), math.log1p(math.exp(-2)), math.log1p(math.exp(1))
    assert float(terms["stop"]) == pytest.approx((going_on + 5 * first + 5 * second) / 3)


def test_guidance_is_one_term_more_over_real_steps_and_characters(corpus):
    speaker = build_speaker(TINY, len(corpus.vocabulary), Seeds(2)).eval()
    given = corpus.batch([0, 2], 5)
    written = speaker(given.tokens, given.valid, given.frames)
    plain, guided = SpectrumLoss()(written, given), SpectrumLoss(guidance=2.0)(written, given)
    assert guided.keys() - plain.keys() == {"guidance"} and all(
        torch.equal(plain[name], guided[name]) for name in plain
    )
    expected = 2.0 * guided_attention([written.weights], given.steps, given.valid)
    torch.testing.assert_close(guided["guidance"], expected)
    assert torch.autograd.grad(guided["guidance"], speaker.decoder.cross_attention.score.v)[0].abs().sum() > 0


def test_english_is_spelled_in_letters():
    corpus = SpokenText(tuple(speak(["seven eight", "one"], "english")))
    batch = corpus.batch([0, 1], 5)
    assert corpus.vocabulary.tokens[6:] == tuple(sorted(set("seven eightone")))
    assert batch.valid.sum(dim=1).tolist() == [len("seven eight") + 1, len("one") + 1]


def test_a_batch_is_cut_in_whole_steps_and_scaled(corpus):
    batch = corpus.batch([0, 4], 5)
    long, short = (len(corpus.spectra[at]) for at in (4, 0))
    assert batch.tokens.shape == batch.valid.shape == (2, 5)  # four characters and the end
    assert batch.valid.sum(dim=1).tolist() == [3, 5]
    assert batch.steps.sum(dim=1).tolist() == [math.ceil(short / 5), math.ceil(long / 5)]
    assert batch.frames.shape == (2, 5 * batch.steps.shape[1], corpus.spectra[0].shape[1])
    mean, deviation = corpus.scale
    back = batch.frames[0, :short] * deviation + mean
    torch.testing.assert_close(back, torch.from_numpy(corpus.spectra[0]).float(), atol=1e-4, rtol=0)
    assert (batch.frames[0, 5 * math.ceil(short / 5) :] == 0).all()


def test_pads_change_neither_loss_nor_gradient(corpus):
    speaker = build_speaker(TINY, len(corpus.vocabulary), Seeds(2)).double().eval()
    found = []
    for extra in (0, 2):
        given = corpus.batch([0, 2], 5)
        frames = torch.nn.functional.pad(given.frames.double(), (0, 0, 0, 5 * extra), value=3.0)
        steps = torch.nn.functional.pad(given.steps, (0, extra))
        written = speaker(given.tokens, given.valid, frames)
        loss = sum(SpectrumLoss()(written, given._replace(frames=frames, steps=steps)).values())
        found.append((loss.detach(), *torch.autograd.grad(loss, list(speaker.parameters()))))
    for one, other in zip(*found):
        torch.testing.assert_close(one, other, atol=1e-10, rtol=0)


def test_it_learns_and_the_same_seed_learns_the_same(corpus):
    losses = []
    for _ in range(2):
        speaker = build_speaker(TINY, len(corpus.vocabulary), Seeds(3))
        before = torch.get_rng_state()
        steps = list(learn_to_speak(speaker, corpus, Seeds(3), 30, batch=3, rate=2e-2))
        assert torch.equal(before, torch.get_rng_state())
        losses.append([sum(one.terms.values()) for one in steps])
    assert losses[0] == losses[1]
    assert np.mean(losses[0][-5:]) < 0.75 * losses[0][0]
    assert not speaker.decoder.prenet.training or speaker.training


def test_batches_are_neighbours_in_length_and_a_function_of_the_step(corpus):
    chosen = {tuple(drawn(corpus, Seeds(1), step, 3)) for step in range(40)}
    lengths = [len(one) for one in corpus.spectra]
    assert len(chosen) == 3 and all(sorted(lengths[at] for at in one) == [lengths[at] for at in one] for one in chosen)
    assert drawn(corpus, Seeds(1), 7, 3) == drawn(corpus, Seeds(1), 7, 3)
    assert sorted(drawn(corpus, Seeds(1), 7, 9)) == list(range(5))


def test_a_corpus_needs_an_utterance_and_silence_is_no_division_by_nothing():
    with pytest.raises(DataError, match="no utterance to learn from"):
        SpokenText(())
    silent = SpokenText((Utterance("静", Sound(np.zeros(16_000, np.float32)), ()),))
    assert silent.batch([0], 5).frames.isfinite().all()
    assert characters(" a  b ") == ["a", " ", "b"]
