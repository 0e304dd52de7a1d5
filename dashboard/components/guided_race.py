"""Two trainings from one seed: what each has reached in words, curves, and both alignments of one sentence at any step."""

import pandas as pd
import streamlit as st

from core.figures.aligning import diagonalities, losses
from core.language import tr
from core.runs.guided_pair import GUIDED, PLAIN, GuidedPair, Look, pair_config
from core.training.aligning import ALIGNED
from dashboard import kept, links, state
from dashboard.components.data_table import data_table
from dashboard.components.heatmap import heatmap
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode


@kept.own(says=False, show_spinner="Making two models …", max_entries=4, scope="session")
def pair(task: str, model: str, seed: int, steps: int, again: int) -> GuidedPair:
    """The two trainings of this session; another number `again` makes them anew."""
    return GuidedPair(pair_config(task, model, seed, steps=steps))


def guided_race(one: GuidedPair, *, running: bool, key: str) -> None:
    """Draw the pair as it stands.

    Args:
        running: whether it goes on by itself; key: of the pair, for the slider over steps.
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
                "Press Train: both learn for {steps} steps, in turn; 400 take well under a minute. Switch guidance off before "
                "the start, and on in the middle, to see what it does to a model that has not found its way.",
                steps=steps,
            )
        )
        return
    st.markdown(_verdict(one))
    step = _step(one, running, key)
    left, *beside = st.columns([3, 4, 4])
    with left:
        _curves(one, steps)
    for column, (name, side) in zip(beside, one.sides.items()):
        with column:
            _alignment(name, next(look for look in side.looks if look.step == step))
    st.caption(
        tr(
            "One held-out sentence. Near the diagonal: at most 15 % of the length away, <end> counted; the most diagonal head, "
            "mean over 32 held-out examples. The loss is that of the batches, guidance left out."
        )
    )
    if one.done:
        _afterwards(one)


def _verdict(one: GuidedPair) -> str:
    """When each first aligned."""
    plain, guided = (one.sides[name].aligned_at for name in (PLAIN, GUIDED))
    if plain is not None and guided is not None and guided > 0:
        ratio = plain / guided
        times = (
            tr("{ratio:.1f} times sooner", ratio=ratio)
            if ratio >= 1.05
            else tr("{ratio:.1f} times later", ratio=1 / ratio)
            if ratio < 0.95
            else tr("as soon")
        )
        return tr(
            "With guidance it first aligned at step **{guided}**, without at step **{plain}**: {times}.",
            guided=guided,
            plain=plain,
            times=times,
        )
    told = [
        tr(
            "{name} **not yet**, {diagonality:.0%}",
            name=tr(name),
            diagonality=one.sides[name].looks[-1].best.diagonality,
        )
        if at is None
        else tr("{name} at step **{at}**", name=tr(name), at=at)
        for name, at in ((GUIDED, guided), (PLAIN, plain))
    ]
    return tr(
        "First aligned (at least {aligned:.0%} near the diagonal): {told}.", aligned=ALIGNED, told=" · ".join(told)
    )


def _curves(one: GuidedPair, steps: int) -> None:
    marks = [
        (step, tr("guidance {strength:g}", strength=strength) if strength else tr("off"))
        for step, strength in one.switched
    ]
    near = {
        tr(name): ([look.step for look in side.looks], [look.best.diagonality for look in side.looks])
        for name, side in one.sides.items()
    }
    lost = {tr(name): (range(1, len(side.losses) + 1), side.losses) for name, side in one.sides.items()}
    said = ", ".join(f"{name} {values[-1]:.0%}" for name, (_, values) in near.items())
    live_figure(diagonalities(near, steps, ALIGNED, marks, mode()), key="guided near", height=270, alt=said)
    said = ", ".join(
        f"{tr(name)} {sum(side.losses[-10:]) / len(side.losses[-10:]):.2f}" for name, side in one.sides.items()
    )
    live_figure(losses(lost, steps, marks, mode()), key="guided losses", height=270, alt=said)


def _step(one: GuidedPair, running: bool, key: str) -> int:
    """Of the alignments to show: the newest while it runs, else what the slider says."""
    steps = [look.step for look in one.sides[GUIDED].looks]  # it is looked at last: the other has been, too
    if running or len(steps) == 1:
        links.say(looked=steps[-1])
        return steps[-1]
    name = f"guided step {key}, {steps[-1]}"  # after more training it stands at the newest again
    state.first(name, links.linked_number("looked", steps) or steps[-1])
    step = int(st.select_slider(tr("Step looked at"), steps, key=name))
    links.say(looked=step)
    return step


def _head(name: str) -> str:
    ladder, _, times = name.partition("×")
    return tr("pairs ×{n}", n=times) if ladder == "pairs " else tr(name)


def _alignment(name: str, look: Look) -> None:
    matrix = look.matrix
    which = tr(" · head {head}", head=look.best.head + 1) if matrix.heads > 1 else ""
    heatmap(
        matrix.weights[look.best.head], matrix.queries, matrix.keys, key=f"guided map {name}", high=1.0,
        title=tr("{name} · step {step} · {diagonality:.0%}{which}", name=tr(name), step=look.step, diagonality=look.best.diagonality, which=which),
    )  # fmt: skip


def _afterwards(one: GuidedPair) -> None:
    """What the two can do in the end."""
    rows = []
    with st.spinner(tr("Both say pairs of syllables again and again …")):
        ladders = {name: side.ladder for name, side in one.sides.items()}
    for name, side in one.sides.items():
        judged = side.judged
        row = {"": tr(name), "exact, held out": round(judged.exact_match, 2) if judged else None}
        rows.append(row | {f"pairs ×{rung.times}": round(rung.exact, 2) for rung in ladders[name]})
    shares = {name: st.column_config.NumberColumn(_head(name), format="percent") for name in rows[0] if name}
    data_table(pd.DataFrame(rows), hide_index=True, width="content", key="guided afterwards", column_config=shares)
    if ladders[PLAIN]:
        st.caption(
            tr(
                "The lecture's 发财: every pair of syllables said once, twice, three and four times, none of which was "
                "trained on; share of outputs right from the first frame to the last. Guidance shapes the learning and "
                "promises nothing about what was never seen."
            )
        )
