"""Self-attention against its rivals: the convolution that it can be, recurrent networks, its own cheap form, small data."""

import numpy as np
import streamlit as st

from core.claims import data_size
from core.figures import rivals
from core.language import mark, tr, tr_count
from core.runs.convolution_twin import IMAGES, KERNELS, PADDINGS, SIZES, twin
from dashboard.components import rival_measures, rival_twin
from dashboard.components.heading import heading
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.panel import guarded, panel
from dashboard.components.rival_experiment import experiment

SECTIONS = (mark("Convolution"), mark("Recurrent network"), mark("Linear attention"), mark("Small data"))
_ALPHAS = (0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 46)
_TWIN = "twin"


def page() -> None:
    """Choose a rival, look, press."""
    heading(
        "Rivals",
        tr("What self-attention can be, how far it reaches, what it costs, and what it has to learn from data."),
    )
    section = st.segmented_control(
        tr("Rival"), SECTIONS, format_func=tr, default=SECTIONS[0], key="rival", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    draw = {
        "Convolution": panel(tr("The convolution"))(_convolution),
        "Recurrent network": guarded(tr("The recurrent networks"))(_recurrent),
        "Linear attention": guarded(tr("Linear attention"))(_linear),
        "Small data": guarded(tr("The data sizes"))(_sizes),
    }
    draw[section or SECTIONS[0]]()


def _convolution() -> None:
    places = st.columns([1.3, 1.2, 1, 1.2, 2], vertical_alignment="bottom")
    with places[0]:
        base = st.selectbox(tr("Image"), list(IMAGES), format_func=tr, key="twin image", bind="query-params")
    with places[1]:
        name = st.selectbox(tr("Kernel"), list(KERNELS), format_func=tr, key="twin kernel", bind="query-params")
    with places[2]:
        size = st.select_slider(
            tr("Kernel size"), SIZES, value=3, key="twin size", bind="query-params",
            help=tr("size × size taps, as many heads"),
        )  # fmt: skip
    with places[3]:
        padding = st.segmented_control(
            tr("Padding"), PADDINGS, format_func=tr, default="same", key="twin padding", bind="query-params", required=True,
            help=tr("same: zeros around the image, which are keys too; valid: none, and a smaller output"),
        )  # fmt: skip
    with places[4]:
        alpha = st.select_slider(
            tr("α, how sharply heads look"), _ALPHAS, value=5, key="twin alpha", bind="query-params",
            help=tr("weight of a key at distance d from a head's centre: e^(−αd²), before all are divided by their sum"),
        )  # fmt: skip
    own = rival_twin.painted(_TWIN, base)
    image = rival_twin.linked(IMAGES[base]) if own is None else own
    rival_twin.say(image, IMAGES[base], rival_twin.chosen(_TWIN))
    found = twin(image, KERNELS[name](size), float(alpha), padding or "same", rival_twin.chosen(_TWIN))
    largest = float(np.abs(found.output).max())
    st.markdown(tr(
        "**{heads}, one for each tap, and the largest difference is "
        "{worst:.1e}** (at the border {worst_at_border:.1e}; the largest output is {largest:.2g}).",
        heads=tr_count(size * size, "1 head", "{n} heads"), worst=found.worst, worst_at_border=found.worst_at_border,
        largest=largest))  # fmt: skip
    rival_twin.rival_twin(found, image, base=base, key=_TWIN)
    st.caption(tr(
        "No head looks at what a pixel contains: its score is −α‖δ − Δ‖², where δ says how far a key lies away and Δ how "
        "far the head looks. The larger α, the more of the weight is on one pixel. So a convolution is a self-attention "
        "with K² heads; one that learns may choose other places, and look at contents. Computed in double precision. "
        "[arXiv:1911.03584](https://arxiv.org/abs/1911.03584)"
    ))  # fmt: skip


def _recurrent() -> None:
    st.markdown(
        tr(
            "A recurrent network reads one token after the other, so what the first said goes through every step; "
            "self-attention looks at all at once."
        )
    )
    experiment(
        "reach", (1, 2, 3), rival_measures.reached, title=tr("The recurrent networks"),
        before=tr("Press Measure: fresh GRU, LSTM and self-attention read texts of 4 to 128 tokens; gradients and times are "
        "taken on this machine, in a few seconds."),
    )  # fmt: skip


def _linear() -> None:
    st.markdown(
        tr(
            "Softmax attention weighs every pair of tokens. With weights φ(q)·φ(k) the keys and values can be summed first: "
            "one sum for all queries, or a state that is carried from token to token."
        )
    )
    experiment(
        "length_cost", (1,), rival_measures.cost, title=tr("Linear attention"),
        before=tr("Press Measure: both are called on texts of 64 to 2,048 tokens; time and memory are taken on this machine, "
        "in a few seconds."),
    )  # fmt: skip


def _sizes() -> None:
    st.markdown(
        tr(
            "**A prior helps when it is true and hurts when it is false.** A convolution is built to see what is near, the "
            "same everywhere; a vision Transformer must learn even that."
        )
    )
    for column, (task, rule) in zip(st.columns(len(data_size.TASKS)), data_size.TASKS.items()):
        with column:
            st.markdown(f"{tr(data_size.TITLES[task])}: {tr(rule.summary)}")
            shown = data_size.examples(task, 5)
            titles = [rule.names[label] for _, label in shown]
            pictures = rivals.images([image for image, _ in shown], titles, mode(), high=1.6)
            live_figure(pictures, key=f"rival {task}", height=150, alt=tr("five images of the task {task}", task=task))
    seeds = st.segmented_control(
        tr("Seeds"), (1, 2, 3), default=1, key="rival seeds", bind="query-params", required=True,
        help=tr("each trains all networks anew on other images: 18 trainings"),
    )  # fmt: skip
    experiment(
        "data_size", tuple(range(1, (seeds or 1) + 1)), rival_measures.sizes, title=tr("The data sizes"),
        before=tr("Press Measure: a small vision Transformer and two small convolutional networks are trained on more and "
        "more images of both tasks. That takes about a minute for each seed; Stop keeps what was found."),
    )  # fmt: skip


page()
