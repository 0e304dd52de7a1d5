"""Attention by hand: from vectors to outputs, every number in sight; then the same chain in a trained model."""

import streamlit as st

from core.attention.worksheet import Worksheet
from core.attention.worksheet_chain import Worked, work_out
from core.errors import AttentionLabError
from core.language import mark, tr
from core.recording.chain import Chain
from core.recording.recorder import attention_paths, site_of
from core.runs.sentence_chain import sentence_chain
from dashboard import links, state
from dashboard.components import worksheet_bar
from dashboard.components.chain import COLUMNS, ROWS, chain
from dashboard.components.heading import heading
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.model_bar import Chosen, model_bar
from dashboard.components.panel import panel

TITLE = mark("Attention by hand")
BY_HAND, SENTENCE = mark("By hand"), mark("On a real sentence")
WRITTEN = {mark("vectors are columns (lecture)"): COLUMNS, mark("vectors are rows (papers)"): ROWS}
KEY, GOOD = "chain by hand", "worksheet drawn"
NEAR = 1e-4  # float32 sums of a long sentence differ by less


def page() -> None:
    """Choose where the numbers come from, work them out, draw."""
    problem = worksheet_bar.open_sheet(TITLE)
    state.carry(TITLE, links.RUN, links.SOURCE)
    heading(TITLE, tr("Every number from vectors to outputs. Change one, and what follows from it moves."))
    link_notice("address", problem and literal(problem))
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left:
        where = st.segmented_control(
            tr("Numbers"), [BY_HAND, SENTENCE], format_func=tr, default=BY_HAND, key="where", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    with right:
        orientation = st.segmented_control(
            tr("Orientation"), list(WRITTEN), format_func=tr, default=next(iter(WRITTEN)), key="orientation", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    if where == BY_HAND:
        _by_hand(WRITTEN[orientation])
        return
    chosen = model_bar()
    if chosen is not None:
        _sentence(chosen, WRITTEN[orientation])


@panel(mark("Attention by hand"))
def _by_hand(orientation: str) -> None:
    size = worksheet_bar.sheet_menus()
    _worked_out(size, worksheet_bar.work_menus(), orientation)


@panel(mark("The chain of these numbers"))
def _worked_out(size: tuple[int, int], chosen: dict[str, object], orientation: str) -> None:
    """Redrawn alone when a number changes: the menus above stay as they are, unless another size came back."""
    held = worksheet_bar.current(KEY)
    if size != (held.sheet.count, held.sheet.width):
        st.rerun()
    words, buttons = st.columns([3, 1], vertical_alignment="center")
    with buttons:
        worksheet_bar.history_buttons()
    with words:
        shown, sheet = _shown(held, chosen)
    chain(shown, key=KEY, orientation=orientation, sheet=sheet, epoch=held.epoch if sheet else 0, fault=held.fault)


def _shown(held: worksheet_bar.Sheet, chosen: dict[str, object]) -> tuple[Chain, Worksheet | None]:
    """The chain of the sheet; where the choices cannot be, that of the last ones that could, which nobody can edit."""
    try:
        how = Worked.from_dict(chosen)
        shown = work_out(held.sheet, how)
    except AttentionLabError as error:
        st.warning(
            tr("{error}. What is drawn is the last choice that could be worked out.", error=literal(str(error))),
            icon=":material/tune:",
        )
        sheet, how = state.get(GOOD) or (held.sheet, Worked())
        return work_out(sheet, how), None
    state.put(GOOD, (held.sheet, how))
    st.caption(worksheet_bar.lesson(held.sheet))
    return shown, held.sheet


@panel(mark("The chain of this sentence"))
def _sentence(chosen: Chosen, orientation: str) -> None:
    sites = {site_of(path).label: path for path in attention_paths(chosen.model.model)}
    which, head = st.columns([3, 1])
    with which:
        label = st.selectbox(
            tr("Attention"),
            list(sites),
            format_func=lambda label: site_of(sites[label]).said,
            index=len(sites) - 1,
            key="site",
            bind="query-params",
        )
    shown = sentence_chain(chosen.model, chosen.source, sites[label])
    with head:
        number = st.selectbox(tr("Head"), range(1, shown.heads + 1), key="head", bind="query-params")
    one = shown.head(number - 1)
    _checked(one)
    chain(one, key="chain of a sentence", orientation=orientation, sentence=True)


def _checked(shown: Chain) -> None:
    """Whether the record is whole: outputs made anew from it."""
    off = shown.difference
    words = tr(
        "made anew from the recorded weights and values, differ from the recorded outputs by at most {off:.1e}", off=off
    )
    if off <= NEAR:
        st.caption(tr(":material/check: b = Σ α′ v, {words}: rounding, and nothing else.", words=words))
    else:
        st.warning(tr("The outputs b = Σ α′ v, {words}. The record is not whole.", words=words), icon=":material/info:")


page()
