"""Parsing: a sentence becomes a bracketed tree, token by token; free, or such that nothing but trees can be written."""

from random import Random

import streamlit as st

from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.decoding.search import AbstractSearch
from core.decoding.tree_form import TREE
from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs.expectations import expected, told
from core.runs.parsed import Parsed, parse
from core.runs.trained import TrainedModel
from core.tasks.attachment import sentence
from core.tasks.parsing import Parsing
from dashboard import kept, resources, state
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.panel import panel
from dashboard.components.parse_view import looking, trees, way_name, ways_table

_FIRST = "demo/parse-transformer"
_SOURCE, _EXAMPLE, _WIDTH = "parsing source", "parsing example", "parsing width"
_OFFERED = 8  # held-out sentences to take
_LONGER = 6  # words more than any sentence of the training


def page() -> None:
    """Choose, type, look."""
    heading(
        "Parsing",
        tr("A seq2seq model writes the tree of a sentence as brackets; nobody told it that brackets must close."),
    )
    _panel()


@panel(mark("The parses"))
def _panel() -> None:
    known = sorted(resources.task_addresses(Parsing.name), key=lambda address: address != _FIRST)
    if not known:
        st.info(tr("There is no run of the task parse yet. Train one on the page Train."), icon=":material/model_training:")  # fmt: skip
        return
    first, second, third = st.columns([3, 6, 2], vertical_alignment="bottom")
    with first:
        address = st.selectbox(
            tr("Model"), known, key="parsing run", bind="query-params", on_change=_other, help=tr("a run of the task parse"),
        )  # fmt: skip
    model = resources.model(address)
    state.first(_SOURCE, model.example_text())
    source = second.text_input(tr("Sentence"), key=_SOURCE, bind="query-params", help=tr(model.config.task.summary))
    with third.popover(tr("Examples"), icon=":material/lightbulb:", width="stretch", key="examples"):
        _examples(model)
    found = {name: _tried(model, source, search) for name, search in _ways().items()}
    faults = [one for one in found.values() if isinstance(one, AttentionLabError)]
    if len(faults) == len(found):
        raise faults[0]
    unknown = model.unknown(source)
    if unknown:
        told_unknown = literal("  ".join(unknown[:12]))
        st.caption(tr(":material/help: never seen in training, read as <unk>: {list}", list=told_unknown))
    ways_table(found)
    shown = [name for name, one in found.items() if isinstance(one, Parsed)]
    left, middle, right = st.columns([6, 2, 4], vertical_alignment="bottom")
    chosen = left.segmented_control(
        tr("Tree of"), shown, format_func=way_name, default=shown[0], key=f"parsing shown {len(shown)}", required=True
    )
    middle.number_input(
        tr("Beam width"), 1, 32, 4, key=_WIDTH, bind="query-params",
        help=tr("prefixes that a beam keeps after each step"),
    )  # fmt: skip
    one = found[chosen]
    assert isinstance(one, Parsed)
    with right:
        attention = looking(one)
    trees(one, chosen, attention)
    st.caption(tr(
        "Trained anew on the page Train, preset fast, on the small grammar. {told}",
        told=told(expected(Parsing.name, "transformer"))))  # fmt: skip


def _ways() -> dict[str, AbstractSearch]:
    """Greedy and beam, free and trees only."""
    width = int(state.get(_WIDTH, 4))
    return {
        "greedy": GreedySearch(),
        "greedy, trees only": GreedySearch(form=TREE),
        "beam": BeamSearch(width=width),
        "beam, trees only": BeamSearch(width=width, form=TREE),
    }


def _tried(model: TrainedModel, source: str, search: AbstractSearch) -> Parsed | AttentionLabError:
    try:
        return _parsed(model.run.address, model.step, source, search)
    except AttentionLabError as error:
        return error


@kept.of_run(show_spinner="Parsing …", max_entries=32, scope="session")
def _parsed(address: str, step: int, source: str, search: AbstractSearch) -> Parsed:
    return parse(resources.model(address), source, search)


def _examples(model: TrainedModel) -> None:
    task = model.config.task
    st.caption(tr("Held-out sentences: the model never saw them in training."))
    texts = [task.join(example.source) for example in model.examples.test[:_OFFERED]]
    st.pills(tr("Held out"), texts, key=_EXAMPLE, on_change=_take, args=(_EXAMPLE,), label_visibility="collapsed")
    if isinstance(task, Parsing) and not task.path and task.reads == "words":
        st.caption(
            tr("Longer than any sentence in training ({longest} words): here brackets may break.", longest=task.longest)
        )
        long = f"{_EXAMPLE} long"
        st.pills(tr("Longer"), _longer(task), key=long, on_change=_take, args=(long,), label_visibility="collapsed")


def _longer(task: Parsing) -> list[str]:
    """Sentences of the grammar with more words than it was ever shown."""
    rng, found = Random("longer sentences"), list[str]()
    while len(found) < 3:
        words = [leaf.word for leaf in sentence(rng).leaves]
        if task.longest < len(words) <= task.longest + _LONGER:
            found.append(task.join(words))
    return found


def _take(name: str) -> None:
    chosen = state.get(name)
    if chosen:
        state.put(_SOURCE, chosen)
        state.put(name, None)


def _other() -> None:
    """Another run reads other words; one of its own examples is a good beginning."""
    try:
        state.put(_SOURCE, resources.model(state.get("parsing run")).example_text())
    except AttentionLabError:
        state.put(_SOURCE, "")


page()
