"""A rewarded training beside one that goes on with cross-entropy: words, curves, and the outputs that changed."""

import pandas as pd
import streamlit as st

from core.figures.rewarding import against, worth
from core.language import tr
from core.runs.beginning import fine_tuning
from core.runs.reward_pair import CROSS_ENTROPY, REWARDED, Look, RewardPair, pair_config
from dashboard import kept
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.resources import model

_CHANGED, _SAME = "changed", ""


@kept.of_run(says=False, show_spinner="Loading the run twice …", max_entries=4, scope="session")
def pair(
    address: str, objective: str, reward: str, noise: float, rate: float, seed: int, steps: int, again: int
) -> RewardPair:
    """The two trainings of this session; another number `again` makes them anew.

    Raises:
        RunError, DataError, MissingExtra: no such run, or its task's data are not here.
    """
    before = model(address)
    config = pair_config(fine_tuning(before).changed({"training.from_run": ""}), objective, reward, seed, steps, rate)
    return RewardPair(config, before.model.state_dict(), before.examples, noise)


def reward_race(one: RewardPair, *, running: bool) -> None:
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
    if not one.sides[REWARDED].looks:
        st.caption(
            tr(
                "Press Train: the same weights go on in two ways for {steps} steps each, on the same batches. Every five steps both "
                "are looked at on the same 100 held-out examples, whose references are always right.",
                steps=steps,
            )
        )
        return
    _told(one)
    left, right = st.columns(2)
    with left:
        _worth(one, steps)
    with right:
        _against(one)
    st.caption(
        tr(
            "Drawn: the mean reward of outputs drawn from the model, the expected reward that is being raised. Greedy: of the "
            "likeliest token at every place, which may be right long before. The cross-entropy is that of the right target."
        )
    )
    _outputs(one)


def _told(one: RewardPair) -> None:
    places = st.columns(4)
    for at, (name, side) in enumerate(one.sides.items()):
        first, last = side.looks[0], side.looks[-1]
        with places[2 * at]:
            st.metric(
                tr("Drawn, {name}", name=tr(name)), f"{last.expected:.3f}", f"{last.expected - first.expected:+.3f}"
            )
        with places[2 * at + 1]:
            st.metric(tr("Greedy, {name}", name=tr(name)), f"{last.greedy:.3f}", f"{last.greedy - first.greedy:+.3f}")
    st.markdown(_verdict(one))


def _verdict(one: RewardPair) -> str:
    """What the rewarded training has over the other, in words that say no more than there is."""
    other, mine = (one.sides[name].looks[-1] for name in (CROSS_ENTROPY, REWARDED))
    gap = mine.expected - other.expected
    drawn = (
        tr("Drawn outputs are worth **{gap:.3f} more** with the reward than with more cross-entropy", gap=gap)
        if gap >= 0.005
        else tr("Drawn outputs are worth **{gap:.3f} less** with the reward than with more cross-entropy", gap=-gap)
        if gap <= -0.005
        else tr("Drawn outputs are worth the same with the reward and with more cross-entropy")
    )
    rewards = one.sides[REWARDED].rewards[-10:]
    batches = (
        tr(
            "; in its last {count} batches what it drew was worth {rewards:.3f}",
            count=len(rewards),
            rewards=sum(rewards) / len(rewards),
        )
        if rewards
        else ""
    )
    return tr(
        "{drawn}{batches}. One seed is no proof: `attnlab claims bleu_reward` takes several.",
        drawn=drawn,
        batches=batches,
    )


def _worth(one: RewardPair, steps: int) -> None:
    lines = {}
    for name, side in one.sides.items():
        places = [look.step for look in side.looks]
        lines[tr("drawn, {name}", name=tr(name))] = places, [look.expected for look in side.looks]
        lines[tr("greedy, {name}", name=tr(name))] = places, [look.greedy for look in side.looks]
    said = ", ".join(f"{name} {values[-1]:.3f}" for name, (_, values) in lines.items())
    live_figure(worth(lines, steps, mode()), key="reward worth", height=340, alt=said)


def _against(one: RewardPair) -> None:
    lines = {
        tr(name): ([look.loss for look in side.looks], [look.bleu for look in side.looks])
        for name, side in one.sides.items()
    }
    said = ", ".join(
        tr("{name} {losses:.3f} nats, BLEU {values:.1f}", name=name, losses=losses[-1], values=values[-1])
        for name, (losses, values) in lines.items()
    )
    live_figure(against(lines, mode()), key="reward against", height=340, alt=said)


def _outputs(one: RewardPair) -> None:
    """Held-out examples, those first whose output is another than before."""
    task, side = one.config.task, one.sides[REWARDED]
    before, now, other = side.looks[0], side.looks[-1], one.sides[CROSS_ENTROPY].looks[-1]
    rows = [
        {
            "": _CHANGED if len({before.outputs[at], now.outputs[at], other.outputs[at]}) > 1 else _SAME,
            "source": task.join(example.source), "reference": task.join_target(example.target),
            "before": _text(one, before, at), CROSS_ENTROPY: _text(one, other, at), REWARDED: _text(one, now, at),
        }
        for at, example in enumerate(one.examiner.examples[: len(now.outputs)])
    ]  # fmt: skip
    rows.sort(key=lambda row: row[""] != _CHANGED)
    changed = sum(row[""] == _CHANGED for row in rows)
    st.markdown(
        tr(
            "**Outputs**, greedy, of {count} held-out sources: {changed} changed",
            count=len(rows),
            changed=changed or tr("none"),
        )
    )
    data_table(pd.DataFrame(rows), hide_index=True, width="stretch", key="reward outputs")


def _text(one: RewardPair, look: Look, at: int) -> str:
    return one.config.task.join_target(look.outputs[at])
