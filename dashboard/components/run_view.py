"""One run: progress and controls while it trains, its curves, and how its attention formed."""

import math
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import AttentionLabError
from core.figures.curves import Curve, curves
from core.language import tr
from core.runs import controls, status
from core.runs.folder import RunFolder
from core.runs.history import History, history
from core.runs.status import Status
from core.runs.store import find_run
from core.runs.voice_config import is_voice
from core.training.events import Evaluated
from dashboard import resources, state
from dashboard.components import queueing
from dashboard.components.forming import PLAY, forming
from dashboard.components.literal import code, literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.panel import panel

_SAID = "control said"
_TICK = 0.5  # seconds between looks at a run that trains
_TOLD = 4  # requests that are named


def run_view(address: str, beside: Sequence[str]) -> None:
    """Draw a run; it redraws itself twice a second while it trains or waits.

    Args:
        address: the run; beside: other runs whose curves are drawn over its own.
    """
    run = find_run(address)
    alive = status.read(run).active
    panel(tr("This training"), every=_TICK if alive else None)(_live)(run, tuple(beside), alive)
    playing = bool(state.get("play")) and not alive
    panel(tr("The recorded attention"), every=_TICK if alive else PLAY if playing else None)(forming)(run, alive)


def _live(run: RunFolder, beside: tuple[str, ...], alive: bool) -> None:
    now = status.read(run)
    past = history(resources.tail(run.address).look(), now.steps)
    _progress(run, now, past)
    if not run.read_only:
        _controls(run, now)
    _asked(past)
    if now.state != "waiting" or past.last:
        _curves(run.address, past, beside)
    if alive != now.active:
        st.rerun()  # one full redraw: from here on it redraws itself, or no longer does


def _progress(run: RunFolder, now: Status, past: History) -> None:
    steps = max(1, now.steps)
    left = (
        tr(" · about {duration} left", duration=_duration(past.seconds_left))
        if now.state == "running" and past.last
        else ""
    )
    written = tr("frames") if is_voice(run) else tr("tokens")
    speed = f" · {past.tokens_per_second:,.0f} {written}/s" if past.last else ""
    st.progress(
        min(1.0, now.step / steps),
        text=tr(
            "**{address}** · {standing} · step {step:,} of {steps:,}{left}{speed}", address=run.address,
            standing=queueing.standing(run, now), step=now.step, steps=now.steps, left=left, speed=speed),
    )  # fmt: skip
    if now.state in ("failed", "crashed"):
        st.error(
            literal(now.reason) or tr("it ended without a word; see log.txt in the run folder"), icon=":material/error:"
        )
    elif now.state == "stopped" and now.reason:
        st.info(literal(now.reason), icon=":material/info:")
    judged, last = past.last_evaluation, past.last
    cells = st.columns(4)
    cells[0].metric(tr("Loss"), f"{last.loss:.4f}" if last else "–", help=tr("training batch, {unit}", unit=_unit(run)))
    cells[1].metric(
        tr("Learning rate"),
        f"{last.learning_rate:.2g}" if last else "–",
        help=tr("of the last step; schedule and warm-up are in it"),
    )
    for cell, (name, value, meaning) in zip(cells[2:], _judged(judged)):
        cell.metric(name, value, help=meaning)
    if judged and judged.measures and not math.isnan(judged.exact_match):
        _measures(judged.measures, judged.signatures or {})


def _measures(values: dict[str, float], signatures: dict[str, str]) -> None:
    """Of the last evaluation, the model running free."""
    told = " · ".join(
        f"{literal(name)} {values[name]:.1f}" if name in signatures else f"{literal(name)} {values[name]:.1%}"
        for name in values
    )
    st.caption(told, help="  \n".join(f"{literal(name)}: {code(signature)}" for name, signature in signatures.items()))


def _judged(judged: Evaluated | None) -> list[tuple[str, str, str]]:
    """What the last evaluation found, with what it means; a run that writes no tokens has measures of its own."""
    if judged is not None and math.isnan(judged.exact_match):
        own = {
            "stopped": tr("held-out texts after which it stops by itself"),
            "alignment quality": tr("of held-out texts, 0 to 1"),
        }
        found = judged.measures or {}
        return [(name.capitalize(), f"{found[name]:.1%}", meaning) for name, meaning in own.items() if name in found]
    return [
        (
            tr("Token accuracy"),
            f"{judged.token_accuracy:.1%}" if judged else "–",
            tr("held-out examples, the model running free"),
        ),
        (
            tr("Exact match"),
            f"{judged.exact_match:.1%}" if judged else "–",
            tr("held-out outputs right from the first token to the last"),
        ),
    ]


def _controls(run: RunFolder, now: Status) -> None:
    buttons = st.columns([1, 1, 2, 1], vertical_alignment="bottom")
    queueing.complaint()
    if now.state in ("waiting", "starting"):
        with buttons[0]:
            queueing.cancel_button(run, key="cancel")
    elif now.alive:
        _asks(run, buttons, paused=now.state == "paused")
        if said := state.get(_SAID):
            st.warning(literal(said), icon=":material/info:")
    if now.state in ("stopped", "crashed", "failed", "new") or queueing.lost(run, now):
        with buttons[1 if now.state == "waiting" else 0]:
            queueing.resume_button(run, key="resume")


def _asks(run: RunFolder, places: Sequence[DeltaGenerator], *, paused: bool) -> None:
    """What may be asked of a training that runs or is paused."""
    pause, stop, rate, set_rate = places
    word, icon, asked = (tr("Continue"), "play_arrow", "continue") if paused else (tr("Pause"), "pause", "pause")
    pause.button(word, icon=f":material/{icon}:", width="stretch", on_click=_send, args=(run, asked), key="pause")
    stop.button(
        tr("Stop"), icon=":material/stop:", width="stretch", on_click=_send, args=(run, "stop"), key="stop",
        help=tr("it keeps what it has learned, and can go on later"),
    )  # fmt: skip
    with rate:
        key = _rate(run)
    set_rate.button(tr("Set"), width="stretch", on_click=_send, args=(run, "learning_rate", key), key="set rate")
    more = st.columns([2, 2, 1], vertical_alignment="bottom")
    with more[1]:
        key = _strength(run)
    more[2].button(tr("Guide"), width="stretch", on_click=_send, args=(run, "guidance", key), key="set guidance")


def _asked(past: History) -> None:
    """The requests that were obeyed, the latest ones."""
    told = [
        tr(
            "{replace}{rest} (step {step:,})", replace=literal(tr(change.what.replace("_", " "))),
            rest="" if change.value is None else f" {change.value:g}", step=change.step)
        for change in past.changes[-_TOLD:]
    ]  # fmt: skip
    if told:
        st.caption(tr("Obeyed: ") + " · ".join(told))


def _rate(run: RunFolder) -> str:
    """The rate to set: at first the highest of the schedule, never the last step's, which changes while one types."""
    key = f"rate {run.address}"
    st.number_input(
        tr("Learning rate from now on"), value=float(run.config()["training"]["learning_rate"]), format="%g", step=1e-4, key=key,
        help=tr("above 0; the schedule goes on from there"),
    )  # fmt: skip
    return key


def _strength(run: RunFolder) -> str:
    key = f"guidance {run.address}"
    st.number_input(
        tr("Guidance from now on"), value=float(run.config()["training"].get("guidance", 0.0)), format="%g", step=1.0, key=key,
        help=tr("pull of cross-attention to the diagonal, for targets that follow the source in order; 0 switches it off"),
    )  # fmt: skip
    return key


def _send(run: RunFolder, what: controls.What, key: str | None = None) -> None:
    """Ask for what the box of a key says now: a press may overtake the redraw that the typing before it asked for."""
    state.put(_SAID, None)
    try:
        controls.send(run, what, None if key is None else float(state.get(key)))
    except AttentionLabError as error:
        state.put(_SAID, str(error))


def _curves(address: str, past: History, beside: tuple[str, ...]) -> None:
    every = [(address, past)]
    for other in beside:
        run = find_run(other)
        every.append((other, history(resources.tail(other).look(), status.read(run).steps)))
    own, unit = is_voice(find_run(address)), _unit(find_run(address))
    loss, right = [], []
    for at, (other, one) in enumerate(every):
        name = f"{other} · " if len(every) > 1 else ""
        loss += [
            Curve(tr("{name}training", name=name), one.loss.steps, one.loss.values, at),
            Curve(
                tr("{name}held out", name=name), one.held_out_loss.steps, one.held_out_loss.values, at, 1, points=True
            ),
        ]
        right += _measured(name, one, at) if own else _right(name, one, at)
    left, side = st.columns(2)
    with left:
        live_figure(
            curves(loss, title=tr("Loss"), unit=unit, mode=mode(), log=True),
            key="loss",
            height=300,
            alt=tr("loss by step"),
        )
    title, share = (tr("Held-out texts"), tr("share")) if own else (tr("Accuracy"), tr("share right"))
    with side:
        figure = curves(right, title=title, unit=share, mode=mode(), share=True)
        live_figure(figure, key="accuracy", height=300, alt=tr("{title} by step", title=title))


def _right(name: str, one: History, at: int) -> list[Curve]:
    return [
        Curve(tr("{name}exact match, held out", name=name), one.exact.steps, one.exact.values, at, points=True),
        Curve(tr("{name}tokens, training", name=name), one.accuracy.steps, one.accuracy.values, at, 2),
    ]


def _measured(name: str, one: History, at: int) -> list[Curve]:
    """What a voice is judged by: it writes no tokens that could be right."""
    return [
        Curve(f"{name}{what}", found.steps, found.values, at, number, points=True)
        for number, (what, found) in enumerate(one.measures.items())
    ]


def _unit(run: RunFolder) -> str:
    """Of the loss; that of a voice is a sum of unlike terms (core/training/speaking.py)."""
    return tr("sum of its terms") if is_voice(run) else tr("nats per token")


def _duration(seconds: float) -> str:
    return tr("{n:.0f} s", n=seconds) if seconds < 90 else tr("{n:.0f} min", n=seconds / 60)
