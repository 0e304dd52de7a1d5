"""The worksheet of the page Attention by hand: where it comes from, its versions, its link, and what is done with it.

Every edit is a version; a drag is one. What cannot be read stays in the browser as it was typed, and is said.
"""

from dataclasses import dataclass, replace

import streamlit as st
from torch import Generator

from core.attention.worksheet import FEWEST, MOST, NARROWEST, WIDEST, Fault, Worksheet, pack, read_cells, unpack
from core.attention.worksheet_chain import Worked
from core.attention.worksheet_presets import FIRST, PRESETS
from core.errors import DataError
from core.language import tr
from core.settings import declarations
from dashboard import state
from dashboard.components.chain import typed

_SHEETS = "worksheet versions"
_PARAMETER = "numbers"
_DECLARED = {one.name: one for one in declarations(Worked)}


@dataclass(frozen=True)
class _Versions:
    """All versions, the present one, and which of the browser's edits it holds."""

    all: tuple[Worksheet, ...]
    at: int = 0
    epoch: int = 1
    gesture: int = 0

    @property
    def now(self) -> Worksheet:
        return self.all[self.at]

    def with_next(self, sheet: Worksheet) -> "_Versions":
        """A version that the browser must take."""
        return _Versions((*self.all[: self.at + 1], sheet), self.at + 1, self.epoch + 1)

    def edited(self, sheet: Worksheet, gesture: int) -> "_Versions":
        """A version that the browser made; one gesture makes one."""
        kept = self.all[: self.at + (gesture != self.gesture)]
        return replace(self, all=(*kept, sheet), at=len(kept), gesture=gesture)


@dataclass(frozen=True)
class Sheet:
    """What there is to work with: the last whole worksheet, its epoch for the browser, and what cannot be read in it."""

    sheet: Worksheet
    epoch: int
    fault: Fault | None


def open_sheet(page: str) -> str | None:
    """On a page just opened, take the worksheet from its address, or the one it was left with; what is wrong, if anything.

    Call it before the page's heading.
    """
    if state.get("page") == page:
        return None
    versions = state.get(_SHEETS) or _Versions((_made(FIRST, 4, 2, 0),))
    problem, text = None, st.query_params.get(_PARAMETER)
    if text is not None:
        try:
            asked = unpack(text)
            versions = versions if asked == versions.now else versions.with_next(asked)
        except DataError as error:
            problem = tr("{error}. Other numbers are shown.", error=error)
    state.put(_SHEETS, replace(versions, epoch=versions.epoch + 1))
    _say(versions.now)
    return problem


def current(key: str) -> Sheet:
    """The worksheet with what was typed into the component of this key."""
    versions: _Versions = state.get(_SHEETS)
    last = typed(key)
    if last is None or last.epoch != versions.epoch:
        return Sheet(versions.now, versions.epoch, None)
    found = read_cells(last.cells)
    if isinstance(found, Fault):
        return Sheet(versions.now, versions.epoch, found)
    if found != versions.now:
        versions = versions.edited(found, last.gesture)
        state.put(_SHEETS, versions)
    if last.final:
        _say(found)
    return Sheet(found, versions.epoch, None)


def sheet_menus() -> tuple[int, int]:
    """Where the numbers come from, and how many there are: vectors, and features of each."""
    now: Worksheet = state.get(_SHEETS).now
    state.put("vectors", now.count)
    state.put("features", now.width)
    preset, vectors, features = st.columns([4, 1, 1])
    preset.selectbox(
        tr("Start from"), list(PRESETS), format_func=lambda name: tr(PRESETS[name].title), key="preset", index=None,
        placeholder=tr("an example …"), on_change=_take_preset, help=tr("replaces the numbers; undo brings them back"),
    )  # fmt: skip
    vectors.selectbox(tr("Vectors"), range(FEWEST, MOST + 1), key="vectors", on_change=_resize)
    features.selectbox(tr("Features"), range(NARROWEST, WIDEST + 1), key="features", on_change=_resize)
    return now.count, now.width


def history_buttons() -> None:
    """The way back, and the way forth again."""
    versions: _Versions = state.get(_SHEETS)
    back, again = st.columns(2)
    back.button(
        tr("Undo"), icon=":material/undo:", on_click=_go, args=(-1,), disabled=versions.at == 0, width="stretch", key="unwork"
    )  # fmt: skip
    again.button(
        tr("Redo"), icon=":material/redo:", on_click=_go, args=(1,), disabled=versions.at == len(versions.all) - 1,
        width="stretch", key="rework",
    )  # fmt: skip


def work_menus() -> dict[str, object]:
    """What is done with the numbers, by the names of `Worked`."""
    *places, last = st.columns([1.2, 1.2, 1.2, 1.2, 0.8, 1], vertical_alignment="bottom")
    chosen: dict[str, object] = {}
    for place, name in zip(places, ("score", "normalizer", "mask", "positions", "heads")):
        known = _DECLARED[name]
        options = list(known.choices) or list(range(1, int(known.high or 1) + 1))
        chosen[name] = place.selectbox(
            tr(name).capitalize(), options, index=options.index(known.default), key=name, bind="query-params",
            help=tr(known.help),
        )  # fmt: skip
    with last, st.popover(tr("More"), icon=":material/tune:", width="stretch"):
        chosen |= _more()
    return chosen


def _more() -> dict[str, object]:
    """What is chosen more rarely."""
    temperature = st.number_input(
        tr("Temperature"), value=1.0, step=0.1, format="%g", key="temperature", bind="query-params",
        help=tr(_DECLARED["temperature"].help),
    )  # fmt: skip
    window = st.number_input(
        tr("Window of the mask"), value=1, step=1, key="window", bind="query-params", help=tr(_DECLARED["window"].help)
    )
    output = st.toggle(tr("W_o after a single head too"), key="output", bind="query-params")
    st.number_input(
        tr("Seed of random numbers"), value=0, min_value=0, max_value=999_999, step=1, key="seed", on_change=_draw,
        help=tr("another seed draws all numbers anew; undo brings the old ones back"),
    )  # fmt: skip
    return {"temperature": temperature, "window": window, "output": output}


def lesson(sheet: Worksheet) -> str:
    """What there is to see, while the numbers are those of an example."""
    for preset in PRESETS.values():
        if preset.make(sheet.count, sheet.width, Generator().manual_seed(state.get("seed", 0))) == sheet:
            return tr("**{title}.** {lesson}", title=tr(preset.title), lesson=tr(preset.lesson))
    return tr("**Your own numbers.** Change one and follow what it changes: everything after it is made from it.")


def _made(name: str, count: int, width: int, seed: int) -> Worksheet:
    return PRESETS[name].make(count, width, Generator().manual_seed(seed))


def _take_preset() -> None:
    name = state.get("preset")
    if name:
        now: Worksheet = state.get(_SHEETS).now
        _push(_made(name, now.count, now.width, state.get("seed", 0)))
        state.put("preset", None)


def _draw() -> None:
    now: Worksheet = state.get(_SHEETS).now
    _push(_made("random", now.count, now.width, state.get("seed", 0)))


def _resize() -> None:
    _push(state.get(_SHEETS).now.resized(state.get("vectors"), state.get("features")))


def _push(sheet: Worksheet) -> None:
    state.put(_SHEETS, state.get(_SHEETS).with_next(sheet))
    _say(sheet)


def _go(steps: int) -> None:
    versions: _Versions = state.get(_SHEETS)
    after = replace(versions, at=versions.at + steps, epoch=versions.epoch + 1, gesture=0)
    state.put(_SHEETS, after)
    _say(after.now)


def _say(sheet: Worksheet) -> None:
    """Let the address say it, where it does not yet."""
    text = pack(sheet)
    if st.query_params.get(_PARAMETER) != text:
        st.query_params[_PARAMETER] = text
