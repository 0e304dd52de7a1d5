"""What was measured of attention's rivals, as a sentence, figures and a table: every number comes from the rows."""

from collections.abc import Sequence
from statistics import fmean

import pandas as pd
import streamlit as st

from core.claims import data_size, length_cost, reach
from core.claims.claim import Finding, Row
from core.figures import rivals
from core.language import mark, tr
from dashboard.components.data_table import data_table
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_CITED = mark(
    "Dosovitskiy et al. ([arXiv:2010.11929](https://arxiv.org/abs/2010.11929)) report that on natural images the "
    "convolutional network is ahead after 10 million images and the Transformer after 300 million. That is theirs, not "
    "shown here: these images are toys, and there are a few thousand of them."
)


def reached(rows: Sequence[Row], finding: Finding | None) -> None:
    """Gradient and path over the length."""
    last = max(int(row["length"] or 0) for row in rows)
    at = {name: _mean(rows, "gradient", network=name, length=last) for name in reach.READERS}
    known = {name: value for name, value in at.items() if value is not None}
    said = ", ".join(f"{_power(value)} ({name})" for name, value in known.items())
    words = tr(
        "Over {last} tokens, the gradient from the last output to the first input is {said}. A recurrent network takes "
        "{last} steps between the two, self-attention one.",
        last=last,
        said=said,
    )
    st.markdown(f"**{words}**")
    live_figure(rivals.reach(rows, reach.LENGTHS, mode()), key="rival reach", height=400, alt=words)
    st.caption(
        tr(
            "Fresh networks of one width, random inputs; the norm is that of the whole Jacobian, in double precision. "
            "Training can teach a gate to stay open: this is where it starts. Self-attention's own loss is its weight on "
            "one token among T."
        )
    )
    st.markdown(tr("**Time for a token**"))
    text = _times(rows, last)
    st.markdown(text)
    live_figure(rivals.token_times(rows, reach.LENGTHS, mode()), key="rival times", height=400, alt=text)
    st.caption(
        tr(
            "Solid: written token by token, a step of Python for each. Dashed: a text that is there already; self-attention "
            "makes one product of all tokens, the recurrent networks still go from token to token, in PyTorch's own loop. "
            "The quickest of a few readings, here and now, on one core: there doing all at once saves only the going round. "
            "That it pays on many cores is not shown here."
        )
    )
    _table(rows, {
        "network": None, "length": None, "path": "steps", "gradient": "%.3g", "token_by_token": 1e6, "whole_text": 1e6,
    })  # fmt: skip


def _times(rows: Sequence[Row], last: int) -> str:
    parts = []
    for name in reach.READERS:
        written = _mean(rows, "token_by_token", network=name, length=last)
        there = _mean(rows, "whole_text", network=name, length=last)
        if written is not None and there is not None:
            parts.append(
                tr(
                    "{name}: {written:.1f} µs token by token, {there:.1f} µs in a whole text",
                    name=name,
                    written=written * 1e6,
                    there=there * 1e6,
                )
            )
    return tr("At {last} tokens — ", last=last) + "; ".join(parts) + "."


def cost(rows: Sequence[Row], finding: Finding | None) -> None:
    """Time and memory of softmax and linear attention."""
    both = [int(row["length"] or 0) for row in rows if row["attention"] == "linear"]
    if not both:
        return
    first, last = both[0], both[-1]

    def of(name: str, what: str, length: int) -> float:
        return _mean(rows, what, attention=name, length=length) or 0.0

    words = tr(
        "At {last:,} tokens softmax attention takes {of:.3g} ms and "
        "{of2:.3g} MiB, linear attention {of3:.3g} ms and "
        "{of4:.3g} MiB.",
        last=last, of=of("softmax", "seconds", last) * 1e3, of2=of("softmax", "bytes", last) / 2**20,
        of3=of("linear", "seconds", last) * 1e3, of4=of("linear", "bytes", last) / 2**20)  # fmt: skip
    more = tr(
        "One more token after {first:,} and after {last:,}: softmax {of:.0f} and "
        "{of2:.0f} µs, linear {of3:.0f} and "
        "{of4:.0f} µs.",
        first=first, last=last, of=of("softmax", "step", first) * 1e6, of2=of("softmax", "step", last) * 1e6,
        of3=of("linear", "step", first) * 1e6, of4=of("linear", "step", last) * 1e6)  # fmt: skip
    st.markdown(f"**{words}** {more}")
    figure = rivals.length_cost(rows, length_cost.LENGTHS, mode())
    live_figure(figure, key="rival cost", height=400, alt=words)
    st.caption(tr(
        "One text, {heads} heads of {dim} features, no training. Memory: the most bytes that "
        "tensors made during the call hold at once, counted. One more token: softmax looks at every key it has kept, "
        "linear attention at a state whose size never changes. What the cheap form forgets is another question: "
        "a state of fixed size cannot keep every key apart.", heads=length_cost.HEADS,
        dim=length_cost.DIM))  # fmt: skip
    _table(rows, {"attention": None, "length": None, "seconds": 1e3, "bytes": 1 / 2**20, "step": 1e6})


def sizes(rows: Sequence[Row], finding: Finding | None) -> None:
    """Accuracy over the number of images, both tasks."""
    for task, rule in data_size.TASKS.items():
        by = data_size.leads(rows, task)
        if by:
            st.markdown(told(rows, task, rule, by))
    wide = {task: rule.images for task, rule in data_size.TASKS.items()}
    chance = {task: 1 / rule.classes for task, rule in data_size.TASKS.items()}
    figure = rivals.data_size(rows, wide, chance, mode())
    live_figure(figure, key="rival sizes", height=400, alt=tr("held-out accuracy over the number of training images"))
    st.caption(
        tr(
            "Lines: means over the seeds; open marks: each seed. CNN, mean adds up what its windows of 5 × 5 see, and a sum "
            "cannot compare; CNN, max asks what is there at all, so it can count different glyphs: a prior is what is built "
            "in, not the word convolution."
        )
    )
    st.caption(tr(_CITED))
    _table(rows, {"seed": None, "task": None, "network": None, "images": None, "accuracy": "percent"})


def told(rows: Sequence[Row], task: str, rule: data_size.VisionTask, by: list[float]) -> str:
    """What one task shows so far: who leads where, and whether the curves cross in this run."""
    ahead = sum(lead > 0 for lead in by)
    most, least = max(by), min(by)
    words = tr(
        "**{capitalize}** ({summary}): {fits} is ahead of {other} at {ahead} of {count} sizes, "
        "by {least:+.0%} to {most:+.0%}.",
        capitalize=tr(data_size.TITLES[task]),
        summary=tr(rule.summary),
        fits=tr(rule.fits),
        other=tr(rule.other),
        ahead=ahead,
        count=len(by),
        least=least,
        most=most,
    )
    if len(by) < 2:
        return words
    when = tr("in this run") if len(by) == len(rule.images) else tr("so far")
    crossing = tr("The two curves cross") if data_size.crosses(rows, task) else tr("Their curves do not cross")
    return f"{words} {crossing} {when}."


def _mean(rows: Sequence[Row], what: str, **where: str | int) -> float | None:
    of = [float(row[what] or 0) for row in rows if all(row[name] == value for name, value in where.items())]
    return fmean(of) if of else None


def _power(value: float) -> str:
    """A number as a person writes it: 0.041, or 1.3 · 10⁻²⁵."""
    if value >= 1e-3:
        return f"{value:.2g}"
    digits, _, exponent = f"{value:.1e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} · 10{raised}"


_UNITS = {
    "gradient": mark("gradient norm"), "token_by_token": mark("token by token, µs"), "whole_text": mark("whole text, µs a token"),
    "seconds": mark("one call, ms"), "bytes": mark("memory, MiB"), "step": mark("one more token, µs"), "path": mark("path, steps"),
}  # fmt: skip


def _table(rows: Sequence[Row], columns: dict[str, str | float | None]) -> None:
    """The numbers, in units a person reads.

    Args:
        columns: in order; a number scales, a word is a format, None leaves a column as it is.
    """
    with st.expander(tr("The numbers"), icon=":material/table:"):
        table = pd.DataFrame(rows)[list(columns)]
        config = {}
        for name, how in columns.items():
            if isinstance(how, float):
                table[name] = table[name] * how
            if how is not None and how != "steps":
                form = how if isinstance(how, str) else "%.3g"
                config[name] = st.column_config.NumberColumn(_UNITS.get(name, name), format=form)
        data_table(table, hide_index=True, column_config=config)
