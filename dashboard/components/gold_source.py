"""Where gold links come from: a task that knows them, or sentences and links that a person brings."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.data.linked_sentences import MIDDLE, LinkedPair, read_linked, split_middle
from core.data.parallel_text import decode
from core.data.word_links import FORMATS, ORDERS
from core.errors import InputError
from core.language import mark, tr
from core.runs.gold_alignment import MOST, known_pairs
from core.runs.trained import TrainedModel
from dashboard.components.locks import file_box
from dashboard.components.uploaded import content

_MEGABYTES = 20
HELD_OUT, MINE = mark("Held-out"), mark("My sentences")
_AS_SHOWN = mark("as the file shows")
_STARTS: dict[str, Literal[0, 1] | None] = {_AS_SHOWN: None, mark("from 0"): 0, mark("from 1"): 1}


@dataclass(frozen=True)
class GoldSource:
    """Attributes:
    pairs: sentences with their links; cut: their words are the model's tokens.
    """

    pairs: tuple[LinkedPair, ...]
    cut: bool


def gold_source(model: TrainedModel, where: str) -> GoldSource | None:
    """Take them; None where nothing was brought yet.

    Raises:
        InputError: the task knows no links, or the files cannot be used.
    """
    if where == MINE:
        pairs = _brought()
        return GoldSource(pairs, cut=False) if pairs else None
    narrow, _ = st.columns([1, 4])
    n = narrow.number_input(
        tr("Sentences"),
        value=50,
        step=10,
        key="gold n",
        bind="query-params",
        help=tr("held-out test examples, 1 to {most:,}", most=MOST),
    )
    return GoldSource(known_pairs(model, int(n)), cut=True)


def _brought() -> tuple[LinkedPair, ...]:
    left, right = st.columns(2)
    with left:
        sentences = file_box(
            tr("Sentences: one file with source {middle} target, or two files, the sources first", middle=MIDDLE),
            accept_multiple_files=True, key="gold sentences", max_upload_size=_MEGABYTES,
            help=tr("words apart by spaces; a number and a tab in front of each line, or <s snum=1> … </s>, is read"),
        )  # fmt: skip
    with right:
        links = file_box(
            tr("Links: 0-0 1p2 on a line for each pair, or 1 1 1 S on a line for each link"), key="gold links",
            max_upload_size=_MEGABYTES,
            help=tr("i-j is sure, ipj or i?j possible; naacl: sentence, source position, target position, S or P"),
        )  # fmt: skip
    places = st.columns(3)
    with places[0]:
        form = st.selectbox(
            tr("Format of the links"), [_AS_SHOWN, *FORMATS],
            format_func=lambda one: tr(one) if one == _AS_SHOWN else one, key="gold form",
        )  # fmt: skip
    with places[1]:
        start = st.selectbox(tr("Positions count"), list(_STARTS), format_func=tr, key="gold start")
    with places[2]:
        order = st.selectbox(
            tr("Written first"), ORDERS, format_func=tr, key="gold order",
            help=tr("which position of a link is in front"),
        )  # fmt: skip
    if not sentences or links is None:
        st.info(tr("Bring the sentences and their links: nothing is kept, they are read for this session."))
        return ()
    texts = [decode(content(file, _MEGABYTES), file.name)[0] for file in sentences]
    if len(texts) > 2:
        raise InputError(tr(
            "{count} files of sentences were brought; bring one with {middle}, or the sources and targets",
            count=len(texts), middle=MIDDLE,
        ))  # fmt: skip
    source, target = texts if len(texts) == 2 else split_middle(texts[0])
    written = decode(content(links, _MEGABYTES), links.name)[0]
    return read_linked(
        source, target, written, form=None if form == _AS_SHOWN else form, numbering=_STARTS[start], order=order
    )
