"""Pages about sets of vectors: Tagging, One label, Fill in, Speech, Pictures, Graphs."""

from core.language import mark, tr
from core.replay.parameter import Choice, Coded, Given, Parameter, Several, Whole
from core.replay.runs import Run
from core.replay.set_parameters import gaps, item_of, look_of, middle, molecule, numbered, run_of, text_of, which_of
from core.replay.view import Numbers, Section, View, section
from core.tasks.fill_in import FillIn
from core.tasks.set_table import SET_TASKS


def labelled(
    run: str, which: int | str, typed: str, layer: int | None, head: int | str | None, beside: tuple[str, ...]
) -> Numbers:
    """The labels of a text by one network and by others beside it, which words decided each, and where attention looked."""
    from core.runs.trained_set import load_set

    numbers = {}
    for name in (run, *beside):
        model = load_set(name)
        example = model.read(typed) if which == "your own" else load_set(run).examples.test[which]
        if model.entrance.words != load_set(run).entrance.words:
            example = model.read(" ".join(example.items))
        found = model.probabilities(example)
        numbers[name] = {
            "items": example.items, "labels": [model.entrance.labels[at] for at in found.argmax(1)], "probabilities": found,
            "deciding": model.deciding(example),
        }  # fmt: skip
        if name == run and layer is not None:
            weights = model.matrices(example)[layer].weights
            numbers[name]["weights"] = weights.mean(0) if head == "mean" else weights[head]
    return numbers


def held_out_set(run: str, which: int, layer: int | None, head: int | str | None) -> Numbers:
    """The label of a held-out recording, picture or graph, or of each of its items; what decided; where attention looked."""
    from core.runs.trained_set import load_set

    model = load_set(run)
    example = model.examples.test[which]
    found = model.probabilities(example)
    numbers = {
        "labels": [model.entrance.labels[at] for at in found.argmax(1)],
        "probabilities": found,
        "decided": model.decided(example),
    }
    if layer is not None:
        weights = model.matrices(example)[layer].weights
        numbers["weights"] = weights.mean(0) if head == "mean" else weights[head]
    return numbers


def looking_from(run: str, which: int, item: int, layer: int | None, head: int | str | None) -> Numbers:
    """The same, with where one patch or node looks."""
    from core.runs.trained_set import load_set

    model = load_set(run)
    example = model.examples.test[which]
    found = model.probabilities(example)
    numbers = {"labels": [model.entrance.labels[at] for at in found.argmax(1)], "probabilities": found}
    if model.entrance.output != "each":
        numbers["decided"] = model.decided(example)
    if layer is not None:
        rows = model.matrices(example)[layer].weights[:, item]
        numbers["looks"] = rows.mean(0) if head == "mean" else rows[head]
    return numbers


def hidden_words(
    run: str, which: int | str, typed: str, hidden: tuple[int, ...], layer: int | None, head: int | str | None
) -> Numbers:
    """What a network makes of words that are hidden."""
    from core.runs.trained_set import load_set
    from core.tasks.fill_in import GAP

    model = load_set(run)
    shown = [tuple(one.told.get("words", one.items)) for one in model.examples.test]
    words = model.read(typed).items if which == "your own" else shown[which]
    gaps = {*hidden, *(at for at, word in enumerate(words) if word == GAP)}
    example = model.config.task.asked([GAP if at in gaps else word for at, word in enumerate(words)])
    found = model.probabilities(example)
    numbers = {
        "words": words,
        "most probable": {
            at: [model.entrance.labels[one] for one in found[at].argsort()[::-1][:8]] for at in sorted(gaps)
        },
        "probabilities": {at: found[at] for at in sorted(gaps)},
        "deciding": model.deciding(example),
    }
    if layer is not None:
        weights = model.matrices(example)[layer].weights
        numbers["weights"] = weights.mean(0) if head == "mean" else weights[head]
    return numbers


def words_as_vectors(run: str) -> Numbers:
    """Which words are alike for a network."""
    from core.runs.trained_set import load_set
    from core.runs.word_likeness import word_likeness

    found = word_likeness(load_set(run))
    return {"words": found.words, "cosines": found.alike}


def fewer_labels() -> Numbers:
    """What pre-training is good for when labels are few."""
    from core.claims.experiment import run
    from core.claims.pretraining import Pretraining

    found = run(Pretraining(), (0, 1, 2))
    return {"rows": found.rows, "effect": found.effect, "baseline": found.baseline, "verdict": found.verdict}


def how_many_pictures() -> Numbers:
    """What convolutions and self-attention make of few pictures and of many."""
    from core.claims.experiment import run
    from core.claims.few_pictures import FewPictures

    found = run(FewPictures(), (0, 1, 2))
    return {"rows": found.rows, "effect": found.effect, "baseline": found.baseline, "verdict": found.verdict}


# ---------------------------------------------------------------- where the address has it
_HIDDEN, _VECTORS, _FEW = mark("Hidden words"), mark("Words as vectors"), mark("Fewer labels")
_PATCHES, _SIZES = mark("Where patches look"), mark("How many pictures")


def _run_on(given: Given) -> Run:
    return Run("", "", fits=lambda what, asked: what.on_sets and what.task == given["task"])


def _both(key: str, *tasks: str) -> Section:
    return section(
        labelled, {"task": run_of(key, *tasks)["task"]}, run=run_of(key, *tasks)["run"], **text_of(key), **look_of(key),
        beside=Several(
            lambda given: f"{key} beside {given['run']}", (),
            lambda given: [one for one in _run_on(given).values(given) if one != given["run"]],
        ),
    )  # fmt: skip


def _one(numbers: object, key: str, tasks: tuple[str, ...], **parameters: Parameter) -> Section:
    run = run_of(key, *tasks)
    return section(numbers, {"task": run["task"]}, run=run["run"], **parameters)  # type: ignore[arg-type]


_ONE_LABEL = ("sentiment", "spoken", "molecules")
SETS = {
    "tagging": View(mark("Tagging"), {None: _both("tagging", "saw", "tagging", "classes")}, looks=("tagging other ",)),
    "one_label": View(
        mark("One label"),
        {
            "sentiment": _both("one label", *_ONE_LABEL),
            "spoken": _one(
                held_out_set, "one label", _ONE_LABEL, which=which_of("one label"), **look_of("one label", mean=False, first=True)
            ),
            "molecules": _one(
                looking_from, "one label", _ONE_LABEL, which=which_of("one label", molecule),
                item=item_of(lambda given: f"one label node {given['run']} {given['which']}"), **look_of("one label", mean=False),
            ),
        },
        Choice("one label task", "sentiment", _ONE_LABEL, lambda name: f"{name} · {tr(SET_TASKS[name].summary)}"),
    ),
    "fill_in": View(
        mark("Fill in"),
        {
            _HIDDEN: _one(
                hidden_words, "fill in", (FillIn.name,), **text_of("fill in"),
                hidden=Coded("fill in hidden", middle, gaps, lambda gaps: ".".join(str(one + 1) for one in gaps)),
                **look_of("fill in"),
            ),
            _VECTORS: _one(words_as_vectors, "fill in", (FillIn.name,)),
            _FEW: section(fewer_labels),
        },
        Choice("fill in part", _HIDDEN, (_HIDDEN, _VECTORS, _FEW), tr),
    ),
    "speech_window": View(
        mark("Speech"),
        {None: _one(held_out_set, "speech", ("phones", "spoken"), which=which_of("speech"), **look_of("speech", mean=False, first=True))},
    ),
    "pictures": View(
        mark("Pictures"),
        {
            _PATCHES: _one(
                looking_from, "pictures", ("digits", "pictures"), which=which_of("pictures", numbered),
                item=item_of(lambda given: f"pictures patch {given['run']}"), **look_of("pictures"),
            ),
            _SIZES: section(how_many_pictures),
        },
        Choice("pictures part", _PATCHES, (_PATCHES, _SIZES), tr),
    ),
    "graphs": View(
        mark("Graphs"),
        {
            None: _one(
                looking_from, "graphs", ("karate", "communities", "graph"), which=Whole("graphs which", 0, 0, 0),
                item=item_of("graphs node"), **look_of("graphs"),
            )
        },
    ),
}  # fmt: skip
