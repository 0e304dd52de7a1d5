"""Sampling: many draws from one source; what the filters exclude, where chance falls, what comes out how often."""

from math import exp, isnan

import pandas as pd
import streamlit as st

from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.figures.distribution import output_bars
from core.language import mark, tr, tr_count
from core.runs.draw_steps import Position, positions
from core.runs.drawing import Drawing, Drawn, draw
from dashboard import kept, links, resources, state
from dashboard.components.data_table import data_table
from dashboard.components.draw_view import draw_view
from dashboard.components.heading import heading
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import code, literal
from dashboard.components.live_figure import live_figure
from dashboard.components.locks import download_button
from dashboard.components.mode import mode
from dashboard.components.model_bar import STEPPED, Chosen, model_bar
from dashboard.components.panel import panel
from dashboard.components.press import pressed
from dashboard.components.sampling_form import read_address, sampling_form

TITLE = "Sampling"
MOST = 10  # outputs in the figure


@kept.of_run(show_spinner=False, max_entries=2, scope="session")  # hundreds of draws each, in every session
def _drawing(address: str, step: int, source: str, search: AbstractSearch) -> Drawing:
    return draw(resources.any_model(address), source, search)


@kept.of_run(show_spinner=False, max_entries=4, scope="session")
def _positions(address: str, step: int, source: str, search: SamplingSearch, index: int) -> tuple[Position, ...]:
    return positions(resources.any_model(address), source, search, _drawing(address, step, source, search), index)


def page() -> None:
    """Choose, draw, look."""
    problem = read_address(TITLE)
    state.carry(TITLE, links.RUN, links.SOURCE)
    heading(TITLE, tr("Many draws from one source: what comes out how often, and how chance chose every token."))
    link_notice("address", problem and literal(problem))
    chosen = model_bar(STEPPED)
    if chosen is not None:
        _panel(chosen)


@panel(mark("The draws"))
def _panel(chosen: Chosen) -> None:
    search, beside = sampling_form()
    place = (chosen.model.run.address, chosen.model.step, chosen.source, search)
    drawing = _drawing(*place)
    with beside:
        _replay(chosen, search, drawing)
    _figures(drawing, search)
    outputs, one, repeats = st.tabs([tr("Outputs"), tr("One draw, step by step"), tr("Repetition")])
    with outputs:
        _outputs(chosen, drawing)
    with one:
        _one(place, drawing)
    with repeats:
        _repetition(drawing)


def _figures(drawing: Drawing, search: AbstractSearch) -> None:
    """What the draws are worth together."""
    one, two = (_share(value) for value in drawing.distinct)
    independent = isinstance(search, SamplingSearch)
    told = (
        (
            tr("Right"),
            "–" if drawing.right is None else f"{drawing.right:.0%}",
            tr("draws that say what the reference says, if there is one"),
        ),
        (
            tr("Different"),
            tr("{n} of {count}", n=len(drawing.outputs), count=drawing.count),
            tr("different outputs among the draws"),
        ),
        (tr("Distinct-1, -2"), f"{one}, {two}", tr("different tokens, and pairs of tokens, among all of them")),
        (tr("Self-BLEU"), _number(drawing.self_bleu), tr("BLEU of each draw against the others: 100 = all alike")),
        (
            tr("Mean −log p"),
            tr("{entropy:.2f} nats", entropy=drawing.surprise),
            tr(
                "of a draw under the model; it estimates the entropy of outputs where draws are independent, the temperature "
                "is 1 and nothing is excluded"
            ),
        ),
        (
            tr("Step entropies"),
            tr("{entropy:.2f} nats", entropy=drawing.entropy) if independent else "–",
            tr(
                "summed along a draw, the mean over draws: under the same conditions another estimate of the same entropy, "
                "with less chance in it"
            ),
        ),
    )
    for place, (label, value, text) in zip(st.columns(len(told)), told):
        place.markdown(tr(":small[{label}]  \n**{value}**", label=label, value=value), help=text)


def _replay(chosen: Chosen, search: AbstractSearch, drawing: Drawing) -> None:
    left, right = st.columns([2, 5], vertical_alignment="center")
    if pressed(
        tr("Replay"),
        draw=left.button,
        key="draw again",
        icon=":material/replay:",
        width="stretch",
        help=tr("draw everything again with the same seed"),
    ):
        again = draw(chosen.model, chosen.source, search).digest
        same = (
            tr("the same draws again, token for token")
            if again == drawing.digest
            else tr("other draws: this must not be")
        )
        right.markdown(
            tr(
                "Drawn again: digest `{again}`, before `{digest}`: **{same}**.",
                again=again,
                digest=drawing.digest,
                same=same,
            )
        )
    else:
        right.markdown(
            tr(
                "All {count} draws in their order have the digest `{digest}`.",
                count=drawing.count,
                digest=drawing.digest,
            )
        )


def _outputs(chosen: Chosen, drawing: Drawing) -> None:
    shown = drawing.outputs[:MOST]
    live_figure(
        output_bars(
            [_named(one) for one in shown], [len(one.draws) / drawing.count for one in shown],
            [one.expected for one in shown], [one.probability for one in shown], [bool(one.right) for one in shown],
            mode(),
        ),
        key="outputs figure", height=130 + 44 * len(shown),
        alt=tr("most frequent: {named}, {count} of {count2} draws", named=_named(shown[0]), count=len(shown[0].draws), count2=drawing.count),
    )  # fmt: skip
    if len(drawing.outputs) > MOST:
        st.caption(
            tr(
                "The {most} most frequent of {count} different outputs; all of them are in the table.",
                most=MOST,
                count=len(drawing.outputs),
            )
        )
    st.caption(tr("Choose a row to see how its first draw fell, in the tab beside."))
    data_table(
        pd.DataFrame([_row(one, drawing) for one in drawing.outputs]), hide_index=True, key="outputs table", words=("right",), height="content" if len(drawing.outputs) < 9 else 320,
        on_select=lambda: _take_row(drawing), selection_mode="single-row",
        column_config={
            name: st.column_config.NumberColumn(format="%.4f", help=text)
            for name, text in {
                "share": tr("of the draws"), "to expect": tr("product of the filtered law's probabilities"),
                "p (model)": "exp(Σ log p)",
            }.items()
        } | {"Σ log p": st.column_config.NumberColumn(format="%.3f")},
    )  # fmt: skip
    left, right = st.columns([1, 3])
    download_button(
        tr("Outputs .csv"), drawing.to_csv, "draws.csv", on_click="ignore", key="draws csv", width="stretch", place=left
    )
    if any(not one.ended for one in drawing.outputs):
        right.caption(tr("✂ = cut at the length limit: it did not end by itself."))


def _row(one: Drawn, drawing: Drawing) -> dict[str, object]:
    right = {True: mark("★ right"), False: mark("no"), None: "–"}[one.right]
    return {
        "output": _named(one), "right": right, "draws": len(one.draws), "share": len(one.draws) / drawing.count,
        "to expect": None if isnan(one.expected) else one.expected, "p (model)": exp(one.logp), "Σ log p": one.logp,
        "first draw": one.draws[0] + 1,
    }  # fmt: skip


def _take_row(drawing: Drawing) -> None:
    rows = state.get("outputs table")["selection"]["rows"]
    if rows:
        state.put("draw", drawing.outputs[rows[0]].draws[0] + 1)


def _one(place: tuple[str, int, str, AbstractSearch], drawing: Drawing) -> None:
    search = place[3]
    if not isinstance(search, SamplingSearch):
        st.info(
            tr(
                "Without replacement the draws are made together, by Gumbel noise over whole outputs: no single number decides "
                "a token. Switch to independent draws to follow one."
            ),
            icon=":material/info:",
        )
        return
    if (state.get("draw") or 1) > drawing.count:
        state.forget("draw")
    left, right = st.columns([1, 5], vertical_alignment="bottom")
    with left:
        number = st.number_input(
            tr("Draw"), 1, drawing.count, key="draw", bind="query-params", help=tr("which of the draws is followed")
        )
    one = drawing.of(number - 1)
    right.markdown(
        tr(
            "{named} {rest}  \n{count} of {count2} draws gave it; Σ log p {logp:.3f}",
            named=code(_named(one)),
            rest=tr("★ right") if one.right else "",
            count=len(one.draws),
            count2=drawing.count,
            logp=one.logp,
        )
    )
    draw_view(_positions(*place[:3], search, number - 1), search.top_p)


def _repetition(drawing: Drawing) -> None:
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        n = st.segmented_control(
            tr("Runs of"), [1, 2, 3, 4], default=2, key="repeated n", required=True, bind="query-params",
            format_func=lambda n: tr_count(n, "1 token", "{n} tokens"), help=tr("the length n of the n-grams that are counted"),
        )  # fmt: skip
    mean, worst = drawing.repeated(n), drawing.repeats(n)
    if isnan(mean):
        right.info(tr("No draw has {n} tokens; choose shorter runs.", n=n), icon=":material/info:")
        return
    right.progress(
        mean,
        text=tr(
            "Repeated {n}-grams: {mean:.1%} of a draw on average, {share:.1%} in the worst",
            n=n,
            mean=mean,
            share=worst[0].share,
        ),
    )
    rows = []
    for one in worst[:8]:
        if one.share > 0:
            tokens, (first, again, length) = one.drawn.tokens, one.passage
            marked = " ".join(
                f"**:orange-background[{literal(token)}]**"
                if first <= at < first + length or again <= at < again + length
                else literal(token)
                for at, token in enumerate(tokens)
            )
            rows.append(f"| {one.share:.0%} | {len(one.drawn.draws)} | {length} | {marked} |")
    if not rows:
        st.markdown(tr_count(n, "No draw repeats a token.", "No draw repeats a run of {n} tokens."))
        return
    st.markdown(tr("The worst, with the longest passage that comes twice marked in both places:"))
    head = "| " + " | ".join(map(tr, (mark("repeated"), mark("draws"), mark("passage"), mark("output")))) + " |"
    st.markdown("\n".join([head, "|--:|--:|--:|:--|", *rows]))


def _named(one: Drawn) -> str:
    return (one.output or tr("(empty)")) + ("" if one.ended else " ✂")


def _number(value: float) -> str:
    return "–" if isnan(value) else f"{value:.1f}"


def _share(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f}"


page()
