"""Explain a token: attention and gradients for one output token, each beside its deletion test against random orders."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.depth import Band, Curve, deletion_curves, map_height, source_maps
from core.figures.tree import shown
from core.language import mark, tr
from core.runs.beam_sizes import sentences
from core.runs.explaining import (
    ERASURES,
    Areas,
    Explanation,
    JudgedMap,
    SourceMap,
    explain,
    maps,
    neediest,
    over_sentences,
    question,
)
from core.runs.rolled import last_cross
from core.runs.slices import Slices
from core.seeds import Seeds
from dashboard import kept, resources, state
from dashboard.components.data_table import data_table
from dashboard.components.depth_survey import survey
from dashboard.components.literal import literal, placed
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.model_bar import Chosen
from dashboard.components.panel import panel

_ERASURE = "erasure"
_VERDICTS = {
    "better": mark("better than random here"),
    "no better": mark("no better than random here"),
    "worse": mark("worse than random here"),
}
_SEED = 1  # of the random orders: the same ones at every visit


def explained(chosen: Chosen) -> None:
    """Choose an output token; maps, verdicts and curves."""
    erasure = st.selectbox(
        tr("A deleted token is"), list(ERASURES), format_func=tr, key=_ERASURE, bind="query-params", width=320,
        help=tr("the end of the source is never deleted; a model is off its ground on such sources, each way in its own manner"),
    )  # fmt: skip
    _explained(chosen, erasure)


@panel(mark("The explanation"))
def _explained(chosen: Chosen, erasure: str) -> None:
    matrices = chosen.model.matrices(chosen.source)
    cross = last_cross(matrices)
    output = cross.queries[1:]
    step = _token(chosen, [*output, "<end>"], neediest(chosen.model, chosen.source, output, erasure))
    asked = question(chosen.model, chosen.source, output, step)
    token = [*output, "<end>"][step]
    found, missing = maps(chosen.model, matrices, asked)
    _maps(found, cross.keys, token)  # on screen while the deletion test still computes
    for sentence in missing:
        st.info(tr("Some maps are missing: {sentence}.", sentence=literal(sentence)), icon=":material/layers_clear:")
    tested = explain(chosen.model, asked, found, erasure=erasure, generator=Seeds(_SEED).generator("orders"))
    st.markdown(_said(tested, token))
    _deletion(tested)


def _maps(found: Sequence[SourceMap], tokens: Sequence[str], token: str) -> None:
    values, names = np.stack([one.values for one in found]), [one.name for one in found]
    st.markdown(tr("What each map says about the output token **{shown}**:", shown=literal(shown(token))))
    live_figure(
        source_maps(tokens, names, values, mode()), key="depth maps", height=map_height(len(names)),
        alt=tr("what {count} maps say about the output token {token}", count=len(names), token=token),
    )  # fmt: skip
    st.caption(
        tr(
            "Each row in its own scale. Attention, rollout, flow and saliency are ≥ 0; of the gradients that are multiplied, blue "
            "speaks for the output token and orange against it."
        )
        + _completeness(found)
    )


def explained_over_sentences(chosen: Chosen) -> None:
    """The deletion test over held-out sentences, behind a button."""
    erasure = state.get(_ERASURE) or next(iter(ERASURES))
    survey(
        "explanation", tr("explain one output token each, drawn by chance, and delete"), chosen,
        lambda n: _found(chosen.model.run.address, chosen.model.model_hash, n, erasure), _areas, option=erasure,
    )  # fmt: skip


@kept.of_run(says=False, show_spinner=False, max_entries=32)
def _found(address: str, model_hash: str, n: int, erasure: str) -> Slices[Areas]:
    trained = resources.model(address)
    return Slices(over_sentences(trained, sentences(trained, n), Seeds(_SEED), erasure=erasure))


def _token(chosen: Chosen, output: Sequence[str], first: int) -> int:
    key = f"depth token {state.number('explained', (chosen.model.run.address, chosen.source))}"
    return st.pills(
        tr("Output token to explain"), range(len(output)), default=first, required=True, key=key,
        format_func=lambda at: placed(shown(output[at]), at),
        help=tr("of the model's own greedy output, everything before it given; first the one that needs the source most"),
    )  # fmt: skip


def _said(found: Explanation, token: str) -> str:
    groups: dict[str, list[str]] = {mark("better than random"): [], mark("no better than random"): []}
    for one in found.tested:
        better = one.judgement == "better"
        groups["better than random" if better else "no better than random"].append(tr(one.shown.name))
    judged = " · ".join(f"**{tr(words)}**: {', '.join(names)}" for words, names in groups.items() if names)
    return tr(
        "Source tokens are deleted as each map ranks them, and {count} times in random order. For the output "
        "token **{shown}**, here: {judged}. With every source token deleted its log p is "
        "{nats} instead of {nats2}.",
        count=len(found.random),
        shown=literal(shown(token)),
        judged=judged,
        nats=_nats(float(found.random_mean[-1])),
        nats2=_nats(found.logp),
    )


def _completeness(found: Sequence[SourceMap]) -> str:
    sums = [one.complete for one in found if one.complete is not None]
    if not sums:
        return ""
    total, difference = sums[0]
    return tr(
        " Completeness of integrated gradients: their sum is {nats}; log p with the source less log p with <unk> "
        "for every source token is {nats2} (gap {nats3} nats, from finitely many points).",
        nats=_nats(total),
        nats2=_nats(difference),
        nats3=_nats(abs(total - difference)),
    )


def _nats(value: float) -> str:
    return f"{value:.3f}".replace("-", "−") if abs(value) >= 5e-4 else "0.000"


def _deletion(found: Explanation) -> None:
    low, high = found.random_middle.tolist()
    band = Band(tr("random, the middle two thirds"), found.random_mean.tolist(), low, high)
    curves = [Curve(tr(one.shown.name), one.curve.tolist()) for one in found.tested]
    live_figure(
        deletion_curves(found.steps.tolist(), curves, band, mode()), key="depth deletion", height=420,
        alt=tr("log-probability of the output token by the number of deleted source tokens"),
    )  # fmt: skip
    data_table(
        pd.DataFrame([_row(one, found) for one in found.tested] + [_random(found)]), hide_index=True,
        column_config={"area (nats)": st.column_config.NumberColumn(format="%.2f")}, key="depth areas",
    )  # fmt: skip
    st.caption(
        tr(
            "area: mean depth of the curve below its beginning; larger means that what the map ranks first mattered sooner · "
            "better: at most one in twenty orders, the map's own counted, does as well · integrated gradients are asked about <unk> "
            "in the first place, so deletion by <unk> is their home ground; delete in another way to see them away from it"
        )
    )


def _row(one: JudgedMap, found: Explanation) -> dict[str, object]:
    return {
        "map": tr(one.shown.name), "area (nats)": one.area,
        "random orders as good": tr("{n} of {count}", n=one.as_good, count=len(found.random)),
        "verdict": tr(_VERDICTS[one.judgement]),
    }  # fmt: skip


def _random(found: Explanation) -> dict[str, object]:
    return {
        "map": tr("random, mean"), "area (nats)": float(found.random_areas.mean()), "random orders as good": "",
        "verdict": tr("± {std:.2f}, standard deviation", std=found.random_areas.std()),
    }  # fmt: skip


def _areas(areas: Areas) -> None:
    """What a survey has found so far."""
    rows = [
        {
            "map": tr(name), "mean area (nats)": float(areas.maps[:, at].mean()), "over random (nats)": float(areas.gains[at]),
            "± standard error": float(areas.errors[at]), "better than random on": float(areas.better[:, at].mean()),
            "verdict": _verdict(float(areas.gains[at]), float(areas.errors[at])),
        }
        for at, name in enumerate(areas.names)
    ]  # fmt: skip
    formats = {
        "mean area (nats)": "%.2f", "over random (nats)": "%.2f", "± standard error": "%.2f",
        "better than random on": "percent",
    }  # fmt: skip
    config = {name: st.column_config.NumberColumn(format=form) for name, form in formats.items()}
    frame = pd.DataFrame(rows).sort_values("mean area (nats)", ascending=False)
    data_table(frame, hide_index=True, column_config=config, key="depth survey areas")
    st.caption(
        tr(
            "{done} sentences; mean area of random orders: {mean:.2f} nats. better: more than two standard "
            "errors above random.",
            done=areas.done,
            mean=areas.random.mean(),
        )
    )


def _verdict(gain: float, error: float) -> str:
    if np.isnan(error):
        return tr("one sentence tells nothing")
    if gain > 2 * error:
        return tr("better than random")
    return tr("worse than random") if gain < -2 * error else tr("no better than random")
