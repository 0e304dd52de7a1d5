"""What the page The 发财 ladder trains and shows: speakers, and one word said once to four times by each of them."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st
import torch

from core.data.audio import FRAMES_A_SECOND, write_wav
from core.data.spoken_text import SpokenText, characters
from core.language import mark, tr, tr_each
from core.metrics.doctor import TARGET, Finding, examine
from core.models.speaker_settings import SpeakerSettings
from core.seeds import Seeds
from core.training.spoken_ladder import RUNGS, Ladder, LadderPlan, Rung, corpus_of
from dashboard import kept
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal

KINDS = {
    "content": mark("contents alone"),
    "location": mark("location-aware"),
    "monotonic": mark("monotonic"),
    "mocha": mark("MoChA"),
}
STEPS = 800
UTTERANCES = 256
_REDUCTION = 5  # frames a step: a twentieth of a second
_STEP = _REDUCTION / FRAMES_A_SECOND  # seconds
_WORDS = {
    "idle": "Point at a cell to read it.",
    "read": "{row} at {column}:",
    "summary": "{title}: {rows} characters by {columns} moments. Largest weight {weight}, {query} at {key}. Arrow keys read cells.",
    "queries": "text ↓",
    "keys": "time →",
}
_BESIDE = 3  # cells in a row; more are too narrow for a map
_RECENT = 10  # steps whose mean loss is said
_GUIDANCE = 5.0
_SHORTEST = {False: 4, True: 1}  # words in the shortest utterance of the training


@kept.shared(says=False, show_spinner="espeak-ng speaks …", max_entries=4)
def corpus(short: bool, seed: int) -> SpokenText:
    """What is trained on, for everybody."""
    spoken = corpus_of(_plan(short, False), Seeds(seed))
    _ = spoken.scale  # reads every spectrum now, under the spinner
    return spoken


@kept.shared(says=False, show_spinner="Making the speaker …", max_entries=16)
def ladder(alignment: str, guided: bool, short: bool, seed: int) -> Ladder:
    """A speaker, for everybody; it computes nothing by itself."""
    settings = SpeakerSettings(alignment=alignment, reduction=_REDUCTION)
    return Ladder(_plan(short, guided), settings, corpus(short, seed), Seeds(seed))


def _plan(short: bool, guided: bool) -> LadderPlan:
    return LadderPlan(
        utterances=UTTERANCES, steps=STEPS, shortest=_SHORTEST[short], guidance=_GUIDANCE if guided else 0.0
    )


def go_on(ladders: Mapping[str, Ladder], seconds: float) -> None:
    """Let every speaker that is not through have its share of the time."""
    waiting = [one for one in ladders.values() if not one.done]
    for one in waiting:
        one.go_on(seconds / len(waiting))


def progress(ladders: Mapping[str, Ladder], *, running: bool) -> None:
    """How far all of them are, and their losses."""
    done, total = sum(len(one.losses) for one in ladders.values()), sum(one.plan.steps for one in ladders.values())
    if done < total:
        held = tr(" · stopped, Train goes on from here") if done and not running else ""
        st.progress(done / total, text=tr("{done:,} of {total:,} steps{held}", done=done, total=total, held=held))
    words = " · ".join(f"{KINDS[name]} **{_recent(one):.2f}**" for name, one in ladders.items() if one.losses)
    if words:
        st.markdown(tr("Loss of the last ten steps: {words}", words=words))


def _recent(one: Ladder) -> float:
    last = one.losses[-_RECENT:]
    return sum(sum(terms.values()) for terms in last) / len(last)


@kept.shared(copies=True, show_spinner="Speaking and listening …", max_entries=64)
def _climbed(_one: Ladder, name: tuple[str, bool, bool, int, int], word: str, draw: int) -> list[tuple[Rung, bytes]]:
    """The rungs of a speaker as it stands, each with its sound; `name` says which speaker, and after how many steps."""
    chance = torch.Generator().manual_seed(draw) if draw else None
    return [(rung, write_wav(rung.sound)) for rung in _one.rungs([word], RUNGS, chance)]


def rungs(
    ladders: Mapping[str, Ladder], names: Mapping[str, tuple[str, bool, bool, int]], word: str, draw: int
) -> None:
    """For each time a cell for espeak-ng and one for each speaker: sound, what is heard in it, alignment.

    Args:
        names: of each speaker, to find what it has said before; draw: 0 speaks without chance, others are its seed.
    """
    climbed = {
        kind: _climbed(one, (*names[kind], len(one.losses)), word, draw) for kind, one in ladders.items() if one.losses
    }
    for at, times in enumerate(RUNGS):
        cells = [partial(_true, next(iter(climbed.values()))[at][0])]
        cells += [partial(_said, kind, *said[at], f"ladder map {kind} {times}") for kind, said in climbed.items()]
        for start in range(0, len(cells), _BESIDE):
            for column, cell in zip(st.columns(min(_BESIDE, len(cells))), cells[start : start + _BESIDE]):
                with column:
                    cell()


def _true(rung: Rung) -> None:
    st.markdown(
        tr(
            "**{word} ×{times}** · espeak-ng, {seconds:.1f} s",
            word=literal(rung.word),
            times=rung.times,
            seconds=rung.true.sound.seconds,
        )
    )
    st.audio(write_wav(rung.true.sound), format="audio/wav")
    _map(_truth(rung), rung, "espeak-ng", key=f"ladder map true {rung.times}")


def _truth(rung: Rung) -> np.ndarray:
    """Which character sounds at each step: from its onset to the next one's."""
    steps = round(rung.true.sound.seconds / _STEP)
    sounding = np.searchsorted(rung.true.onsets, (np.arange(steps) + 0.5) * _STEP) - 1
    return (sounding[:, None] == np.arange(len(rung.true.onsets) + 1)).astype(float)  # the last column is <end>


def _said(kind: str, rung: Rung, sound: bytes, key: str) -> None:
    word, times = rung.heard
    mark = ":material/check:" if rung.right else ":material/close:"
    end = "" if rung.stopped else tr(", does not stop")
    st.markdown(f"{mark} {KINDS[kind]}: **{literal(word)} ×{times}**, {len(rung.frames) / FRAMES_A_SECOND:.1f} s{end}")
    st.audio(sound, format="audio/wav")
    _map(rung.weights, rung, KINDS[kind], key=key)
    st.caption(tr("Doctor: {findings}", findings=literal(_findings(rung))))


def _findings(rung: Rung) -> str:
    """What the alignment doctor finds, with seconds or characters, in the order it names them."""
    if not rung.weights.any():  # who goes forward only may begin behind the last character
        return tr("it looks at nothing")
    text = [*characters(rung.word * rung.times), "<end>"]
    found = [
        one for one in examine(rung.weights) if one.axis == TARGET or one.first < len(text) - 1
    ]  # <end> is not said
    return " · ".join(_finding(one, text) for one in found) or tr("nothing wrong with this map")


def _finding(one: Finding, text: Sequence[str]) -> str:
    if one.axis == TARGET:
        return f"{tr(one.kind)}, {one.first * _STEP:.2f}–{(one.last + 1) * _STEP:.2f} s"
    return tr(
        "{kind}, {list} at {first}",
        kind=tr(one.kind),
        list=" ".join(text[one.first : one.last + 1]),
        first=one.first + 1,
    )


def _map(weights: np.ndarray, rung: Rung, who: str, *, key: str) -> None:
    """Time runs to the right here, as wherever speech is drawn."""
    text = [*characters(rung.word * rung.times), "<end>"]
    moments = [f"{step * _STEP:.2f} s" for step in range(len(weights))]
    heatmap(
        weights.T, text, moments, key=key, title=f"{who}, {rung.word} ×{rung.times}", high=1.0, words=tr_each(_WORDS)
    )
