"""Which recording is looked at: files that a person drops or names, kept while other pages are open; which hypothesis of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.adapters.dumps import find_files
from core.adapters.files import read_bytes
from core.adapters.recordings.oddities import NUMBERS
from core.adapters.recordings.programs import PROGRAMS
from core.adapters.recordings.reading import File, read_files, recordings_of
from core.adapters.recordings.recording import Given, Opened, Recording
from core.adapters.recordings.sites import KINDS
from core.data.named_file import named_file
from core.errors import DataError, InputError
from core.figures.attention import Reading
from core.figures.provenance import Origin
from core.language import tr
from core.runs.workspace import in_classroom
from dashboard import kept, links, resources, state
from dashboard.components.downloads import reading_of
from dashboard.components.literal import literal
from dashboard.components.locks import file_box
from dashboard.components.panel import again
from dashboard.components.uploaded import content

MEGABYTES = 500  # as much as the server takes (.streamlit/config.toml)
_ENDINGS = (".npz", ".npy", ".safetensors", ".json", ".zip")
_FILES, _PROBLEM, _ROUND = "recording files", "recording problem", "recording round"
_SOURCE, _TARGET = "recording source", "recording target"
_PROGRAM, _KIND, _NUMBERS, _HOP = "recording program", "recording kind", "recording numbers", "recording hop"
_PATH, _WHICH, _HYPOTHESIS = "recording path", "recording which", "recording hypothesis"


@dataclass(frozen=True)
class Kept:
    """Files that were read.

    Attributes:
        files: names and what they hold; problems: of those that could not be read; mark: another one whenever they change.
    """

    files: tuple[File, ...]
    problems: tuple[str, ...]
    mark: str


@dataclass(frozen=True)
class Chosen:
    """What is looked at.

    Attributes:
        opened: the matrices and what was noticed; title: for people; found: how the files were read.
        key: changes with what is looked at; reading: what figures of it say; example: whether nothing was brought.
    """

    opened: Opened
    title: str
    found: tuple[str, ...]
    key: str
    reading: Reading
    example: bool = False


def dump_source() -> Chosen:
    """Draw the boxes to drop files into, and choose; without a file, an example.

    Raises:
        InputError: nothing of what was brought can be shown.
    """
    _restore(_SOURCE, _TARGET, _PROGRAM, _KIND, _NUMBERS, _HOP)
    kept: Kept | None = state.get(_FILES)
    if kept is None:
        _boxes()
        _problem()
        return _example()
    given, program, kind = _bar(kept)
    state.keep(_SOURCE, _TARGET, _PROGRAM, _KIND, _NUMBERS, _HOP)
    _problem()
    recordings = _recordings(kept.mark, program, kind, kept)
    recording, at = _which(recordings, kept.mark)
    one = recording.crowd.all[at]
    opened = _opened((kept.mark, program, kind, recordings.index(recording), at, given), recording, given)
    label = f" · {recording.crowd.label(one)}" if len(recording.crowd.all) > 1 else ""
    key = f"{kept.mark} {recordings.index(recording)} {at}"
    title = f"{recording.name}{label}"
    return Chosen(opened, title, recording.found, key, Reading(Origin(), "", page="recordings", name=title))


def _restore(*names: str) -> None:
    """A widget's own memory ends where its page ends; what was chosen is there again."""
    for name in names:
        if state.get(f"kept {name}") is not None:
            state.first(name, state.get(f"kept {name}"))


def _bar(kept: Kept) -> tuple[Given, str, str]:
    """One line: what is open, more of it, what is said beside it, and away with it."""
    words, more, beside, press = st.columns([5, 3, 3, 2], vertical_alignment="center")
    names = ", ".join(f"`{name.replace('`', '')}`" for name, _ in kept.files[:4])
    words.markdown(
        tr(
            "Open: {names}{rest}",
            names=names,
            rest=tr(" and {count:,} more", count=len(kept.files) - 4) if len(kept.files) > 4 else "",
        )
    )
    with more.popover(tr("Other files"), icon=":material/upload_file:", width="stretch"):
        _boxes()
    with beside.popover(tr("Tokens, axes"), icon=":material/tune:", width="stretch"):
        said = _beside()
    press.button(tr("Close"), icon=":material/close:", key="recording close", on_click=_close, width="stretch")
    return said


def _boxes() -> None:
    """The box for files, and the line for a path; what is read goes into the session, and the box is empty again."""
    dropped = file_box(
        tr("Recordings: .npz, .npy, .safetensors, .json or a .zip of them"), accept_multiple_files=True,
        key=f"recording box {state.get(_ROUND, 0)}", max_upload_size=MEGABYTES,
        help=tr("Hugging Face generate, fairseq, OpenNMT, JoeyNMT, ESPnet, Coqui, Whisper: docs/your-own-model.md says what to "
        "write. No pickle, no .pt: nothing is unpickled. The files stay on this computer."),
    )  # fmt: skip
    if dropped:
        with st.spinner(tr("Reading the recording …")):
            _take([(one.name, content(one, MEGABYTES)) for one in dropped])
        resources.forget_uploads(dropped)
        state.put(_ROUND, state.get(_ROUND, 0) + 1)  # an empty box: what was read is held once, not twice
        again()
    if in_classroom():  # the server's files are not the class's
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    left.text_input(tr("Or a file or folder on this computer"), key=_PATH, placeholder=tr("/home/me/recording.npz"))
    right.button(tr("Open"), key="recording open", on_click=_take_path, width="stretch")


def _problem() -> None:
    if state.get(_PROBLEM):
        st.warning(literal(state.get(_PROBLEM)), icon=":material/info:")


def _take(files: Sequence[tuple[str, bytes]]) -> None:
    """Keep what files hold; those of before that are called otherwise stay beside them."""
    try:
        read, problems = read_files(files)
    except InputError as error:
        state.put(_PROBLEM, str(error))
        return
    before: Kept | None = state.get(_FILES)
    names = {name for name, _ in read}
    others = [(name, contents) for name, contents in before.files if name not in names] if before else []
    state.put(_PROBLEM, None)
    state.put(_FILES, Kept((*others, *read), tuple(problems), secrets.token_hex(6)))


def _take_path() -> None:
    """As a button's callback: the files that a path means."""
    try:
        path = named_file(str(state.get(_PATH) or "").strip())
        if not path.is_dir() and path.suffix.lower() not in _ENDINGS:
            raise DataError(
                tr(
                    "{path} ends in none of {endings}; name a recording, or a folder of them",
                    path=path,
                    endings=", ".join(_ENDINGS),
                )
            )
        _take([(file.name, read_bytes(file)) for file in find_files([path])])
    except (InputError, OSError, ValueError) as error:  # ValueError: a NUL in the path
        state.put(_PROBLEM, str(error))


def _close() -> None:
    _opened.clear()
    _recordings.clear()
    state.put(_FILES, None)
    state.put(_PROBLEM, None)


def _beside() -> tuple[Given, str, str]:
    """What a person says beside the files."""
    where = tr("those of the file")
    source = st.text_input(
        tr("Source tokens"), key=_SOURCE, placeholder=where, help=tr("words between blanks, or a JSON list")
    )
    target = st.text_input(
        tr("Target tokens"), key=_TARGET, placeholder=where, help=tr("as the decoder read them, with begin")
    )
    program = st.selectbox(tr("Axes as they are written by"), list(PROGRAMS), format_func=tr, key=_PROGRAM)
    kind = st.selectbox(tr("Where no name says what it is, it is"), KINDS, format_func=tr, key=_KIND)
    numbers = st.selectbox(
        tr("The numbers are"),
        NUMBERS,
        format_func=tr,
        key=_NUMBERS,
        help=tr("of scores the softmax is taken, of logarithms exp"),
    )
    hop = st.number_input(
        tr("Milliseconds a source position lasts"), 0.0, 1000.0, 0.0, 0.5, key=_HOP, help=tr("0: tokens")
    )
    return Given(source, target, numbers, hop / 1000 or None), program, kind


def _which(recordings: list[Recording], mark: str) -> tuple[Recording, int]:
    """The recording, where there are several, and the hypothesis."""
    left, right = st.columns(2)
    at = 0
    if len(recordings) > 1:
        at = left.selectbox(
            tr("Recording"), range(len(recordings)), format_func=lambda at: recordings[at].name, key=f"{_WHICH} {mark}",
            help=tr("files that speak of the same attention, or steps of a training"),
        )  # fmt: skip
    recording = recordings[at]
    everybody = recording.crowd.all
    if len(everybody) < 2:
        return recording, 0
    beams = any(one.slots is not None for one in everybody)
    key = f"{_HYPOTHESIS} {mark} {at}"
    _restore(key)
    row = (right if len(recordings) > 1 else left).selectbox(
        tr("Sentence and hypothesis") if len(everybody) > recording.crowd.sentences else tr("Sentence"), range(len(everybody)),
        format_func=lambda row: f"{recording.crowd.label(everybody[row])}{recording.wording(everybody[row])}",
        key=key,
        help=tr("its rows are followed through the beam by beam_indices") if beams else None,
    )  # fmt: skip
    state.keep(key)
    return recording, row


def _example() -> Chosen:
    model = resources.model(resources.FIRST_RUN)
    source = model.example_text()
    reading = reading_of(model, source, "", {links.RUN: resources.FIRST_RUN, links.SOURCE: source})
    return Chosen(
        Opened(tuple(model.matrices(source))), f"{resources.FIRST_RUN} · {source}", (), "example", reading, example=True
    )


@kept.own(show_spinner=False, max_entries=2, scope="session")
def _recordings(mark: str, program: str, kind: str, _kept: Kept) -> list[Recording]:
    return recordings_of(_kept.files, _kept.problems, program, kind)


@kept.own(show_spinner="Opening the recording …", max_entries=1, scope="session")  # one: it may be large
def _opened(key: tuple[Any, ...], _recording: Recording, _given: Given) -> Opened:
    return _recording.opened(_recording.crowd.all[key[4]], _given)
