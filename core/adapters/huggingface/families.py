"""Which architectures are known, and where their attention stands.

A family is one line: the path of every attention module, `{}` for its layer. The numbers are read off a running model, so
nothing else has to be known of it.
"""

from dataclasses import dataclass
from typing import Any

from core.errors import DataError
from core.language import tr
from core.settings import did_you_mean


@dataclass(frozen=True)
class Family:
    """Where the attention modules of an architecture are.

    Attributes:
        encoder, decoder, cross: paths in the model, None where it has no such attention.
        hears: whether its source is sound; kept: rows of its table of positions that are no places (RoBERTa keeps two for pads).
    """

    encoder: str | None = None
    decoder: str | None = None
    cross: str | None = None
    hears: bool = False
    kept: int = 0

    @property
    def kind(self) -> str:
        """ "encoder-decoder", "encoder" or "decoder"."""
        return "encoder-decoder" if self.cross else "encoder" if self.encoder else "decoder"


_BART = (
    "model.encoder.layers.{}.self_attn",
    "model.decoder.layers.{}.self_attn",
    "model.decoder.layers.{}.encoder_attn",
)
_T5 = (
    "encoder.block.{}.layer.0.SelfAttention",
    "decoder.block.{}.layer.0.SelfAttention",
    "decoder.block.{}.layer.1.EncDecAttention",
)

# by `model_type` of config.json
FAMILIES: dict[str, Family] = {
    "marian": Family(*_BART),
    "bart": Family(*_BART),
    "mbart": Family(*_BART),
    "pegasus": Family(*_BART),
    "blenderbot": Family(*_BART),
    "m2m_100": Family(*_BART),  # NLLB too
    "t5": Family(*_T5),
    "mt5": Family(*_T5),
    "whisper": Family(*_BART, hears=True),
    "bert": Family("bert.encoder.layer.{}.attention.self"),
    "roberta": Family("roberta.encoder.layer.{}.attention.self", kept=2),
    "electra": Family("electra.encoder.layer.{}.attention.self"),
    "distilbert": Family("distilbert.transformer.layer.{}.attention"),
    "gpt2": Family(decoder="transformer.h.{}.attn"),
    "opt": Family(decoder="model.decoder.layers.{}.self_attn"),
    "gpt_neox": Family(decoder="gpt_neox.layers.{}.attention"),
}


def family_of(config: dict[str, Any], where: str) -> Family:
    """The family that a config.json names.

    Args:
        where: the file, for the message.

    Raises:
        DataError: it names none that is known here.
    """
    name = config.get("model_type")
    if not isinstance(name, str) or name not in FAMILIES:
        hint = did_you_mean(name, FAMILIES) if isinstance(name, str) else ""
        raise DataError(
            tr(
                "{where}: the architecture {name!r} is not known here{hint}; known are: {families}. "
                "A model of another kind can be adapted by hand: docs/models-from-elsewhere.md shows how",
                where=where,
                name=name,
                hint=hint,
                families=", ".join(FAMILIES),
            )
        )
    return FAMILIES[name]
