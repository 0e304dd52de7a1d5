"""What is inspected: files that a person drops, or an example of a shipped run; and what is said beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.adapters.axes import READINGS
from core.adapters.dumps import read_dump
from core.adapters.labels import SIDES, Captions, counts_of, seconds_of
from core.adapters.mending import Reading
from core.data.parallel_text import decode
from core.errors import InputError
from core.language import mark, tr
from core.recording.alignment import AlignmentDump, of_matrices
from core.runs import snapshots
from core.runs.store import find_run
from dashboard import kept, resources
from dashboard.components.literal import literal
from dashboard.components.locks import file_box
from dashboard.components.uploaded import content

_MEGABYTES = 500  # a map of 20,000 × 5,000 in float32 has 400; the server takes as much (.streamlit/config.toml)
_SMALL = 20  # megabytes of a token file, of a sound
_AS_FOUND, _AUTO = mark("as their number says"), mark("by its sums")
_TURNS = {_AUTO: None, mark("yes: rows are sources"): True, mark("no"): False}
_WORDS = {"file": mark("One file or several"), "directory": mark("A folder")}
EXAMPLE = "demo/pinyin-transformer"


@dataclass(frozen=True)
class Brought:
    """What is to be looked at.

    Attributes:
        dump: the maps; key: changes when they do; captions: what was given beside them; example: of which run it is.
    """

    dump: AlignmentDump
    key: tuple[Any, ...]
    captions: Captions
    example: str | None = None


def alignment_source() -> Brought:
    """Draw the boxes to drop files into; without a file, an example.

    Raises:
        InputError: nothing of what was brought can be read.
    """
    left, right = st.columns([3, 2])
    with left:
        files = _files()
    with right:
        text = st.text_area(
            tr("Tokens"), key="alignment tokens", height=96, placeholder=tr("one a line, or separated by blanks, or 发财发财发财"),
            help=tr("what stands along one side; which side, their number says"),
        )  # fmt: skip
        with st.popover(tr("Token file, seconds, axes"), icon=":material/tune:", width="stretch"):
            captions = _captions(text)
            reading = _reading()
    if not files:
        return _example(captions)
    tokens = counts_of(captions.tokens)
    key = (tuple(file.file_id for file in files), reading, tokens)
    dump = _read(key, [(file.name, content(file, _MEGABYTES)) for file in files])
    return Brought(dump, key, captions)


def _files() -> list[Any]:
    what = st.segmented_control(
        tr("Alignment maps"), list(_WORDS), default="file", format_func=lambda one: tr(_WORDS[one]), required=True, key="bring",
        help=tr("(T, S), (H, T, S), (L, H, T, S), (B, …), names → arrays, lists over steps; several files are steps of one "
        "training, read from their names. No pickle, no .pt: nothing is unpickled. The files stay on this computer."),
    )  # fmt: skip
    dropped = file_box(
        tr("Alignment maps: .npy, .npz, .safetensors, .json, .csv or a .zip of them"),
        accept_multiple_files=True if what == "file" else "directory",
        key=f"maps {what}",
        max_upload_size=_MEGABYTES,
        label_visibility="collapsed",
    )
    if not dropped:
        st.caption(
            tr(
                ".npy, .npz, .safetensors, .json, .csv or a .zip of them. Larger than {megabytes} MB: save it as float16, or "
                "`attnlab inspect FILE`",
                megabytes=_MEGABYTES,
            )
        )
    return list(dropped or [])


def _captions(text: str) -> Captions:
    """What is given beside the maps; a token file stands for typed tokens."""
    listed = file_box(tr("Token list (.txt, .json)"), ["txt", "json", "csv"], key="token file", max_upload_size=_SMALL)
    side = st.segmented_control(
        tr("Tokens stand along the"), SIDES, format_func=tr, default=SIDES[0], required=True, key="token side"
    )
    hop = st.number_input(
        tr("Hop, milliseconds from frame to frame"), 0.0, 1000.0, 0.0, 0.5, key="hop", help=tr("0: frames are counted")
    )
    sound = file_box(tr("Sound of the frames (.wav)"), ["wav"], key="alignment sound", max_upload_size=_SMALL)
    duration = None
    if sound is not None:
        st.audio(sound)
        try:
            duration = seconds_of(content(sound, _SMALL), sound.name)
        except InputError as error:
            st.warning(literal(str(error)), icon=":material/volume_off:")
    if listed is not None:
        text, _ = decode(content(listed, _SMALL), listed.name)
    return Captions(text, side, hop / 1000 or None, duration)


def _said(axes: str) -> str:
    return tr(axes) if axes == _AS_FOUND else " ".join(tr(axis) for axis in axes.split())


def _reading() -> Reading:
    options = [_AS_FOUND, *(reading for readings in READINGS.values() for reading in readings)]
    axes = st.selectbox(
        tr("Axes before target and source"),
        options,
        format_func=_said,
        key="leading axes",
        help=tr("where their number fits"),
    )
    turn = st.selectbox(
        tr("Stored as (source, target)"),
        list(_TURNS),
        format_func=tr,
        key="turned",
        help=tr("columns sum to one and rows do not"),
    )
    softmax = st.toggle(tr("Scores: take the softmax of each row"), key="softmax")
    return Reading(None if axes == _AS_FOUND else axes, _TURNS[turn], softmax)


def _example(captions: Captions) -> Brought:
    runs = [address for address in resources.model_addresses() if snapshots.steps(find_run(address))]
    first = runs.index(EXAMPLE) if EXAMPLE in runs else 0
    if not runs:
        raise InputError(tr("Drop an attention map to begin."))
    address = st.selectbox(
        tr("Nothing dropped yet. Try it with the attention of"), runs, index=first, key="alignment example", bind="query-params",
        help=tr("cross-attention of the probe sentence through the training"),
    )  # fmt: skip
    return Brought(_recorded(address), (address,), captions, address)


@kept.own(show_spinner="Reading the maps …", max_entries=4, scope="session")
def _read(key: tuple[Any, ...], _files: Sequence[tuple[str, bytes]]) -> AlignmentDump:
    _, reading, tokens = key
    return read_dump(_files, reading, tokens)


@kept.of_run(show_spinner=False, max_entries=4, scope="session")
def _recorded(address: str) -> AlignmentDump:
    run = find_run(address)
    return of_matrices([(step, snapshots.read(run, step)) for step in snapshots.steps(run)], address)
