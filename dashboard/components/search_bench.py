"""The bench: one to six searches beside each other, each with its settings, kept in the address of the page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.search import AbstractSearch
from core.errors import AttentionLabError, SettingError
from core.language import tr
from core.replay.searches import USUAL, changed, read_searches, write_searches
from core.runs.catalog import SEARCHES
from core.runs.comparison import MOST_SEARCHES
from dashboard import state
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.search_form import search_form

PARAMETER = "searches"
_ROW = 3  # cards beside each other on a small screen
_BENCH, _SAID = "bench", "bench said"


@dataclass(frozen=True)
class Place:
    """One search on the bench.

    Attributes:
        number: never given twice; its widgets go by it. search: its settings, the last ones that can be.
    """

    number: int
    search: AbstractSearch


@dataclass(frozen=True)
class Card:
    """One search of the bench, where it is drawn, and its settings; None where they cannot be, which is said there already."""

    number: int
    place: DeltaGenerator
    search: AbstractSearch | None


def search_bench() -> list[Card]:
    """Draw the searches that were chosen, one card each, and the buttons that add one."""
    bench = _bench()
    _adding(len(bench))
    cards, after = [], []
    for one, place in zip(bench, _spread(len(bench))):
        search = _settled(one, place, len(bench))
        cards.append(Card(one.number, place, search))
        after.append(one if search is None else replace(one, search=search))
    state.put(_BENCH, after)
    _say(write_searches([one.search for one in after]))
    return cards


def _bench() -> list[Place]:
    """What stands on the bench: of the address, where it says something new; else of the session."""
    asked = st.query_params.get(PARAMETER)
    known = state.get(_BENCH)
    wanted, told = None, None
    if asked is not None and asked not in state.get(_SAID, ()):
        try:
            wanted = _placed(read_searches(asked))
        except SettingError as error:
            told = tr("The searches in this link cannot be read: {error}. Others are shown.", error=literal(str(error)))
    link_notice("searches", told)
    return wanted or known or _placed(read_searches(USUAL))


def _placed(searches: Sequence[AbstractSearch]) -> list[Place]:
    return [Place(_fresh(), search) for search in searches]


def _fresh() -> int:
    state.put("bench places", state.get("bench places", 0) + 1)
    return int(state.get("bench places"))


def _say(text: str) -> None:
    # all that was ever said: a click may arrive with an address that the browser has not yet replaced
    state.put(_SAID, {*state.get(_SAID, ()), text})
    if st.query_params.get(PARAMETER) != text:
        st.query_params[PARAMETER] = text


def _adding(count: int) -> None:
    full = count >= MOST_SEARCHES
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption(tr("Add a search"), width="content")
        for name, kind in SEARCHES.items():
            st.button(
                name, key=f"add {name}", icon=":material/add:", type="tertiary", disabled=full,
                help=tr(kind.summary) if not full else tr("{most_searches} searches at most; remove one first", most_searches=MOST_SEARCHES),
                on_click=partial(_change, partial(_added, name)),
            )  # fmt: skip


def _spread(count: int) -> Iterator[DeltaGenerator]:
    """A place each: up to three beside each other, four as two and two."""
    wide = 2 if count in (1, 2, 4) else _ROW
    for begin in range(0, count, wide):
        for column in st.columns(wide)[: count - begin]:
            yield column.container(border=True, height="stretch")


def _settled(one: Place, place: DeltaGenerator, count: int) -> AbstractSearch | None:
    """The head of a card: name, duplicate, remove; settings. What cannot be is said there."""
    name = one.search.name
    with place, st.container(gap=None):
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.markdown(f"**{name}**", help=tr(SEARCHES[name].summary), width="stretch")
            _moves(one.number, count)
        with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
            said = st.empty()
            try:
                with st.popover(tr("Settings"), icon=":material/tune:", type="tertiary", key=f"settings {one.number}"):
                    search = search_form(
                        name, key=f"compare {one.number} {name}", columns=2, start=one.search.to_dict()
                    )
            except AttentionLabError as error:
                st.warning(literal(str(error)), icon=":material/tune:")
                return None
            own = " · ".join(f"{tr(name.replace('_', ' '))} {value}" for name, value in changed(search).items())
            said.caption(own or tr("default settings"), width="stretch")
    return search


def _moves(number: int, count: int) -> None:
    st.button(
        ":material/content_copy:", key=f"duplicate {number}", type="tertiary", disabled=count >= MOST_SEARCHES,
        help=tr("duplicate: the same search once more, to change one setting"),
        on_click=partial(_change, partial(_doubled, number)),
    )  # fmt: skip
    st.button(
        ":material/close:", key=f"remove {number}", type="tertiary", disabled=count == 1, help=tr("remove this search"),
        on_click=partial(_change, partial(_without, number)),
    )  # fmt: skip


def _change(how: Callable[[list[Place]], list[Place]]) -> None:
    bench = how(list(state.get(_BENCH)))
    if 0 < len(bench) <= MOST_SEARCHES:
        state.put(_BENCH, bench)


def _added(name: str, bench: list[Place]) -> list[Place]:
    like = next((one for one in read_searches(USUAL) if one.name == name), SEARCHES[name]())
    return [*bench, Place(_fresh(), like)]


def _doubled(number: int, bench: list[Place]) -> list[Place]:
    return [twin for one in bench for twin in ([one, replace(one, number=_fresh())] if one.number == number else [one])]


def _without(number: int, bench: list[Place]) -> list[Place]:
    return [one for one in bench if one.number != number]
