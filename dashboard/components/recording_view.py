"""A recording as a trained network hears it: bands, labels of frames or of the whole, where frames look."""

import numpy as np
import streamlit as st

from core.data.audio import MELS
from core.data.vector_sets import SetExample
from core.figures.sounds import heard, tracks
from core.language import tr
from core.runs.trained_set import TrainedSet
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_MOST = 12  # recordings to choose from


def recording_view(trained: TrainedSet, *, key: str) -> None:
    """Choose a held-out recording, a layer and a head."""
    left, middle, right = st.columns([3, 3, 3], vertical_alignment="bottom")
    with left:
        which = st.selectbox(
            tr("Held-out recording"), range(min(_MOST, len(trained.examples.test))), key=f"{key} which {trained.run.address}", bind="query-params",
            format_func=lambda at: str(trained.examples.test[at].told.get("recording", tr("utterance {n}", n=at + 1))),
        )  # fmt: skip
    example = trained.examples.test[which]
    found = trained.probabilities(example)
    matrices = trained.matrices(example) if trained.looks else []
    with middle:
        layer = st.segmented_control(
            tr("Layer"), range(len(matrices)), default=0 if matrices else None, key=f"{key} layer {trained.run.address}", bind="query-params",
            format_func=lambda at: str(at + 1), disabled=not matrices,
        )  # fmt: skip
    with right:
        head = st.selectbox(
            tr("Head"), range(matrices[0].heads) if matrices else [0], key=f"{key} head {trained.run.address}", bind="query-params",
            format_func=lambda at: str(at + 1), disabled=not matrices,
        )  # fmt: skip
    frames, maps = st.columns([3, 2])
    with frames:
        _frames(trained, example, found, key)
    with maps:
        if not matrices:
            st.caption(tr("This network has no attention: fully connected layers over a window."))
            return
        matrix = matrices[layer or 0]
        heatmap(
            matrix.weights[head], matrix.queries, matrix.keys, key=f"{key} map", exact=False,
            title=tr("{label} · head {head}", label=matrix.site.said, head=head + 1),
        )  # fmt: skip


def _frames(trained: TrainedSet, example: SetExample, found: np.ndarray, key: str) -> None:
    names = trained.entrance.labels
    bands = example.content.numpy()
    side_by_side = bands.shape[1] > MELS
    shown = bands.reshape(-1, MELS) if side_by_side else bands
    every = bands.shape[1] // MELS if side_by_side else 1
    moments = [item for item in example.items for _ in range(every)]
    live_figure(
        heard(shown, moments, mode(), title=tr("What is heard, relative to the recording")), key=f"{key} heard", height=220,
        alt=tr("bands over time"),
    )  # fmt: skip
    if trained.entrance.output == "each":
        rows = [
            (tr("spoken"), [names[at] for at in example.labels.tolist()]),
            (tr("found"), [names[at] for at in found.argmax(1)]),
        ]
        live_figure(tracks(rows, example.items, mode()), key=f"{key} tracks", height=150, alt=tr("phones over time"))
        right = float((found.argmax(1) == example.labels.numpy()).mean())
        st.caption(tr("{right:.0%} of the frames of this utterance are right.", right=right))
        return
    best = found[0].argsort()[::-1][:3]
    true = names[int(example.labels)]
    verdict = tr("right") if names[best[0]] == true else tr("it is {true}", true=true)
    st.markdown(
        tr(
            "**{names}** ({found:.0%}), {verdict}; then {rest}",
            names=literal(names[best[0]]),
            found=found[0][best[0]],
            verdict=verdict,
            rest=", ".join(f"{literal(names[at])} {found[0][at]:.0%}" for at in best[1:]),
        )
    )
    decided = trained.decided(example)
    live_figure(
        heard(decided[:, None], example.items, mode(), title=tr("Which frames decided: nats lost when each is silent")),
        key=f"{key} decided", height=150, alt=tr("what each frame adds"),
    )  # fmt: skip
