"""What the looking commands do with a run on sets of vectors: it labels, and decodes nothing."""

from typing import TYPE_CHECKING

from core.cli.printing import columns, show
from core.errors import SettingError
from core.language import tr

if TYPE_CHECKING:
    from core.runs.trained_set import TrainedSet
    from core.training.events import Evaluated

_BEST = 3  # labels of an item that are printed


def labels_sets(run: str) -> bool:
    """Whether this run labels sets of vectors.

    Raises:
        RunError: there is no such run, or it is damaged.
    """
    from core.runs.foreign import is_foreign
    from core.runs.set_config import is_set_run
    from core.runs.store import open_run

    return not is_foreign(run) and is_set_run(open_run(run))


def set_model(run: str) -> "TrainedSet":
    """Its network."""
    from core.runs.trained_set import load_set

    return load_set(run)


def refuse_for_sets(run: str, **given: object) -> None:
    """Say of options that were given that they mean nothing here.

    Raises:
        SettingError: one was given.
    """
    for name, value in given.items():
        if value:
            raise SettingError(
                tr(
                    "{run} labels sets of vectors and decodes nothing, so --{name} means nothing: leave it out",
                    run=run,
                    name=name,
                )
            )


def show_labels(run: str, text: str, as_json: bool) -> None:
    """Label what was typed, and print the most probable labels of each item, or of all."""
    trained = set_model(run)
    example = trained.read(text)
    found, labels = trained.probabilities(example), trained.entrance.labels
    items = example.items if trained.entrance.output == "each" else ("all",)
    data = [
        {"item": item, "label": labels[int(row.argmax())], "probabilities": dict(zip(labels, map(float, row)))}
        for item, row in zip(items, found)
    ]
    rows = [
        [item, *(f"{labels[at]} {row[at]:.1%}" for at in row.argsort()[::-1][:_BEST])]
        for item, row in zip(items, found)
    ]
    show(
        {"schema": "attnlab/labels/1", "model": run, "labels": data},
        as_json,
        columns(rows, [tr("item"), tr("label"), "", ""][: len(rows[0])]),
    )


def told_labels(found: "Evaluated") -> str:
    """An evaluation in words."""
    return tr(
        "{labels:.1%} of labels right · {sets:.1%} of sets with every label right · loss {loss:.4f} nats a label\n"
        "{n} sets of the split {split}, {seconds:.1f} s",
        labels=found.token_accuracy,
        sets=found.exact_match,
        loss=found.loss,
        n=found.n,
        split=found.split,
        seconds=found.seconds,
    )
