"""One draw on the page: its tokens, and at a chosen step the distribution, what was excluded, and where chance fell."""

import pandas as pd
import streamlit as st

from core.figures.distribution import law_bars, noise_strip
from core.language import tr, tr_count
from core.runs.draw_steps import Position
from dashboard import state
from dashboard.components.data_table import data_table
from dashboard.components.literal import code, literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

MOST = 20  # tokens in the figure


def draw_view(steps: tuple[Position, ...], top_p: float) -> None:
    """Choose a step of a draw and see how its token came about."""
    if (state.get("draw step") or 0) >= len(steps):
        state.forget("draw step")
    at = st.segmented_control(
        tr("Step: the tokens of this draw"),
        range(len(steps)),
        format_func=lambda place: f"{place + 1} · {literal(steps[place].drawn.text)}",
        key="draw step",
        default=0,
        required=True,
    )
    step = steps[at]
    st.markdown(_in_words(step))
    pieces = step.pieces()
    live_figure(
        noise_strip(
            [one.label for one in pieces], [one.before for one in pieces], [one.after for one in pieces],
            [one.drawn for one in pieces], step.noise, step.window, mode(),
        ),
        key="noise", height=170,
        alt=tr("u = {noise:.4f} lies in the interval of {text_}", noise=step.noise, text_=step.drawn.text),
    )  # fmt: skip
    _law(step, top_p)
    _all_steps(steps)


def _in_words(step: Position) -> str:
    one = step.drawn
    whole = (
        ""
        if step.window == (0.0, 1.0)
        else tr(
            " The strip shows [{window:.4f}, {window2:.4f}) only, since the interval is narrow.",
            window=step.window[0],
            window2=step.window[1],
        )
    )
    taken = "; ".join(
        tr("**{why}** takes out {count:,} ({mass:.3f})", why=why, count=count, mass=mass)
        for why, (count, mass) in step.excluded.items()
    )
    return tr(
        "After {prefix}: u = **{noise:.4f}** lies in "
        "[{before:.4f}, {after:.4f}), the interval of {text_}.{whole}  \n"
        "{support} can be drawn; entropy of the model's distribution {entropy:.2f} nats. ",
        prefix=code(" ".join(step.prefix) or tr("(nothing yet)")),
        noise=step.noise,
        before=one.before,
        after=one.after,
        text_=code(one.text),
        whole=whole,
        support=tr_count(step.support, "1 token", "{n:,} tokens"),
        entropy=step.entropy,
    ) + (tr("Excluded, with their mass: {taken}.", taken=taken) if taken else tr("Nothing is excluded."))


def _law(step: Position, top_p: float) -> None:
    shown = list(step.tokens[:MOST])
    if step.drawn not in shown:
        shown.append(step.drawn)
    places = range(len(shown))
    figure = law_bars(
        [one.text for one in shown], [one.model for one in shown], [one.tempered for one in shown],
        [one.law for one in shown], [one.excluded for one in shown], mode(),
        cumulated=[one.cumulated for one in shown] if top_p < 1 else (), limit=top_p, drawn=shown.index(step.drawn),
        right=next((at for at in places if shown[at].right), -1),
    )  # fmt: skip
    best = ", ".join(f"{one.text} {one.model:.3f}" for one in shown[:3])
    live_figure(
        figure, key="law", height=340, alt=tr("most probable: {best}; drawn: {text_}", best=best, text_=step.drawn.text)
    )
    hidden = len(step.tokens) - len(shown)
    if hidden > 0:
        st.caption(
            tr(
                "{hidden:,} less probable tokens are not drawn here; the table below has the sums of every step.",
                hidden=hidden,
            )
        )


def _all_steps(steps: tuple[Position, ...]) -> None:
    rows = [
        {
            "step": at + 1, "token": step.drawn.text, "p (model)": step.drawn.model, "p (law)": step.drawn.law,
            "u": step.noise, "from": step.drawn.before, "to": step.drawn.after, "tokens left": step.support,
            "mass left": step.mass, "entropy": step.entropy,
            "excluded": "; ".join(f"{why}: {count:,}" for why, (count, _) in step.excluded.items()) or "–",
        }
        for at, step in enumerate(steps)
    ]  # fmt: skip
    exact = ("p (model)", "p (law)", "u", "from", "to", "mass left")
    columns = {name: st.column_config.NumberColumn(format="%.4f") for name in exact}
    columns["entropy"] = st.column_config.NumberColumn(format="%.2f", help=tr("of the model's distribution, in nats"))
    data_table(pd.DataFrame(rows), hide_index=True, column_config=columns, key="all steps", height="content")
