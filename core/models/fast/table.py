"""Which models have a fast path; every other is stepped through its modules, with the same results."""

from collections.abc import Callable

from core.devices import where
from core.models.bahdanau_decoder import BahdanauDecoder
from core.models.decoder import AbstractDecoder
from core.models.fast.fitting import usual_recurrent, usual_transformer
from core.models.fast.recurrent import FastBahdanau, FastLuong
from core.models.fast.transformer import FastTransformer
from core.models.luong_decoder import LuongDecoder
from core.models.seq2seq import Seq2Seq
from core.models.transformer_decoder import TransformerDecoder
from core.recording.recorded import Recorded
from core.step_model import StepModel

Fits = Callable[[Seq2Seq], bool]
FAST: dict[type[AbstractDecoder], tuple[Fits, Callable[[Seq2Seq, str], StepModel]]] = {
    TransformerDecoder: (usual_transformer, FastTransformer),
    BahdanauDecoder: (usual_recurrent, FastBahdanau),
    LuongDecoder: (usual_recurrent, FastLuong),
}


def fast(model: Seq2Seq, only: str = "*") -> StepModel:
    """A step model that computes what the model computes, sooner.

    Args:
        model: in evaluation; its weights are used as they stand, not copied.
        only: a shell pattern over attention paths: which weights every step keeps; "" keeps none. Elsewhere than on the CPU
            it is stepped through its modules.
    """
    fits, made = FAST.get(type(model.decoder), (None, Recorded))
    if fits is not None and fits(model) and where(model).type == "cpu":
        return made(model, only)
    return Recorded(model, only) if only else model
