"""A voice that was trained on disk: choose one, type a text, hear it, and see where it looked."""

import numpy as np
import streamlit as st

from core.data.audio import write_wav
from core.figures.export import to_npz
from core.language import mark, tr, tr_each
from core.runs.voices import Said, Voice
from dashboard import kept, resources, state
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal
from dashboard.components.locks import download_button

_VOICE, _TEXT = "voice", "voice text"
_WORDS = {
    "idle": "Point at a cell to read it.",
    "read": "{row} at {column}:",
    "summary": "{title}: {rows} tokens by {columns} moments. Largest weight {weight}, {query} at {key}. Arrow keys read cells.",
    "queries": "tokens ↓",
    "keys": "seconds →",
}
_TRAIN = mark("""
    attnlab train --task tts --set task.language=english
    attnlab train --task tts --set task.folder=/path/to/wavs --set task.table=metadata.csv
""")


def voice_view() -> None:
    """Choose, type, listen."""
    known = resources.voice_addresses()
    if not known:
        st.info(tr("There is no voice on this computer yet. Train one; it appears here at its first checkpoint:"))
        st.code(_TRAIN.strip("\n").replace("    ", ""), language="bash")
        return
    left, middle, right = st.columns([2, 4, 1], vertical_alignment="bottom")
    with left:
        address = st.selectbox(
            tr("Voice"), known, key=_VOICE, bind="query-params", on_change=state.forget, args=(_TEXT,)
        )
    voice = resources.voice(address)
    state.first(_TEXT, voice.texts[0] if voice.texts else "")
    with middle:
        text = st.text_input(
            tr("Text"),
            key=_TEXT,
            bind="query-params",
            help=tr("what it never said before: {list}", list=literal(" · ".join(voice.texts[:6]))),
        )
    with right:
        draw = st.number_input(
            tr("Chance"),
            0,
            99,
            0,
            key="voice draw",
            bind="query-params",
            help=tr("0: none; else the prenet drops while it speaks, by this seed"),
        )
    st.caption(
        tr(
            "{summary} · step {step:,} of {steps:,}",
            summary=tr(voice.config.task.summary),
            step=voice.step,
            steps=voice.config.training.steps,
        )
    )
    said, sound = _said(voice, voice.step, address, text, int(draw))
    _draw(said, sound, text)


@kept.of_run(copies=True, show_spinner="Speaking …", max_entries=32)
def _said(_voice: Voice, step: int, address: str, text: str, draw: int) -> tuple[Said, bytes]:
    said = _voice.say(text, draw)
    return said, write_wav(said.sound)


def _draw(said: Said, sound: bytes, text: str) -> None:
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        st.audio(sound, format="audio/wav")
    with right:
        st.markdown(f"**{said.seconds:.2f} s**{'' if said.stopped else tr(', does not stop')}")
    st.caption(tr("Doctor: {told}", told=literal(" · ".join(said.told)) or tr("nothing wrong with this map")))
    weights = said.matrix.weights[0]
    heatmap(
        np.ascontiguousarray(weights.T), [*said.tokens, "<end>"], said.matrix.queries, key="voice map", title=text,
        high=1.0, words=tr_each(_WORDS),
    )  # fmt: skip
    keep = st.columns(2)
    download_button(
        tr("Sound (.wav)"), sound, "said.wav", "audio/wav", on_click="ignore", key="voice wav", place=keep[0]
    )
    download_button(
        tr("Map (.npz)"), to_npz([said.matrix]), "map.npz", on_click="ignore", key="voice map file", place=keep[1]
    )
