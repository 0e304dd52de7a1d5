"""Speech: frames are a set of vectors; how far must each of them look?"""

import math

import numpy as np
import pandas as pd
import streamlit as st

from core.attention.patterns import PATTERNS
from core.data.audio import MELS
from core.data.vector_sets import SetExample
from core.errors import AttentionLabError
from core.figures.sounds import heard, tracks
from core.models.set_settings import ReaderSettings
from core.runs.trained_set import TrainedSet
from dashboard import resources
from dashboard.components.heading import heading
from dashboard.components.heatmap import heatmap
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.panel import guarded, panel
from dashboard.components.set_bench import bench

_TASKS = ("phones", "spoken")
_KEY = "speech"
_MOST = 12  # recordings to choose from


def page() -> None:
    """Choose, train with one window and another, compare."""
    heading("Speech", "A hundred frames a second: truncated self-attention lets each look at its neighbors only.")
    guarded("The frames")(_draw)()


def _draw() -> None:
    trained = bench(_TASKS, key=_KEY)
    if trained is None:
        return
    panel("The recording")(_recording)(trained)
    guarded("The comparison")(_compare)(trained)


def _recording(trained: TrainedSet) -> None:
    left, middle, right = st.columns([3, 3, 3], vertical_alignment="bottom")
    with left:
        which = st.selectbox(
            "Held-out recording", range(min(_MOST, len(trained.examples.test))), key=f"{_KEY} which {trained.run.address}",
            format_func=lambda at: str(trained.examples.test[at].told.get("recording", f"utterance {at + 1}")),
        )  # fmt: skip
    example = trained.examples.test[which]
    found = trained.probabilities(example)
    matrices = trained.matrices(example) if trained.looks else []
    with middle:
        layer = st.segmented_control(
            "Layer", range(len(matrices)), default=0 if matrices else None, key=f"{_KEY} layer {trained.run.address}",
            format_func=lambda at: str(at + 1), disabled=not matrices,
        )  # fmt: skip
    with right:
        head = st.selectbox(
            "Head", range(matrices[0].heads) if matrices else [0], key=f"{_KEY} head {trained.run.address}",
            format_func=lambda at: str(at + 1), disabled=not matrices,
        )  # fmt: skip
    frames, maps = st.columns([3, 2])
    with frames:
        _frames(trained, example, found)
    with maps:
        if not matrices:
            st.caption("This network has no attention: fully connected layers over a window.")
            return
        matrix = matrices[layer or 0]
        heatmap(
            matrix.weights[head], matrix.queries, matrix.keys, key=f"{_KEY} map", exact=False,
            title=f"{matrix.site.label} · head {head + 1}",
        )  # fmt: skip


def _frames(trained: TrainedSet, example: SetExample, found: np.ndarray) -> None:
    names = trained.entrance.labels
    bands = example.content.numpy()
    side_by_side = bands.shape[1] > MELS
    shown = bands.reshape(-1, MELS) if side_by_side else bands
    every = bands.shape[1] // MELS if side_by_side else 1
    moments = [item for item in example.items for _ in range(every)]
    live_figure(
        heard(shown, moments, mode(), title="What is heard, relative to the recording"), key=f"{_KEY} heard", height=220,
        alt="bands over time",
    )  # fmt: skip
    if trained.entrance.output == "each":
        rows = [
            ("spoken", [names[at] for at in example.labels.tolist()]),
            ("found", [names[at] for at in found.argmax(1)]),
        ]
        live_figure(tracks(rows, example.items, mode()), key=f"{_KEY} tracks", height=150, alt="phones over time")
        right = float((found.argmax(1) == example.labels.numpy()).mean())
        st.caption(f"{right:.0%} of the frames of this utterance are right.")
        return
    best = found[0].argsort()[::-1][:3]
    true = names[int(example.labels)]
    verdict = "right" if names[best[0]] == true else f"it is {true}"
    st.markdown(
        f"**{names[best[0]]}** ({found[0][best[0]]:.0%}), {verdict}; then "
        + ", ".join(f"{names[at]} {found[0][at]:.0%}" for at in best[1:])
    )
    decided = trained.decided(example)
    live_figure(
        heard(decided[:, None], example.items, mode(), title="Which frames decided: nats lost when each is silent"),
        key=f"{_KEY} decided", height=150, alt="what each frame adds",
    )  # fmt: skip


def _compare(trained: TrainedSet) -> None:
    """All runs on this task: window, pairs scored, what is right."""
    st.markdown("##### Window, pairs scored and what is right: every run on this task, the same held-out recordings")
    items = len(trained.examples.test[0].items)
    rows = []
    for address in resources.set_addresses(trained.config.task.name):
        if not resources.has_weights(address):
            continue
        one = resources.set_model(address)
        try:
            right = resources.set_evaluation(address).token_accuracy
        except AttentionLabError as error:  # its recordings are gone; the others are here
            right = math.nan
            st.caption(f"{address}: {error}")
        rows.append({"run": address, **_reach(one, items), "right": right})
    st.dataframe(
        pd.DataFrame(rows), hide_index=True,
        column_config={
            "right": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
            "pairs scored": st.column_config.NumberColumn(help=f"in one layer and head, for {items} frames"),
        },
    )  # fmt: skip
    st.caption(
        "Set model.attention to banded and model.window to 0, 1, 2 …, or attention to pairs, and train each: where the evidence "
        "is near, a small window is enough. A stack of L layers looks L windows ahead. "
        "[arXiv:1910.12977](https://arxiv.org/abs/1910.12977)"
    )


def _reach(one: TrainedSet, items: int) -> dict[str, object]:
    model = one.config.model
    window = getattr(model, "window", None)
    if not isinstance(model, ReaderSettings):
        return {"looks": "no attention", "window": window, "pairs scored": 0}
    banded = model.attention == "banded" or model.pattern == "local"
    if not banded:
        return {"looks": "at all", "window": None, "pairs scored": items * items}
    return {
        "looks": "at a window",
        "window": window,
        "pairs scored": int(PATTERNS["local"].mask(items, model.window).sum()),
    }


page()
