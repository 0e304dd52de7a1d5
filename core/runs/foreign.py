"""Models in folders of Hugging Face's format: opened by path, or by a name under which somebody keeps them here.

A name is a small file in `models/` of the home: where the folder is, and in which languages it is used. The folder stays
where it is and is never written.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.adapters.huggingface.families import family_of
from core.data.batch import Example
from core.errors import AttentionLabError, InputError, MissingExtra, RunError
from core.language import tr
from core.recording.recorder import attention_paths
from core.runs import atomic
from core.runs.adapted import AdaptedModel, AdaptedReader, Architecture, Facts, Place
from core.runs.examples import Examples
from core.runs.store import check_name, home
from core.runs.workspace import in_classroom

if TYPE_CHECKING:
    from core.adapters.huggingface.folder import Opened
    from core.adapters.huggingface.reading import Pieces

PREFIX = "hf/"
SCHEMA = "attnlab/model/1"
_BEGINNINGS = ("Hello world.", "The cat sat on the mat.", "你好，世界。")


@dataclass(frozen=True)
class KeptModel:
    """A folder under a name.

    Attributes:
        name: what it is called here; path: the folder.
        source_language, target_language: as its tokenizer names them, empty where it has one language or its own choice.
    """

    name: str
    path: str
    source_language: str = ""
    target_language: str = ""

    @property
    def address(self) -> str:
        """What finds it again."""
        return PREFIX + self.name


def keep_model(model: KeptModel) -> None:
    """Remember a folder under a name.

    Raises:
        RunError: the name cannot be one, or is taken.
    """
    _check_alone()
    check_name(model.name)
    file = _file(model.name)
    if file.exists():
        raise RunError(tr("the name {name} is taken by a model that is kept here; choose another one, or forget that one", name=model.name))  # fmt: skip
    with atomic.disk_errors(f"keeping {model.address}"):
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_json(file, {"schema": SCHEMA, **asdict(model)})


def forget_model(name: str) -> None:
    """Forget a name; the folder stays as it is.

    Raises:
        RunError: there is no such name.
    """
    kept_model(name)
    with atomic.disk_errors(f"forgetting {PREFIX}{name}"):
        _file(name).unlink()


def kept_model(name: str) -> KeptModel:
    """What is kept under a name.

    Raises:
        RunError: nothing is, or its file is damaged.
    """
    check_name(name)
    file = _file(name)
    if not file.is_file():
        raise RunError(tr(
            "no model is kept under the name {name!r}; here are: {names}", name=name, names=", ".join(_names()) or tr("none")))  # fmt: skip
    data: Any = atomic.read_json(file, tr("delete {file} and keep the model again", file=file))
    known = {"name", "path", "source_language", "target_language"}
    if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA or not set(data) <= known or "path" not in data:
        raise RunError(tr("{file} is no note of a model; delete it and keep the model again", file=file))
    return KeptModel(**{key: str(value) for key, value in {**data, "name": name}.items()})


def kept_models() -> list[KeptModel]:
    """All that can be read, by name."""
    found = []
    for name in _names():
        try:
            found.append(kept_model(name))
        except RunError:
            continue  # damaged: it says so to whoever asks for it
    return found


@dataclass(frozen=True)
class OnDisk:
    """What a folder says without being opened.

    Attributes:
        architecture: as its config.json names it; writes: whether such a model writes a token after the other.
        size: bytes of its weights.
    """

    architecture: str
    writes: bool
    size: int


def on_disk(kept: KeptModel) -> OnDisk:
    """Look at a kept model's folder, without opening the model.

    Raises:
        RunError: the folder is gone, or its config.json is damaged; DataError: of an unknown architecture.
    """
    folder = Path(kept.path).expanduser()
    config = atomic.read_json(folder / "config.json", tr("put the model's folder there again, or forget it here"))
    family = family_of(config if isinstance(config, dict) else {}, str(folder / "config.json"))
    size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    return OnDisk(str(config["model_type"]), family.kind == "encoder-decoder", size)


def writes(kept: KeptModel) -> bool:
    """Whether a kept model writes a token after the other; False where that cannot be told."""
    try:
        return on_disk(kept).writes
    except AttentionLabError:
        return False


def is_foreign(address: str | Path) -> bool:
    """Whether an address means a model from elsewhere: a kept name, or a folder whose config.json names an architecture."""
    text = str(address)
    if text.startswith(PREFIX):
        return True
    if in_classroom():  # a path is no address there, and nobody learns what is on the server
        return False
    try:
        folder = Path(text).expanduser()
        if not folder.is_dir():
            return False
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte in it, or the home of nobody
        return False
    try:
        config = atomic.read_json(folder / "config.json", "")
    except RunError:
        return False
    return isinstance(config, dict) and "schema" not in config


def load_foreign(
    address: str | Path, source_language: str = "", target_language: str = ""
) -> AdaptedModel | AdaptedReader:
    """Open a model from elsewhere.

    Args:
        address: `hf/NAME`, or the path of a folder.
        source_language, target_language: for models of many languages, as their tokenizer names them.

    Raises:
        MissingExtra: transformers is not installed; RunError: no such name; DataError: the folder cannot be used; InputError: an
            unknown language.
    """
    text = str(address)
    if text.startswith(PREFIX):
        kept = kept_model(text.removeprefix(PREFIX))
        source_language = source_language or kept.source_language
        target_language = target_language or kept.target_language
        place = Place(Path(kept.path).expanduser(), kept.name, kept.address)
    else:
        _check_alone()
        path = Path(text).expanduser().resolve()
        place = Place(path, path.name, str(path))
    return _opened(place, source_language, target_language)


def told(opened: AdaptedModel | AdaptedReader) -> dict[str, Any]:
    """What is known of an opened model, ready for JSON."""
    settings, paths = opened.config.model.to_dict(), attention_paths(opened.model)
    return {
        "address": opened.run.address, "folder": str(opened.run.path), "architecture": settings["model_type"],
        "writes": isinstance(opened, AdaptedModel), "attentions": len(paths),
        "cross_attentions": sum("cross" in path for path in paths), "tokens": len(opened.vocabularies[1]),
        "weights": sum(one.numel() for one in opened.model.parameters()), "model_hash": opened.model_hash,
        "notes": list(opened.config.notes),
    }  # fmt: skip


def adapt(
    model: Any, tokenizer: Any, source_language: str = "", target_language: str = ""
) -> AdaptedModel | AdaptedReader:
    """A model that is loaded already, and its tokenizer; its attention is computed here from now on, with the same numbers.

    Args:
        model: of transformers, of a known family; whatever kernel it was loaded with.

    Raises:
        MissingExtra, DataError, InputError: as of `load_foreign`.
    """
    try:
        from core.adapters.huggingface.folder import loaded
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "transformers", "hf", tr("adapting a model of Hugging Face's")) from error
    opened = loaded(model, tokenizer)
    return _adapted(Place(opened.path, opened.path.name, str(opened.path)), opened, source_language, target_language)


def _opened(place: Place, source_language: str, target_language: str) -> AdaptedModel | AdaptedReader:
    try:
        from core.adapters.huggingface.folder import open_folder
    except ModuleNotFoundError as error:
        what = tr("opening a model of Hugging Face's format")
        raise MissingExtra(error.name or "transformers", "hf", what) from error
    return _adapted(place, open_folder(place.path), source_language, target_language)


def _adapted(
    place: Place, opened: "Opened", source_language: str, target_language: str
) -> AdaptedModel | AdaptedReader:
    if opened.family.kind != "encoder-decoder":
        return _reader(place, opened)
    return _hearing(place, opened) if opened.family.hears else _seq2seq(place, opened, source_language, target_language)


def _seq2seq(place: Place, opened: "Opened", source_language: str, target_language: str) -> AdaptedModel:
    from core.adapters.huggingface.prompting import prompt_of, set_source_language
    from core.adapters.huggingface.seq2seq import AdaptedSeq2Seq
    from core.adapters.huggingface.task import PieceTask

    if source_language:
        set_source_language(opened, source_language)
    prompt = prompt_of(opened, target_language)
    pieces = _pieces(opened)
    facts = Facts(PieceTask(pieces=pieces, prompt=prompt), Architecture(opened.config), opened.notes)
    return AdaptedModel(place, facts, 0, AdaptedSeq2Seq(opened.model, opened.family, prompt), _examples(pieces))


def _hearing(place: Place, opened: "Opened") -> AdaptedModel:
    from core.adapters.huggingface.hearing import CHIRP, AdaptedWhisper, HeardTask, extractor_of
    from core.adapters.huggingface.prompting import prompt_of

    prompt = prompt_of(opened)
    task = HeardTask(pieces=_pieces(opened), prompt=prompt, extractor=extractor_of(opened))
    heard = Example(tuple(task.tokenize(CHIRP)), ())
    model = AdaptedWhisper(opened.model, opened.family, prompt)
    return AdaptedModel(
        place, Facts(task, Architecture(opened.config), opened.notes), 0, model, Examples(heard, (heard,))
    )


def _reader(place: Place, opened: "Opened") -> AdaptedReader:
    from core.adapters.huggingface.prompting import reads_at_most
    from core.adapters.huggingface.seq2seq import Prompt
    from core.adapters.huggingface.single import AdaptedSingle
    from core.adapters.huggingface.task import PieceTask

    pieces = _pieces(opened)
    model = AdaptedSingle(opened.model, opened.family, reads_at_most(opened))
    facts = Facts(PieceTask(pieces=pieces, prompt=Prompt((0,), 0, 0)), Architecture(opened.config), opened.notes)
    return AdaptedReader(place, facts, 0, model, _examples(pieces))


def _pieces(opened: "Opened") -> "Pieces":
    from core.adapters.huggingface.reading import Pieces

    return Pieces(opened.tokenizer, opened.model.get_input_embeddings().num_embeddings)


def _examples(pieces: "Pieces") -> Examples:
    """Sources to begin with; those that the tokenizer can read."""
    unknown = pieces.tokenizer.unk_token_id
    fit = [text for text in _BEGINNINGS if unknown not in pieces.numbers(text)] or [_BEGINNINGS[0]]
    examples = tuple(Example(tuple(pieces.cut(text)), ()) for text in fit)
    return Examples(examples[0], examples)


def _check_alone() -> None:
    """Raise where several people share the server: a folder of it is everybody's, or the server's own."""
    if in_classroom():
        raise InputError(tr("in a classroom no folder of the server is opened; whoever runs it keeps a model for a workspace with: ATTNLAB_HOME=(the workspace's folder) attnlab hf keep FOLDER"))  # fmt: skip


def _names() -> list[str]:
    return sorted(file.stem for file in (home() / "models").glob("*.json"))


def _file(name: str) -> Path:
    return home() / "models" / f"{name}.json"
