"""Attention: every layer and head for one sentence; one of them large; two models beside each other."""

import streamlit as st

from core.recording.matrix import AttentionMatrix
from core.runs.stepwise import AbstractStepwise
from dashboard import resources
from dashboard.components.downloads import matrix_downloads
from dashboard.components.heading import heading
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.model_bar import Chosen, model_bar
from dashboard.components.panel import panel

NOBODY = "no other model"
REDUCTIONS = ("head", "mean over heads", "max over heads")


def page() -> None:
    """Choose, record, draw."""
    heading("Attention", "Every layer and head for one sentence. Rows look, columns are looked at.")
    chosen = model_bar()
    if chosen is not None:
        _panel(chosen)


@panel("The attention of this sentence")
def _panel(chosen: Chosen) -> None:
    target, other = _options(chosen)
    matrices = chosen.model.matrices(chosen.source, target or None)
    _said(chosen, matrices, target)
    here = heads(matrices, selected=_first(matrices), key=f"heads {chosen.model.run.address}")
    site, head = here or _first(matrices)
    matrix = next(one for one in matrices if one.site.name == site)
    if other is None:
        how = st.segmented_control("Show", REDUCTIONS, default=REDUCTIONS[0], key="reduction", required=True)
        _large(matrix, head, how, key="large")
    else:
        _beside(chosen, matrices, other, target)
    matrix_downloads(chosen, matrices, target)


def _options(chosen: Chosen) -> tuple[str, AbstractStepwise | None]:
    left, right = st.columns(2)
    with left:
        target = st.text_input(
            "Target to force",
            key="target",
            bind="query-params",
            placeholder="empty: the model's own greedy output",
            help="the decoder is fed this target, token by token, whatever it would have said",
        )
    with right:
        same = [
            address
            for address in resources.model_addresses()
            if address != chosen.model.run.address and resources.task_of(address) == chosen.model.config.task.name
        ]
        address = st.selectbox(
            "Beside it",
            [NOBODY, *same],
            key="beside",
            bind="query-params",
            help="another model of the same task on the same sentence, with the same color scale",
        )
    return target, None if address == NOBODY else resources.model(address)


def _said(chosen: Chosen, matrices: list[AttentionMatrix], target: str) -> None:
    written = chosen.model.config.task.join_target(matrices[-1].queries[1:])
    st.markdown(f"**{'Forced target' if target else 'Greedy output'}**: `{written or '(nothing)'}`")
    if all(matrix.sums_to_one for matrix in matrices):
        return
    signs = (
        " Some are below zero: orange in the large map, and by their size in the small ones."
        if any(one.signed for one in matrices)
        else ""
    )
    st.caption(f"Rows of this model need not sum to one ({_ways(chosen)}): weights are drawn as what they are.{signs}")


def _ways(chosen: Chosen) -> str:
    """The settings that say how its weights come about."""
    model = chosen.model.config.model.to_dict()
    return ", ".join(f"{name}={model[name]}" for name in ("normalizer", "attention") if name in model)


def _large(
    matrix: AttentionMatrix, head: int, how: str, *, key: str, high: float | None = None, name: str = ""
) -> None:
    weights = {"head": matrix.weights[head], "mean over heads": matrix.mean(), "max over heads": matrix.max()}[how]
    what = f"head {head + 1}" if how == "head" else how
    heatmap(weights, matrix.queries, matrix.keys, key=key, title=f"{name}{matrix.site.label} · {what}", high=high)


def _beside(chosen: Chosen, matrices: list[AttentionMatrix], other: AbstractStepwise, target: str) -> None:
    """Cross-attention of the last layer of both, mean over heads, one scale."""
    theirs = other.matrices(chosen.source, target or None, only="*cross*")[-1]
    ours = [one for one in matrices if one.site.kind == "cross"][-1]
    high = float(max(ours.mean().max(), theirs.mean().max()))
    for column, matrix, model in zip(st.columns(2), (ours, theirs), (chosen.model, other)):
        with column:
            _large(
                matrix,
                0,
                "mean over heads",
                key=f"beside {model.run.address}",
                high=high,
                name=f"{model.run.address} · ",
            )


def _first(matrices: list[AttentionMatrix]) -> tuple[str, int]:
    """What is open at first: the cross-attention nearest to the output."""
    return [one.site.name for one in matrices if one.site.kind == "cross"][-1], 0


page()
