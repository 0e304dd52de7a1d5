"""Our models as peers open them: sent to a folder (core/adapters/sending), which is gone after loading."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

from core.adapters.sending.parcel import Parcel
from core.adapters.sending.table import send
from core.adapters.sending.target import AbstractOpened, AbstractTarget
from core.adapters.sending.weights import weights_of
from core.data.vocabulary import SPECIALS
from core.errors import MissingExtra
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings


def opened(target: AbstractTarget, package: str, model: Seq2Seq, settings: TransformerSettings) -> AbstractOpened:
    """A model as another program has it.

    Raises:
        MissingExtra: the program is not installed.
    """
    if find_spec(package) is None:
        raise MissingExtra(package, "bench", f"a row against {package}")
    parcel = parcel_of(model, settings)
    with tempfile.TemporaryDirectory() as folder:
        send(parcel, target, Path(folder))
        return target.open(Path(folder), parcel)


def parcel_of(model: Seq2Seq, settings: TransformerSettings) -> Parcel:
    """A model whose two vocabularies are one, its tokens named by their numbers.

    What it never writes is in its weights already (sizes.py), so that no peer is slowed down by a rule for it.
    """
    count = model.decoder.output.out_features
    tokens = (*SPECIALS, *(f"w{number}" for number in range(len(SPECIALS), count)))
    return Parcel(
        settings=settings, weights=weights_of(model), tokens=tokens, written=count, reading=None, begin=model.begin,
        end=model.end, never=(), distinct=False, address="bench", step=0, model_hash="", task="bench", example="",
    )  # fmt: skip
