"""A run to take away for Hugging Face; one that has not the shape says why."""

from core.adapters.sending.fitting import refuse
from core.adapters.sending.hugging_face import HuggingFaceFolder
from core.adapters.sending.table import packed_for, zipped
from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs.config import ExperimentConfig
from core.runs.folder import RunFolder
from core.runs.set_config import is_set_run
from core.runs.voice_config import is_voice
from core.runs.words import read_words
from dashboard import resources
from dashboard.components.locks import download_button

_HELP = mark(
    "A model that transformers 5 opens, with a tokenizer and the lines that use it; attnlab send writes other forms too."
)


def hugging_face_button(run: RunFolder) -> None:
    """The folder for transformers as a zip."""
    problem = _problem(run)
    download_button(
        tr("Hugging Face .zip"),
        lambda: _zip(run),
        f"{run.name}-hf.zip",
        disabled=problem is not None,
        help=problem or tr(_HELP),
        on_click="ignore",
        width="stretch",
        key="send",
    )


def _problem(run: RunFolder) -> str | None:
    """Why it cannot be sent, told by its settings alone: weights are read when they are asked for."""
    try:
        if is_voice(run) or is_set_run(run):
            return tr("Only a Transformer that writes tokens can be sent to Hugging Face.")
        if not resources.has_weights(run.address):
            return tr("There is no checkpoint yet.")
        config = ExperimentConfig.from_dict(run.config())
        refuse(config.model, read_words(run, config.task).vocabularies[0], HuggingFaceFolder.fits)
    except AttentionLabError as error:
        return str(error)
    return None


def _zip(run: RunFolder) -> bytes:
    target = HuggingFaceFolder()
    return zipped(packed_for(resources.model(run.address), target), target, f"{run.name}-hf")
