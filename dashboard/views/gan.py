"""GAN: two networks against each other make digits, with an attention layer and without; where each pixel looks, and γ."""

import streamlit as st

from core.data.digits import SIDE
from core.language import mark, tr
from core.runs.gan_race import POOLED, SAMPLES, STEPS, WITH, GanRace
from dashboard import state
from dashboard.components.gan_view import course, look, race, sheets
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_bar, race_button, race_ended

_TICK = 0.6  # seconds between redraws while something runs
_SLICE = 0.8  # seconds of work in each: a press on Stop never waits long
_RUNNING = "gan running"
_LOOKED = {1: mark("{n} places", n=SIDE**2), 2: mark("{n} squares of 2 × 2", n=SIDE**2 // 4)}


def page() -> None:
    """Press, choose a sample and a pixel."""
    heading(
        "GAN", tr("A picture made of noise, place by place: which other places does each look at while it is made?")
    )
    guarded(tr("The networks"))(_networks)()


def _networks() -> None:
    places = st.columns([2, 3, 2, 2, 2, 2], vertical_alignment="bottom")
    seed = int(
        places[0].number_input(
            tr("Seed"),
            0,
            999,
            0,
            key="gan seed",
            bind="query-params",
            help=tr("of weights, digits and noise, of both GANs"),
        )
    )
    pooled = places[1].selectbox(
        tr("Looks at"), POOLED, key="gan pooled", bind="query-params", format_func=lambda pooled: tr(_LOOKED[pooled]),
        help=tr("of squares of 2 × 2 the largest of each channel is looked at, as in the paper's published code: a quarter of the "
        "weights; its equations have every place"),
    )  # fmt: skip
    sample = places[2].selectbox(
        tr("Sample"), range(SAMPLES), key="gan sample", bind="query-params", format_func=lambda at: str(at + 1)
    )
    row = places[3].selectbox(
        tr("Pixel: row"), range(SIDE), 3, key="gan row", bind="query-params", format_func=lambda at: str(at + 1)
    )
    column = places[4].selectbox(
        tr("Pixel: column"), range(SIDE), 3, key="gan column", bind="query-params", format_func=lambda at: str(at + 1)
    )
    one = race(seed, pooled)
    running = state.running(_RUNNING, repr((seed, pooled))) and not one.done
    with places[5]:
        race_button("gan", _RUNNING, running=running, done=one.done, help=tr("done; another seed trains anew"))
    panel(tr("The samples"), every=_TICK if running else None)(_watch)(one, sample, (row, column), running)


def _watch(one: GanRace, sample: int, pixel: tuple[int, int], running: bool) -> None:
    race_bar(one, running=running, seconds=_SLICE)
    samples = one.samples()
    left, right = st.columns([2, 1])
    with left:
        sheets(samples, sample, one.step)
        st.caption(
            tr(
                "Both make these of the same noise, from step to step. They begin as the same networks: γ is 0, so nothing of what "
                "is looked at is added yet."
            )
        )
    with right:
        look(samples[WITH], sample, pixel)
    if one.step:
        course(one)
        st.caption(
            tr(
                "Losses of a GAN say who is ahead, not how good the pictures are. That attention makes better pictures was measured "
                "on ImageNet and **is not shown here**: at this size, in two minutes, both make digits. What it can do that "
                "convolutions cannot is measured by `attnlab claims feature_map_attention`. "
                "[arXiv:1805.08318](https://arxiv.org/abs/1805.08318)"
            )
        )
    else:
        st.caption(
            tr("Press Train: two GANs learn from 1,797 handwritten digits for {steps:,} steps in turn.", steps=STEPS)
        )
    race_ended(_RUNNING, running=running, done=one.done)


page()
