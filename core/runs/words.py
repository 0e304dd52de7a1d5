"""The words of a run: `vocabulary.json` keeps both vocabularies and what was learned from data to cut text into tokens.

With it a run is read without the data, or the package, that its task needs for training.
"""

from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import DataError, RunError
from core.language import tr
from core.runs import atomic
from core.runs.folder import RunFolder
from core.tasks.task import AbstractTask

_FILE = "vocabulary.json"


def write_words(run: RunFolder, task: AbstractTask) -> None:
    """Keep the vocabularies and tokenizers of a task in the run folder."""
    source, target = task.vocabularies
    data = {
        "source": source.tokens[len(SPECIALS) :],
        "target": target.tokens[len(SPECIALS) :],
        "shared_boundary": target.shared_boundary,
        "tokenizers": task.tokenizers(),
    }
    with atomic.disk_errors(tr("writing the vocabulary of {address}", address=run.address)):
        atomic.write_json(run.path / _FILE, data)


def read_words(run: RunFolder, task: AbstractTask) -> AbstractTask:
    """The task as this run kept it.

    Raises:
        RunError: the file is missing or damaged.
    """
    path = run.path / _FILE
    data = atomic.read_json(path, tr("restore it from a copy, or train the run anew"))
    try:
        source, target = (
            Vocabulary(SPECIALS + tuple(map(str, data[side])), bool(data["shared_boundary"]))
            for side in ("source", "target")
        )
        return task.restored((source, target), data["tokenizers"])
    except (KeyError, TypeError, DataError) as error:
        raise RunError(
            tr(
                "{path}: not the vocabulary of a run ({error}); restore it from a copy, or train anew",
                path=path,
                error=error,
            )
        ) from error
