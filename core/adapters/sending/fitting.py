"""Which Transformers have the shape that other programs know; what has not is refused with the setting and what would fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.attention.positions import POSITIONS
from core.data.recording import SegmentVocabulary
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import mark, tr
from core.models.transformer_settings import TransformerSettings


@dataclass(frozen=True)
class Fit:
    """What a setting may be.

    Attributes:
        setting: its name; values: those that fit; reason: what the program has instead, after "which".
    """

    setting: str
    values: tuple[str, ...]
    reason: str


FITS = (
    Fit("encoder", ("attention",), mark("read a source with self-attention alone")),
    Fit("copy", ("none",), mark("write tokens of their vocabulary alone")),
    Fit("norm", ("pre", "post"), mark("have a way around every sublayer")),
    Fit("normalization", ("layer",), mark("have layer norms")),
    Fit("positions", tuple(POSITIONS), mark("add positions to the input and have nothing for them inside attention")),
    Fit("attention", ("pairs",), mark("compare every pair of tokens")),
    Fit("decoder_attention", ("pairs",), mark("compare every pair of tokens")),
    Fit("pattern", ("full",), mark("let every token look at every other one")),
    Fit("score", ("scaled_dot", "dot", "general"), mark("compare by products of queries and keys")),
    Fit("normalizer", ("softmax",), mark("make weights by the softmax")),
    Fit("alignment", ("content",), mark("do not remember where they have looked")),
    Fit("wiring", ("last",), mark("look at the encoder's last layer from everywhere")),
)


def refuse(settings: Any, source: Vocabulary, also: Mapping[str, tuple[Fit, ...]] | None = None) -> None:
    """Let pass what other programs can compute.

    Args:
        settings: of the model; source: its source vocabulary.
        also: fits that hold for some norms only, by the norm.

    Raises:
        SettingError: they cannot; the message names the setting and what would fit.
    """
    if not isinstance(settings, TransformerSettings):
        raise SettingError(
            tr(
                "a {name} model has not the shape of the Transformers that other programs know: choose the model "
                "transformer",
                name=settings.name,
            )
        )
    if isinstance(source, SegmentVocabulary):
        raise SettingError(
            tr("the source is heard, and such models read tokens: choose a task whose source is text, as dates or text")
        )
    for fit in (*FITS, *(also or {}).get(settings.norm, ())):
        value = getattr(settings, fit.setting)
        if value not in fit.values:
            raise SettingError(
                tr(
                    "{setting}={value} fits no model that could be sent, which {reason}: choose {setting}={values}",
                    setting=fit.setting,
                    value=value,
                    reason=fit.reason,
                    values=tr(" or ").join(fit.values),
                )
            )
