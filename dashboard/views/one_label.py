"""One label for all: a set of vectors in, one label out, and what decided it."""

from collections.abc import Callable

from core.language import tr
from core.runs.trained_set import TrainedSet
from dashboard.components.heading import heading
from dashboard.components.labelled_words import labelled_words, sentence_form
from dashboard.components.molecule_view import molecule_view
from dashboard.components.panel import guarded, panel
from dashboard.components.recording_view import recording_view
from dashboard.components.set_bench import bench

_KEY = "one label"


def _text(trained: TrainedSet) -> None:
    example = sentence_form(trained, key=_KEY, help=tr("a text of any length; words never learned are read as unknown"))
    labelled_words(trained, example, key=_KEY)


def _recording(trained: TrainedSet) -> None:
    recording_view(trained, key=_KEY)


def _molecule(trained: TrainedSet) -> None:
    molecule_view(trained, key=_KEY)


# how each task's sets are drawn
DRAWN: dict[str, Callable[[TrainedSet], None]] = {"sentiment": _text, "spoken": _recording, "molecules": _molecule}


def page() -> None:
    """Choose, train, look at what decided."""
    heading("One label", tr("One label for a whole set: which of its items decided?"))
    guarded(tr("One label"))(_draw)()


def _draw() -> None:
    trained = bench(tuple(DRAWN), key=_KEY)
    if trained is not None:
        panel(tr("The label"))(DRAWN[trained.config.task.name])(trained)


page()
