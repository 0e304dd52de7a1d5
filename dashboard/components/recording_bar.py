"""A source that is heard: the recording to play, and a WAV file of one's own to drop."""

import streamlit as st

from core.data.audio import Sound, read_wav, write_wav
from core.errors import AttentionLabError
from core.language import tr
from core.runs.classroom import locked
from core.runs.uploads import keep, uploads_folder
from core.tasks.task import AbstractTask
from dashboard import links, state
from dashboard.components.literal import literal
from dashboard.components.locks import file_box
from dashboard.components.uploaded import content

_MEGABYTES = 100  # ten minutes at 48 kHz in stereo have 115; most microphones record one channel
_FILE, _SAID = "own recording", "own recording said"


def recording_bar(task: AbstractTask, source: str) -> None:
    """Play the recording that a source names, as the model hears it, and take another one.

    Args:
        task: one that hears; source: the name of a recording, or the path of a WAV file. What is wrong with it is said elsewhere.
    """
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        _play(task, source)
    with right:
        file_box(
            tr("A recording of your own (.wav)"),
            key=_FILE,
            max_upload_size=_MEGABYTES,
            on_change=_take,
            help=tr(
                "up to {longest} s, of any rate, width and channels; it stays on this computer", longest=task.longest
            ),
        )
        if said := state.get(_SAID):
            st.warning(literal(said), icon=":material/mic_off:")


def _play(task: AbstractTask, source: str) -> None:
    try:
        path = task.path_of(source)
        if path is None or not path.is_file():
            if source.strip() in task.carried:
                st.caption(
                    tr(
                        ":material/volume_off: Only what the model hears of this recording travels with the run, not its sound: "
                        "its folder is not here."
                    )
                )
            return
        own = path.is_relative_to(uploads_folder())  # kept under a name that nobody knows
        sound = read_wav(path.read_bytes()) if own else read_wav(path)
    except (AttentionLabError, OSError):
        return  # the model's own reading of the source says it
    st.audio(write_wav(sound), format="audio/wav")
    st.caption(_told(sound))


def _told(sound: Sound) -> str:
    """What is played, and what was converted."""
    return " · ".join((tr("{seconds:.2f} s, as the model hears it", seconds=sound.seconds), *sound.notes))


def _take() -> None:
    """Make a dropped file the source; what cannot be used is said under the name that the person knows."""
    file = state.get(_FILE)
    state.put(_SAID, None)
    if file is None:
        return
    try:
        locked.check("upload")
        data = content(file, _MEGABYTES)
        read_wav(data, file.name)
        state.put(links.SOURCE, str(keep(data, ".wav")))
    except AttentionLabError as error:
        state.put(_SAID, str(error))
