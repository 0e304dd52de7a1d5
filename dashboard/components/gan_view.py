"""Two GANs on a page: what they make of the same noise, where a pixel looks, γ and losses over the steps."""

import streamlit as st

from core.figures.curves import Curve, curves
from core.figures.patches import laid_over
from core.figures.samples import sheet
from core.language import mark, tr
from core.runs.gan_race import WITH, WITHOUT, GanRace, Sampled
from dashboard import kept
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

TITLES = {WITHOUT: mark("Convolutions alone"), WITH: mark("With attention")}
_TALL = 300  # points of a figure
_POINTS = 200  # of a line: more cannot be told apart


@kept.shared(says=False, show_spinner="Making the networks …", max_entries=12)
def race(seed: int, pooled: int) -> GanRace:
    """Trainings of the same seed, for everybody; it computes nothing by itself."""
    return GanRace(seed, pooled=pooled)


def sheets(samples: dict[str, Sampled], sample: int, step: int) -> None:
    """What each makes of the same noise."""
    for column, (name, one) in zip(st.columns(2), samples.items()):
        with column:
            figure = sheet((one.pictures + 1) / 2, mode(), title=tr(TITLES[name]), chosen=sample, height=_TALL)
            told = tr(
                "{titles}: {count} samples after {step} steps",
                titles=tr(TITLES[name]),
                count=len(one.pictures),
                step=step,
            )
            live_figure(figure, key=f"gan {name}", height=_TALL, alt=told)


def look(one: Sampled, sample: int, pixel: tuple[int, int]) -> None:
    """Where the chosen pixel looks more and less than alike at all places, over the sample."""
    weights = one.look(sample, *pixel)
    assert weights is not None  # it is the one with attention
    alike, row, column = 1 / weights.size, *divmod(int(weights.argmax()), weights.shape[1])
    where = tr("at {span}, {span2}", span=_rows(row, one.pooled), span2=_columns(column, one.pooled))
    told = tr(
        "sample {sample}, from row {pixel}, column {pixel2}: most, {max:.3f}, {where}",
        sample=sample + 1,
        pixel=pixel[0] + 1,
        pixel2=pixel[1] + 1,
        max=weights.max(),
        where=where,
    )
    ink = (one.pictures[sample] + 1) / 2
    title = tr("Where the framed pixel looks")
    figure = laid_over(ink, weights - alike, mode(), title=title, chosen=pixel, framed=1, height=_TALL)
    live_figure(figure, key="gan look", height=_TALL, alt=told)
    st.caption(
        tr(
            "{upper}{told}. Orange: more than {alike:.3f}, which would be alike at all {size} places; blue: less. Colors "
            "are as strong where the differences are small.",
            upper=told[0].upper(),
            told=told[1:],
            alike=alike,
            size=weights.size,
        )
    )


def _rows(at: int, pooled: int) -> str:
    """Of a square, counted from 1.

    >>> _rows(2, 1), _rows(2, 2)
    ('row 3', 'rows 5–6')
    """
    if pooled == 1:
        return tr("row {n}", n=at + 1)
    return tr("rows {first}–{last}", first=at * pooled + 1, last=(at + 1) * pooled)


def _columns(at: int, pooled: int) -> str:
    if pooled == 1:
        return tr("column {n}", n=at + 1)
    return tr("columns {first}–{last}", first=at * pooled + 1, last=(at + 1) * pooled)


def course(one: GanRace) -> None:
    """γ of both networks, and the losses of all four."""
    left, right = st.columns(2)
    gammas = list(zip(*one.trainers[WITH].gammas))
    with left:
        lines = [
            _line(name, values, at, 0)
            for at, (name, values) in enumerate(zip((tr("generator"), tr("discriminator")), gammas))
        ]
        now = ", ".join(f"{line.name} {line.values[-1]:.3f}" for line in lines)
        figure = curves(lines, title=tr("γ: how much of what was looked at is added"), unit="γ", mode=mode())
        live_figure(
            figure, key="gan gammas", height=_TALL, alt=tr("γ after {step} steps: {now}", step=one.step, now=now)
        )
    with right:
        lines = [
            _line(f"{part}, {tr(TITLES[name])}", values, at, variant)
            for variant, (name, trainer) in enumerate(one.trainers.items())
            for at, (part, values) in enumerate(zip((tr("generator"), tr("discriminator")), zip(*trainer.losses)))
        ]
        figure = curves(lines, title=tr("Hinge losses"), unit=tr("loss"), mode=mode())
        live_figure(figure, key="gan losses", height=_TALL, alt=tr("losses after {step} steps", step=one.step))


def _line(name: str, values: tuple[float, ...], series: int, variant: int) -> Curve:
    """A curve of evenly spaced steps, the last among them."""
    apart = -(-len(values) // _POINTS)
    shown = range(len(values) - 1, -1, -apart)[::-1]
    return Curve(name, [at + 1 for at in shown], [values[at] for at in shown], series, variant)
