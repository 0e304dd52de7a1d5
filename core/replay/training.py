"""The page Train: what the journal of a run says, and the attention of its probe sentence through the training."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import RunError, SettingError
from core.language import mark, tr
from core.recording.matrix import AttentionMatrix
from core.replay.parameter import Choice, Coded, Given, Whole, quoted
from core.replay.runs import Run
from core.replay.view import Numbers, View, section
from core.runs import journal, snapshots, status
from core.runs.catalog import MODELS, OBJECTIVES, TASKS
from core.runs.kinds import kind
from core.runs.presets import PRESETS
from core.runs.store import DEMO, find_run, list_runs


def training(
    run: str, beside: tuple[str, ...], events: tuple[int, ...], step: int | None, site: str, head: int
) -> Numbers:
    """Curves and last values of a run and of those drawn over it; all maps of its probe sentence at a step, and the large one."""
    from core.runs import journal, snapshots, status
    from core.runs.course import rewind
    from core.runs.history import history
    from core.runs.store import find_run

    runs = {name: find_run(name) for name in (run, *beside)}
    said = {name: journal.read(one)[0][:count] for (name, one), count in zip(runs.items(), events)}
    maps = () if step is None else snapshots.read(runs[run], step)
    return {
        "trainings": {name: history(rewind(said[name]), status.read(one).steps) for name, one in runs.items()},
        "maps": {one.site.name: one.weights for one in maps},
        "large": {one.site.name: one.weights[head - 1] for one in maps if one.site.name == site},
    }


def first_watched(known: list[str], task: str, model: str) -> str:
    """What trains now; else the latest of one's own; else the shipped run of a task and a model.

    Args:
        known: addresses, one's own first; at least one.
    """
    shipped = f"{DEMO}{task}-{model}"
    active = (one for one in known if status.read(find_run(one)).active)
    return next(active, shipped if known[0].startswith(DEMO) and shipped in known else known[0])


def usual_site(maps: Sequence[AttentionMatrix]) -> str:
    """The last layer's cross-attention, or where nothing is decoded its self-attention; "" of no maps."""
    cross = [one.site.name for one in maps if one.site.kind == "cross"]
    return ["", *(one.site.name for one in maps), *cross][-1]


# ---------------------------------------------------------------- where the address has it
@dataclass(frozen=True)
class _Watched(Run):
    """Any run: one without a checkpoint can be watched too."""

    def _here(self, address: str, given: Given) -> bool:
        return kind(find_run(address)) is not None


def _first(given: Given) -> str:
    known = [one.address for one in list_runs()]
    if not known:
        raise RunError(tr("nothing is trained yet"))
    return first_watched(known, given["task"], given["model"])


def _read_beside(text: str, given: Given) -> tuple[str, ...]:
    """Addresses of runs, which have no comma in them."""
    return tuple(_Watched("beside", None).read([one], given) for one in text.split(",") if one)


def _read_events(text: str, given: Given) -> tuple[int, ...]:
    counts = tuple(Whole("events", 0, 0, 10**9).read([one], given) for one in text.split(","))
    if len(counts) != (trainings := 1 + len(given["beside"])):
        raise SettingError(
            tr(
                "events={text} cannot be: it has a number for each of {count} trainings",
                text=quoted(text),
                count=trainings,
            )
        )
    return counts


def _events(given: Given) -> tuple[int, ...]:
    """How much each journal says now: a training that goes on says more to the script than it said to the page."""
    return tuple(len(journal.read(find_run(one))[0]) for one in (given["run"], *given["beside"]))


def _steps(given: Given) -> list[int]:
    return snapshots.steps(find_run(given["run"]))


def _maps(given: Given) -> tuple[AttentionMatrix, ...]:
    return () if given["step"] is None else snapshots.read(find_run(given["run"]), given["step"])


def _heads(given: Given) -> range:
    return range(1, 1 + max((one.heads for one in _maps(given) if one.site.name == given["site"]), default=1))


def _summed(name: str) -> str:
    return f"{name} · {tr((TASKS | OBJECTIVES)[name].summary)}"


def _objective(name: str, *, parallel: bool) -> Choice:
    fitting = [one for one, made in OBJECTIVES.items() if bool(made().countings) == parallel]
    return Choice(name, fitting[0], fitting, _summed, spelled=False)


_FORM = {
    "task": Choice("task", next(iter(TASKS)), TASKS, _summed, spelled=False),
    "model": Choice("model", next(iter(MODELS)), MODELS, spelled=False),
    "preset": Choice("preset", PRESETS[0], PRESETS, spelled=False),
    "objective": _objective("objective", parallel=False),
    "objective of places": _objective("objective of places", parallel=True),
}
"""Of a training that has not begun: no number follows from it."""

TRAINING = {
    "train": View(
        mark("Train"),
        {
            None: section(
                training, _FORM, run=_Watched("watch", _first),
                beside=Coded("beside", (), _read_beside, ",".join, spelled=False),
                events=Coded("events", _events, _read_events, lambda counts: ",".join(map(str, counts)), spelled=False),
                step=Choice(lambda given: f"scrub {given['run']}", lambda given: max(_steps(given), default=None), _steps),
                site=Choice(
                    "site", lambda given: usual_site(_maps(given)), lambda given: [one.site.name for one in _maps(given)] or [""], kept=False
                ),
                head=Choice("head", 1, _heads, kept=False),
            )
        },
    ),
}  # fmt: skip
