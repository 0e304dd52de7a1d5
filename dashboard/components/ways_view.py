"""Ways to write one source beside each other: every call of the decoder as a row, and what the places might have held."""

import streamlit as st

from core.figures.passes import height_of, over_length, stages, tops
from core.language import tr, tr_count
from core.runs.all_at_once import Cost, Told
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode


def way(told: Told, *, key: str) -> None:
    """One way: its output, whether it is right, and its calls."""
    verdict = {True: f":green-badge[{tr('right')}]", False: f":red-badge[{tr('not right')}]", None: ""}[told.right]
    calls = tr_count(told.calls, "1 call", "{n} calls")
    st.markdown(
        tr(
            "**{name}** · {calls} of the decoder {verdict} · {output}",
            name=told.name,
            calls=calls,
            verdict=verdict,
            output=literal(told.output) or tr("(empty)"),
        )
    )
    rows = [list(zip(one.tokens, one.confidences, one.written, one.again)) for one in told.stages]
    live_figure(stages(rows, mode()), key=f"stages {key}", height=height_of(rows), alt=f"{told.name}: {told.output}")


def reasons(at_once: Told, left: Told) -> None:
    """Why an output is mixed: the distributions of its places, beside those of the one that writes word after word."""
    st.markdown(tr("##### Why it mixes: what every place might have held"))
    if at_once.mixtures:
        st.markdown("  \n".join(f":material/shuffle: {literal(one)}" for one in at_once.mixtures))
    elif at_once.right:
        st.markdown(
            tr("This output is right: at every place the same phrase happened to be ahead. Try another source.")
        )
    places = st.columns(2)
    words = (
        (at_once, tr("All at once: each place alone")),
        (left, tr("Left to right: each place after what was written")),
    )
    for place, (told, title) in zip(places, words):
        with place:
            held = told.stages[0].tokens if told is at_once else told.stages[-1].tokens
            said = ", ".join(f"{top[0][0]} {top[0][1]:.2f}" for top in told.tops)
            live_figure(tops(told.tops, held, mode(), title=title), key=f"tops {title}", height=250, alt=said)
    st.caption(
        tr(
            "The three most probable words of every place; the one that was written is outlined. With two translations that "
            "are equally good, all at once gives both half of the probability at every place and chooses at each anew. "
            "Left to right has chosen with the first word, and the next ones know it: there is a choice only where a phrase begins."
        )
    )


def prices(found: list[Cost]) -> None:
    """Time and calls against the length of the output."""
    names = list(dict.fromkeys(one.name for one in found))
    left, right = st.columns(2)
    for place, title, unit in (
        (left, tr("Milliseconds for one output, by its length in tokens"), "milliseconds"),
        (right, tr("Calls of the decoder, by the length of the output"), "calls"),
    ):
        lines = [
            (name, [one.length for one in found if one.name == name], [getattr(one, unit) for one in found if one.name == name])
            for name in names
        ]  # fmt: skip
        with place:
            said = ", ".join(f"{name} {values[-1]:.3g}" for name, _, values in lines)
            live_figure(over_length(lines, mode(), title=title), key=f"price {unit}", height=280, alt=said)
