"""Where the address of a page about sets has the run, the set, the layer and the head."""

from typing import Any

from core.language import mark, tr
from core.replay.parameter import Choice, Given, Parameter, Whole, Words
from core.replay.runs import Run
from core.runs.trained_set import TrainedSet, load_set
from core.tasks.set_table import SET_TASKS

OWN, _MEAN = mark("your own"), "mean"


def _model(given: Given) -> TrainedSet:
    return load_set(given["run"])


def run_of(key: str, *tasks: str) -> dict[str, Parameter]:
    """Which task, and the run on it."""
    return {
        "task": Choice(f"{key} task", tasks[0], tasks, lambda name: f"{name} · {tr(SET_TASKS[name].summary)}"),
        "run": Run(
            lambda given: f"{key} run {given['task']}",
            "",
            fits=lambda what, given: what.on_sets and what.task == given["task"],
        ),
    }


def _shown_words(at: int | str, given: Given) -> str:
    if at == OWN:
        return tr(OWN)
    one = _model(given).examples.test[at]
    return " ".join(one.told.get("words", one.items))


def text_of(key: str) -> dict[str, Parameter]:
    """A held-out sentence, or one that is typed."""
    return {
        "which": Choice(
            lambda given: f"{key} held out {given['run']}", 0,
            lambda given: [*range(len(_model(given).examples.test)), OWN], named=_shown_words,
        ),
        "typed": Words(f"{key} typed", "", 2000),
    }  # fmt: skip


def _layers(given: Given) -> list[int | None]:
    one = _model(given)
    return list(range(len(one.matrices(one.examples.test[0])))) if one.looks else [None]


def _heads(given: Given) -> list[int | str | None]:
    one = _model(given)
    return [_MEAN, *range(one.matrices(one.examples.test[0])[0].heads)] if one.looks else [None]


def _number(at: Any) -> str:
    return "" if at is None else str(int(at) + 1)


def _head(at: int | str | None) -> str:
    return tr("all, mean") if at == _MEAN else _number(at)


def look_of(key: str, *, mean: bool = True, first: bool = False) -> dict[str, Parameter]:
    """Which layer and head."""
    return {
        "layer": Choice(
            lambda given: f"{key} layer {given['run']}", lambda given: _layers(given)[0 if first else -1], _layers, _number
        ),
        "head": Choice(
            lambda given: f"{key} head {given['run']}", lambda given: _heads(given)[0 if mean else min(1, len(_heads(given)) - 1)],
            _heads if mean else lambda given: _heads(given)[1:] or [None], _head if mean else _number,
        ),
    }  # fmt: skip


def which_of(key: str, named: object = None) -> Parameter:
    """Which held-out example of the run.

    Args:
        key: of the page's widgets; named: how an example is told in a menu, by its recording where nothing is given.
    """
    return Choice(
        lambda given: f"{key} which {given['run']}",
        0,
        lambda given: range(len(_model(given).examples.test)),
        named=named or _told,
    )  # type: ignore[arg-type]


def _told(at: int, given: Given) -> str:
    return str(_model(given).examples.test[at].told.get("recording", tr("utterance {number}", number=at + 1)))


def numbered(at: int, given: Given) -> str:
    """A held-out example by its number, from 1, and its label."""
    one = _model(given)
    return f"{at + 1}: {one.entrance.labels[int(one.examples.test[at].labels)]}"


def molecule(at: int, given: Given) -> str:
    """A held-out graph by its number, its label and its size."""
    one = _model(given)
    example = one.examples.test[at]
    return tr(
        "{at}: label {names}, {count} nodes",
        at=at + 1,
        names=one.entrance.labels[int(example.labels)],
        count=len(example.items),
    )


def _items(given: Given) -> list[str]:
    one = _model(given)
    items = one.examples.test[given.get("which", 0)].items
    return [*one.config.model.first, *items] if one.entrance.grid else list(items)


def _item(at: int, given: Given) -> str:
    name = _items(given)[at]
    return tr("the class item") if name == "<class>" else name


def item_of(name: object) -> Parameter:
    """Which item of the example that was chosen."""
    return Choice(name, 0, lambda given: range(len(_items(given))), named=_item)  # type: ignore[arg-type]


def gaps(text: str, given: Given) -> tuple[int, ...]:
    """Places of hidden words, from 0, of numbers from 1 with dots between.

    Raises:
        SettingError: one is no whole number, or the sentence has no such word.
    """
    place = Whole("fill in hidden", 0, 1, len(_words(given)))
    return tuple(place.read([one], given) - 1 for one in text.split(".") if one)


def middle(given: Given) -> tuple[int, ...]:
    """The place in the middle of the sentence, which is hidden at first."""
    return (len(_words(given)) // 2,)


def _words(given: Given) -> list[str]:
    return (given["typed"] if given["which"] == OWN else _shown_words(given["which"], given)).split()
