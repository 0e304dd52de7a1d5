"""One sentence, four machines: an RNN, a Transformer, one that copies and one that writes all at once, on one color scale."""

import streamlit as st

from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs.machines import MACHINES, Answer, answer, known_sources, refuse_strangers
from core.runs.reader import AbstractTrained
from dashboard import kept, resources, state
from dashboard.components.copying_view import unseen
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.machine_view import costs, machine
from dashboard.components.panel import panel
from dashboard.components.ways_view import way

TITLE = mark("One sentence, four machines")
SOURCE = "machines source"
_ROW = 2  # cards beside each other: a map and the words on its axes need half of the page
_KNOWN = 6
_LOST = "machines lost"  # what an address asked for and is not here
_EXAMPLES = ("machines unseen", "machines known")


def page() -> None:
    """Choose, ask, compare."""
    heading(
        TITLE, tr("The same source for four kinds of decoders: what each writes, where it looked, and what that cost.")
    )
    _machines()


@panel(mark("The machines"))
def _machines() -> None:
    addresses = _chosen()
    if addresses is None:
        return
    opened = {name: _opened(name, address) for name, address in addresses.items()}
    refuse_strangers(opened)
    source = _source(next(iter(opened.values())))
    answers = _answers(tuple((address, opened[name].step) for name, address in addresses.items()), source)
    _told(answers, opened["recurrent"], source)
    names = list(answers)
    for first in range(0, len(names), _ROW):
        for place, name in zip(st.columns(_ROW), names[first : first + _ROW]):
            with place.container(border=True, height="stretch"):
                machine(name, answers[name], tuple(opened[name].read(source)))
    st.caption(
        tr(
            "Calls are of the decoder. A row is a word that was written, a column a word of the source. All four maps have one color scale, from 0 to 1: where the "
            "machine looked when it wrote the word (the heads of its last layer, their mean), or for one that copies its copy "
            "distribution. Green: how sure it was of the word. Orange, p_gen: how much of the probability goes to making a word; the "
            "rest goes to copying one. In bold: words that no vocabulary holds."
        )
    )
    _passes(answers["at_once"])
    _costs(answers, addresses)


def _chosen() -> dict[str, str] | None:
    """A run for each place; None where there is none of a kind."""
    known = resources.machine_addresses()
    found = {}
    for place, (name, one) in zip(st.columns(len(MACHINES)), MACHINES.items()):
        if not known[name]:
            place.info(
                tr("There is no run of this kind ({summary}); train one on the page Train.", summary=tr(one.summary))
            )
            continue
        key = f"machines {name}"
        asked = st.query_params.get(key)
        if asked is not None and asked not in known[name]:
            state.put(f"{_LOST} {name}", asked)  # the address forgets it in a moment
        ordered = sorted(known[name], key=lambda address: address != one.usual)
        found[name] = place.selectbox(
            tr(one.title),
            ordered,
            key=key,
            bind="query-params",
            help=tr(one.summary),
            on_change=_other,
            args=(name, key),
        )
        lost = state.get(f"{_LOST} {name}")
        if lost is not None:
            place.warning(
                tr("There is no run “{lost}” for this place; another one is shown.", lost=literal(lost[:80])),
                icon=":material/link_off:",
            )
    return found if len(found) == len(MACHINES) else None


@kept.own(show_spinner="Asking …", max_entries=16, scope="session")
def _answers(chosen: tuple[tuple[str, int], ...], source: str) -> dict[str, Answer]:
    """Of each machine, by its run and step; kept, so that a time that was told does not change under the eyes."""
    return {
        name: answer(_opened(name, address), source, one.title)
        for (name, one), (address, _) in zip(MACHINES.items(), chosen)
    }


def _opened(name: str, address: str) -> AbstractTrained:
    return resources.parallel_model(address) if name == "at_once" else resources.model(address)


def _other(name: str, key: str) -> None:
    """Another run may read other sources; its example is a good beginning where it cannot read what stands there."""
    state.forget(f"{_LOST} {name}")
    try:
        one = _opened(name, state.get(key))
    except AttentionLabError:
        return  # the page says it
    try:
        one.read(state.get(SOURCE, ""))
    except AttentionLabError:
        state.put(SOURCE, _held_out(one)[0])


def _held_out(one: AbstractTrained) -> list[str]:
    return [one.config.task.join(example.source) for example in one.examples.test]


def _source(one: AbstractTrained) -> str:
    state.first(SOURCE, _held_out(one)[0])
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    source = left.text_input(tr("Source"), key=SOURCE, bind="query-params", help=tr(one.config.task.summary))
    with right.popover(tr("Examples"), icon=":material/lightbulb:", width="stretch", key="examples"):
        _offer(tr("Held out: no machine has seen them"), _held_out(one), _EXAMPLES[0])
        known = known_sources(one.config.task, _KNOWN)
        if known:
            _offer(tr("Every word is known; they may have been trained on"), known, _EXAMPLES[1])
    return source


def _offer(title: str, sources: list[str], key: str) -> None:
    st.pills(title, sources, key=key, on_change=_take, args=(key,), format_func=literal)


def _take(key: str) -> None:
    chosen = state.get(key)
    if chosen:
        state.put(SOURCE, chosen)
        state.put(key, None)


def _told(answers: dict[str, Answer], one: AbstractTrained, source: str) -> None:
    """What is right, and which words no vocabulary holds."""
    reference, words = one.reference(source), answers["copying"].unseen
    said = tr("Nobody knows the right answer to this source.") if reference is None else ""
    if reference is not None:
        said = tr("Right: **{output}**", output=literal(one.config.task.join_target(reference)))
    st.markdown(f"{said} · {unseen(words)}" if words else said)


def _passes(one: Answer) -> None:
    st.markdown(tr("##### All places at once, call by call"))
    way(one.told, key="machines")
    st.caption(
        tr(
            "A row is one call of the decoder, a column a place; the stronger the color, the surer it was. The three others need a call for "
            "every word."
        )
    )


def _costs(answers: dict[str, Answer], addresses: dict[str, str]) -> None:
    st.markdown(tr("##### What it cost"))
    costs(answers, addresses)
    st.caption(
        tr(
            "Times are of this program on this machine: one that copies is stepped through its modules, the others have a fast path, so "
            "its time says nothing of copying. Calls are what the way of writing needs."
        )
    )


page()
