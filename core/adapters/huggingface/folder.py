"""A folder of Hugging Face's format, judged before anything of it is run: what is in it, whether it fits, and what it lacks.

Nothing is unpickled, no code of the folder is executed, and nothing is fetched: weights are read from safetensors only, the
classes are those of the installed library, and files come from the folder alone.
"""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSpeechSeq2Seq,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.logging import disable_progress_bar

from core.adapters.huggingface.families import Family, family_of
from core.errors import DataError
from core.language import tr

_LARGEST_CONFIG = 4 << 20  # bytes; a configuration is a page of text
_DEEPEST = 512  # layers
_MISSING = 50_000_000  # weights that may be missing, to be named one by one: 200 MB
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_OTHERS = {"*.h5": "TensorFlow", "*.msgpack": "Flax", "*.gguf": "GGUF", "*.onnx": "ONNX"}


@dataclass(frozen=True, eq=False)
class Opened:
    """What a folder holds.

    Attributes:
        path: the folder; config: its config.json; family: where its attention stands.
        model: in single precision, in evaluation; tokenizer: its own.
        notes: what whoever opened it should know.
    """

    path: Path
    config: dict[str, Any]
    family: Family
    model: PreTrainedModel = field(repr=False)
    tokenizer: PreTrainedTokenizerBase = field(repr=False)
    notes: tuple[str, ...] = ()


def open_folder(path: Path) -> Opened:
    """Open a model and its tokenizer.

    Raises:
        DataError: it is no such folder, of an unknown architecture, without weights that may be read, with others than its
            configuration says, or with a tokenizer that does not fit.
    """
    config = read_config(path)
    family = family_of(config, str(path / "config.json"))
    if config.get("share_encoder_decoder_embeddings") is False:
        raise DataError(
            tr(
                "{path}: source and target have vocabularies of their own (share_encoder_decoder_embeddings), and one for both is what can "
                "be opened here; adapt it by hand: docs/models-from-elsewhere.md shows how",
                path=path,
            )
        )
    _check_weights(path)
    notes = []
    if "auto_map" in config:
        notes.append(
            tr("the folder brings code of its own (auto_map), which is not run: the library's own classes are used")
        )
    with quietly(path):
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    kind = _KINDS[family.kind if not family.hears else "speech"]
    _check_asked(path, config, kind)
    with quietly(path):
        model, found = kind.from_pretrained(
            path, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32,
            attn_implementation="eager", output_loading_info=True,
        )  # fmt: skip
    _check_loaded(path, model, found)
    _check_tokenizer(path, tokenizer, model)
    return Opened(path, config, family, model.eval(), tokenizer, tuple(notes))


def loaded(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Opened:
    """A model and a tokenizer that somebody has loaded.

    Raises:
        DataError: of an unknown architecture, or with a tokenizer that does not fit.
    """
    path = Path(model.name_or_path or model.config.model_type)
    config = model.config.to_dict()
    family = family_of(config, tr("the model {path}", path=path))
    _check_tokenizer(path, tokenizer, model)
    return Opened(path, config, family, model.eval(), tokenizer)


def read_config(path: Path) -> dict[str, Any]:
    """The config.json of a folder.

    Raises:
        DataError: there is none, or it is no object.
    """
    file = path / "config.json"
    if not path.is_dir():
        raise DataError(tr("{path} is not a folder; give the folder that holds the model's config.json", path=path))
    try:
        if file.stat().st_size > _LARGEST_CONFIG:
            raise DataError(tr("{file} is larger than any configuration; it is something else", file=file))
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            tr("{path} has no config.json, so it is no model's folder; give the folder that has one", path=path)
        ) from error
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(
            tr("{file} cannot be read ({error}); save the model again with save_pretrained", file=file, error=error)
        ) from error
    if not isinstance(config, dict):
        raise DataError(tr("{file} holds no object; save the model again with save_pretrained", file=file))
    return config


_KINDS: dict[str, Any] = {
    "encoder-decoder": AutoModelForSeq2SeqLM, "speech": AutoModelForSpeechSeq2Seq, "encoder": AutoModelForMaskedLM,
    "decoder": AutoModelForCausalLM,
}  # fmt: skip


def _check_weights(path: Path) -> None:
    """Whether there are weights that may be read, and what to do where there are not."""
    if any(path.glob("*.safetensors")):
        return
    pickled = next((name for kind in _PICKLED for name in sorted(path.glob(kind))), None)
    if pickled is not None:
        raise DataError(
            tr(
                "{pickled} holds pickled weights, which may run code when they are read, so they are refused. If you trust them, convert "
                "them where you got them: AutoModel.from_pretrained({path!r}).save_pretrained({path2!r}), with the "
                "class that the model has, and open the new folder",
                pickled=pickled,
                path=str(path),
                path2=str(path) + "-safe",
            )
        )
    for kind, name in _OTHERS.items():
        if any(path.glob(kind)):
            raise DataError(
                tr(
                    "{path} holds weights of {name} only; save them as model.safetensors and open that",
                    path=path,
                    name=name,
                )
            )
    raise DataError(
        tr("{path} has no weights: a model.safetensors is missing beside its config.json; copy it there", path=path)
    )


def _check_asked(path: Path, config: dict[str, Any], kind: Any) -> None:
    """Whether the configuration asks for about as much as there is: what the files lack would be made, however large."""
    deep = [
        name
        for name, value in config.items()
        if name.endswith("layers") and isinstance(value, int) and value > _DEEPEST
    ]
    if deep:
        raise DataError(
            tr(
                "{path}: {deep}={config:,} in its config.json; no model has more than {deepest} layers",
                path=path,
                deep=deep[0],
                config=config[deep[0]],
                deepest=_DEEPEST,
            )
        )
    with quietly(path):
        settings = AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        with torch.device("meta"):  # shapes alone
            asked = sum(one.numel() for one in kind.from_config(settings, attn_implementation="eager").parameters())
        held = sum(_numbers(file) for file in sorted(path.glob("*.safetensors")))
    if asked > held + _MISSING:
        raise DataError(
            tr(
                "{path}: config.json asks for {asked:,} weights, and its files hold {held:,}: they are of different models; "
                "save the whole model again, and open that",
                path=path,
                asked=asked,
                held=held,
            )
        )


def _numbers(file: Path) -> int:
    """How many numbers a file holds, by its header."""
    with safe_open(file, "pt") as opened:
        return sum(prod(opened.get_slice(name).get_shape()) for name in opened.keys())  # noqa: SIM118 (it is no dict)


def _check_loaded(path: Path, model: PreTrainedModel, found: dict[str, Any]) -> None:
    lacking = sorted(found.get("missing_keys", ()))
    if lacking:
        raise DataError(
            tr(
                "{path}: the weights lack {count} tensors of this architecture ({list} …), which would be "
                "random; save the whole model, head included, and open that",
                path=path,
                count=len(lacking),
                list=", ".join(lacking[:3]),
            )
        )
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise DataError(
                tr(
                    "{path}: {name} has values that are not finite; the weights are damaged: copy them again",
                    path=path,
                    name=name,
                )
            )


def _check_tokenizer(path: Path, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> None:
    rows = model.get_input_embeddings().num_embeddings
    largest = max(tokenizer.get_vocab().values(), default=-1)
    if largest < 0:
        raise DataError(
            tr("{path}: the tokenizer knows no token; save the model's own tokenizer into the folder", path=path)
        )
    if largest >= rows:
        raise DataError(
            tr(
                "{path}: the tokenizer does not match: it gives numbers up to {largest:,}, and the model knows {rows:,}; "
                "save the tokenizer that the model was trained with into the folder",
                path=path,
                largest=largest,
                rows=rows,
            )
        )
    for name in ("eos_token_id", "pad_token_id"):
        theirs, own = getattr(tokenizer, name, None), getattr(model.config, name, None)
        if theirs is not None and isinstance(own, int) and theirs != own:
            raise DataError(
                tr(
                    "{path}: the tokenizer does not match: its {name} is {theirs}, the model's is {own}; "
                    "save the tokenizer that the model was trained with into the folder",
                    path=path,
                    name=name,
                    theirs=theirs,
                    own=own,
                )
            )


@contextmanager
def quietly(path: Path) -> Iterator[None]:
    """The library's own errors as one message of ours; its progress and advice stay out of pages and pipes."""
    disable_progress_bar()
    library = logging.getLogger("transformers")
    level = library.level
    library.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DataError:
        raise
    except Exception as error:  # whatever a broken folder makes the library stumble over
        first = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise DataError(
            tr("{path} cannot be opened: {first}; save the model and its tokenizer again", path=path, first=first)
        ) from error
    finally:
        library.setLevel(level)
