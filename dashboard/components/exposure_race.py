"""Two trainings that differ in the prefix they read: accuracy under right and own prefixes, by step and by place."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TypeVar

import pandas as pd
import streamlit as st

from core.figures.curves import Curve, curves
from core.figures.exposure import places
from core.language import mark, tr
from core.metrics.exposure import Exposure
from core.runs.exposed_pair import FORCED, SAMPLED, ExposedPair, pair_config
from core.tasks.hidden_state import HiddenState
from core.tasks.task import AbstractTask
from dashboard import kept
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_Told = TypeVar("_Told")
Points = tuple[Sequence[int], Sequence[float], Sequence[float]]  # steps, under the right prefix, running free


@kept.own(says=False, show_spinner="Making two models …", max_entries=4, scope="session")
def pair(model: str, schedule: str, half: int, seed: int, steps: int, again: int) -> ExposedPair:
    """The two trainings of this session; another number `again` makes them anew."""
    return ExposedPair(pair_config(model, seed, schedule=schedule, half=half, steps=steps))


def exposure_race(one: ExposedPair, *, running: bool) -> None:
    """Draw the pair as it stands.

    Args:
        running: whether it goes on by itself.
    """
    steps = one.config.training.steps
    if not one.done:
        held = tr(" · stopped, Train goes on from here") if one.step and not running else ""
        st.progress(
            one.step / steps, text=tr("step {step:,} of {steps:,} of each{held}", step=one.step, steps=steps, held=held)
        )
    if not one.step:
        st.caption(
            tr(
                "Press Train: both learn for {steps} steps, in turn; 300 take well under a minute. The task is `state`: "
                "eight states, each stays with probability 0.9, and half of the reports on it are noise. The right last answer is "
                "nearly always the next one; so is, it seems, a wrong one.",
                steps=steps,
            )
        )
        return
    found = {name: side.looks[-1].exposure for name, side in one.sides.items()}
    st.markdown(_verdict(found))
    points = {
        name: (
            [look.step for look in side.looks],
            [look.exposure.forced for look in side.looks],
            [look.exposure.free for look in side.looks],
        )
        for name, side in one.sides.items()
    }
    exposures(_said(points), _said(found), one.config.task)


def exposures(points: Mapping[str, Points], found: Mapping[str, Exposure], task: AbstractTask) -> None:
    """Curves over steps, curves over places, and the three numbers.

    Args:
        points: by name as it is shown, while it learned; found: by the same, as it stands; task: of all of them.
    """
    left, right = st.columns(2)
    with left:
        _over_steps(points)
    with right:
        _over_places(found, task)
    data_table(
        pd.DataFrame([_row(name, one) for name, one in found.items()]), hide_index=True, width="content",
        key="wrong numbers", column_config={name: st.column_config.NumberColumn(format="percent") for name in _SHARES},
    )  # fmt: skip
    st.caption(
        tr(
            "Tokens right under the right prefix and running free, and what is lost between them; running free, how often a token "
            "is wrong behind a wrong and behind a right one, and how many times likelier that makes an error. Tokens are compared "
            "place by place, over {items} held-out examples.",
            items=next(iter(found.values())).items,
        )
    )


def _said(found: Mapping[str, _Told]) -> dict[str, _Told]:
    return {tr(name): one for name, one in found.items()}


_SHARES = (
    mark("right prefix"),
    mark("running free"),
    mark("lost"),
    mark("wrong after wrong"),
    mark("wrong after right"),
)


def _row(name: str, one: Exposure) -> dict[str, str | float | None]:
    shares = (one.forced, one.free, one.forced - one.free, one.after_error, one.after_right)
    amplification = None if isnan(one.amplification) else round(one.amplification, 1)
    return {"": name, **dict(zip(_SHARES, shares)), "amplification": amplification}


def _verdict(found: Mapping[str, Exposure]) -> str:
    forced, sampled = found[FORCED], found[SAMPLED]
    told = tr(
        "**Teacher forcing**: {forced:.0%} right under the right prefix, {free:.0%} running free. "
        "**Scheduled sampling**: {forced2:.0%} and {free2:.0%}. ",
        forced=forced.forced,
        free=forced.free,
        forced2=sampled.forced,
        free2=sampled.free,
    )
    gained = sampled.free - forced.free
    if abs(gained) < 0.02:
        return tr("{told}Running free the two are about as good.", told=told)
    points = abs(100 * gained)
    if gained > 0:
        return tr("{told}Running free that is {gained:.0f} points more.", told=told, gained=points)
    return tr("{told}Running free that is {gained:.0f} points less.", told=told, gained=points)


def _over_steps(points: Mapping[str, Points]) -> None:
    lines = [
        Curve(f"{name} · {what}", steps, values, at, variant, points=True)
        for at, (name, (steps, forced, free)) in enumerate(points.items())
        for variant, (what, values) in enumerate(((tr("free"), free), (tr("right prefix"), forced)))
    ]
    said = ", ".join(
        tr("{name}: right prefix {forced:.0%}, free {free:.0%}", name=name, forced=forced[-1], free=free[-1])
        for name, (_, forced, free) in points.items()
        if forced
    )
    live_figure(
        curves(lines, title=tr("Tokens right while it learns"), unit=tr("share right"), mode=mode(), share=True),
        key="wrong curves", height=320, alt=said,
    )  # fmt: skip


def _over_places(found: Mapping[str, Exposure], task: AbstractTask) -> None:
    lines = [
        Curve(f"{name} · {what}", range(1, len(values) + 1), values, at, variant)
        for at, (name, one) in enumerate(found.items())
        for variant, (what, values) in enumerate(((tr("free"), one.free_at), (tr("right prefix"), one.forced_at)))
    ]
    said = ", ".join(
        tr(
            "{name}: free, first place {free_at:.0%}, last {free_at2:.0%}",
            name=name,
            free_at=one.free_at[0],
            free_at2=one.free_at[-1],
        )
        for name, one in found.items()
    )
    live_figure(
        places(lines, title=tr("Tokens right by place, as it stands"), axis=tr("place in the target"), chance=guessing(task), mode=mode()),
        key="wrong by place", height=320, alt=said,
    )  # fmt: skip


def guessing(task: AbstractTask) -> float | None:
    """What guessing gives, where the task says so."""
    return 1 / task.states if isinstance(task, HiddenState) else None
