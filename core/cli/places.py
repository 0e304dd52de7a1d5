"""What the looking commands do with a run that writes all places at once."""

import sys
from typing import TYPE_CHECKING

from core.cli.devices import brought
from core.cli.printing import columns, show
from core.errors import SettingError
from core.language import tr

if TYPE_CHECKING:
    from core.decoding.all_places import AbstractAllPlaces
    from core.runs.trained_parallel import TrainedParallel
    from core.training.events import Evaluated


def writes_at_once(run: str) -> bool:
    """Whether this run writes all places at once.

    Raises:
        RunError: there is no such run, or it is damaged.
    """
    from core.runs.foreign import is_foreign
    from core.runs.opening import at_once
    from core.runs.store import open_run

    return not is_foreign(run) and at_once(open_run(run))


def parallel_model(run: str) -> "TrainedParallel":
    """Its model."""
    from core.runs.trained_parallel import load_parallel

    trained = load_parallel(run)
    brought(trained.model)
    return trained


def refuse_for_places(run: str, **given: object) -> None:
    """Say of options that were given that they mean nothing here.

    Raises:
        SettingError: one was given.
    """
    reasons = {
        "inference": tr("holds the alignment of a recurrent decoder"),
        "out": tr("writes a decoding tree, and there is none without a prefix; --json prints every pass"),
    }
    for name, value in given.items():
        if value is not None:
            raise SettingError(
                tr(
                    "{run} writes all places at once, and --{name} {reason}: leave it out",
                    run=run,
                    name=name,
                    reason=reasons[name],
                )
            )


def show_writing(run: str, text: str, name: str | None, assignments: list[str], as_json: bool) -> None:
    """Decode a source and print its passes."""
    trained, how = parallel_model(run), _decoding(name, assignments)
    found = trained.record(text, how)
    if unknown := trained.unknown(text):
        print(tr("never seen in training, read as <unk>: {words}", words=" ".join(unknown[:12])), file=sys.stderr)
    rows = [
        [number + 1, *(_cell(one, place) for place in range(found["places"]))]
        for number, one in enumerate(found["passes"])
    ]
    heads = [tr("pass"), *map(str, range(1, found["places"] + 1))]
    counted = tr(
        "{places} places, {calls} calls of the decoder; * is written again",
        places=found["places"],
        calls=found["calls"],
    )
    show(found, as_json, f"{found['output']}\n{columns(rows, heads)}\n{counted}")


def judged(run: str, split: str, name: str | None, assignments: list[str], n: int) -> "Evaluated":
    """Held-out examples, decoded and scored."""
    return parallel_model(run).evaluate(split, _decoding(name, assignments), n=n)  # type: ignore[arg-type]


def _decoding(name: str | None, assignments: list[str]) -> "AbstractAllPlaces | None":
    """What was asked for; None is the run's own."""
    from core.runs.catalog import DECODINGS, SEARCHES, entry
    from core.runs.config import parse_assignments

    if name is None:
        if assignments:
            raise SettingError(tr("--set changes a decoding: name it with --search at_once, mask_predict or ctc"))
        return None
    if name in SEARCHES:
        raise SettingError(
            tr(
                "--search {name} steps from prefix to prefix, and this run writes all places at once: choose one of: "
                "{decodings}",
                name=name,
                decodings=", ".join(DECODINGS),
            )
        )
    return entry(DECODINGS, name, tr("decoding")).from_dict(parse_assignments(assignments))


def _cell(one: dict[str, list[object]], place: int) -> str:
    again = "*" if place in one["masked_again"] else ""
    return f"{one['tokens'][place]} {one['confidences'][place]:.2f}{again}"
