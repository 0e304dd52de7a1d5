"""A model that speaks: an encoder reads the text, a decoder writes the spectrum frame by frame until it stops.

Frames are what `core/data/audio.py` makes of a sound, shifted and scaled so that each band has mean 0 and deviation 1 in
the speech that was trained on. The scale is part of the model, so that what it writes can be turned into sound.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.attention.dropout import give_chance
from core.errors import NumberError
from core.language import tr
from core.models.allowance import LARGEST, Allowance
from core.models.build import ENCODERS
from core.models.combinations import OWN_ENCODER
from core.models.encoder import AbstractEncoder
from core.models.frame_decoder import FrameDecoder, Frames, Written
from core.models.parts import embedding_of
from core.models.speaker_settings import SpeakerSettings
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import Tokens, Valid, Weights

_HEADS = 4  # of self-attention in the encoder, or as many as divide the width


class Spoken(NamedTuple):
    """What a speaker said of its own accord.

    Attributes:
        frames: of the longest item; scaled as the model's are.
        steps: how many steps of each item are its own, at least one; stopped: whether it said itself that it was through.
        weights: where each step looked, [batch, 1, step, source].
    """

    frames: Frames
    steps: Int[Tensor, " batch"]
    stopped: Bool[Tensor, " batch"]
    weights: Weights


class Speaker(nn.Module):
    """Text to spectrum.

    Args:
        encoder: reads the text; decoder: writes frames.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, encoder: AbstractEncoder, decoder: FrameDecoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.register_buffer("mean", torch.zeros(decoder.mels))
        self.register_buffer("deviation", torch.ones(decoder.mels))

    def scale(self, mean: Float[Tensor, " mel"], deviation: Float[Tensor, " mel"]) -> None:
        """Take over how loud each band is in the speech to be learned."""
        self.mean.copy_(mean)
        self.deviation.copy_(deviation)

    def forward(self, tokens: Tokens, valid: Valid, frames: Frames) -> Written:
        """Write under gold frames, which are scaled already."""
        written: Written = self.decoder(frames, self.encoder(tokens, valid))
        return written

    @torch.no_grad()
    def speak(self, tokens: Tokens, valid: Valid, most: int, chance: torch.Generator | None = None) -> Spoken:
        """Speak until every item has stopped, or for `most` steps.

        Args:
            most: steps at most, at least one.
            chance: keeps the prenet's dropout on, as in training, and is where it draws from; None speaks without chance.

        Raises:
            NumberError: the spectrum is no number any more.
        """
        self.eval()
        if chance is not None:
            give_chance(self, chance)
            self.decoder.prenet.train()
        state = self.decoder.start(self.encoder(tokens, valid))
        frame = state.context.new_zeros(len(tokens), self.decoder.mels)
        steps = torch.zeros(len(tokens), dtype=torch.long)
        running = torch.ones(len(tokens), dtype=torch.bool)
        frames, weights = [], []
        for _ in range(most):
            written, state = self.decoder.step(frame, state)
            frame = written.frames[:, -1]
            frames.append(written.frames)
            weights.append(written.weights)
            steps += running
            running &= written.stops[:, 0] <= 0
            if not running.any():
                break
        self.decoder.prenet.eval()
        spectrum = torch.cat(frames, dim=1)
        if not spectrum.isfinite().all():
            raise NumberError(
                tr("the speaker writes a spectrum that is no number: its weights have diverged; train it anew")
            )
        return Spoken(spectrum, steps, ~running, torch.cat(weights, dim=2))

    def log_mel(self, frames: Float[Tensor, "frame mel"]) -> Float[Tensor, "frame mel"]:
        """Frames as the model writes them, on the scale of sounds."""
        return frames * self.deviation + self.mean


def build_speaker(settings: SpeakerSettings, vocabulary: int, seeds: Seeds) -> Speaker:
    """A fresh speaker; the same seed gives the same weights, and the global generator is put back as it was."""
    width = settings.width
    positions = "sinusoidal" if settings.encoder in (OWN_ENCODER, "convolution") else "none"
    like = TransformerSettings(layers=settings.layers, heads=math.gcd(width, _HEADS), width=width, positions=positions)
    with torch.random.fork_rng(devices=[]), Allowance(LARGEST):
        torch.manual_seed(seeds.number("init"))
        encoder = ENCODERS[settings.encoder](like, embedding_of(like, vocabulary))
        return Speaker(encoder, FrameDecoder(settings))
