"""Inputs: how words, sound, a picture and a graph each become a set of vectors, by the encoders that the models here use."""

import numpy as np
import streamlit as st

from core.data.audio import HOP, RATE, WINDOW, Sound, frame_count, frames, log_mel, read_wav
from core.figures.graphs import graph_attention
from core.figures.inputs import vectors, wave
from core.figures.patches import laid_over
from core.figures.sounds import heard
from core.language import mark, tr
from core.runs.graph_layout import drawn
from core.runs.word_vectors import word_vectors
from core.tasks.digit_pictures import DigitPictures
from core.tasks.karate import Karate
from core.tasks.picture_task import patches, whole
from dashboard import resources
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.locks import file_box
from dashboard.components.mode import mode
from dashboard.components.panel import panel
from dashboard.components.uploaded import content

KINDS = (mark("Words"), mark("Sound"), mark("Picture"), mark("Graph"))
_MEGABYTES = 20  # of a recording
_WORDS = "demo/chat-transformer"
_PITCHES = (300.0, 700.0)  # of the built-in sound, in hertz: a low one, then a high one


def page() -> None:
    """Choose what is read."""
    heading("Inputs", tr("Whatever a model reads is a set of vectors: how each kind becomes one."))
    kind = st.segmented_control(
        tr("Kind"),
        KINDS,
        format_func=tr,
        default=KINDS[0],
        key="input kind",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    draw = {"Words": _words, "Sound": _sound, "Picture": _picture, "Graph": _graph}
    panel(tr("{kind} as vectors", kind=kind))(draw[kind or KINDS[0]])()


def _words() -> None:
    left, right = st.columns([5, 3], vertical_alignment="bottom")
    addresses = resources.model_addresses()
    with right:
        start = addresses.index(_WORDS) if _WORDS in addresses else 0
        address = st.selectbox(tr("Whose embedding"), addresses, index=start, key="input run", bind="query-params")
    trained = resources.model(address)
    with left:
        text = st.text_input(
            tr("Text"), trained.example_text(), key=f"input text {address}", bind="query-params", max_chars=300
        )
    found = word_vectors(trained, text)
    st.markdown(
        tr(
            "**{count} tokens, so {count} vectors.** One-hot each has {shape} features, of "
            "which one is 1; any two different ones are √2 apart, however alike the words. The embedding has {shape2}: "
            "one-hot times its table is the row that is read (largest difference {difference:.1g}). "
            "Which words it takes for alike is learned: page Fill in, “Words as vectors”.",
            count=len(found.tokens),
            shape=found.one_hot.shape[1],
            shape2=found.embedded.shape[1],
            difference=found.difference,
        )
    )
    live_figure(
        vectors(found.one_hot, found.tokens, mode(), title=tr("One-hot")),
        key="input one-hot",
        height=220,
        alt=tr("one-hot"),
    )
    one, other = st.columns([3, 2])
    with one:
        figure = vectors(found.embedded, found.tokens, mode(), title=tr("Embedded"), height=300)
        live_figure(figure, key="input embedded", height=300, alt=tr("rows of the embedding"))
    with other:
        figure = vectors(found.alike, found.tokens, mode(), title=tr("Cosine of every two embedded tokens"), height=300)
        live_figure(figure, key="input alike", height=300, alt=tr("which embedded tokens are alike"))


def _sound() -> None:
    file = file_box(
        tr("Your own recording (WAV, at most 20 MB)"), type=["wav"], key="input wav", max_upload_size=_MEGABYTES
    )
    sound = _tones() if file is None else read_wav(content(file, _MEGABYTES), file.name)
    for note in sound.notes:
        st.caption(literal(note))
    st.audio(sound.samples, sample_rate=sound.rate)
    count = frame_count(len(sound.samples))
    at = (
        st.slider(
            tr("Frame"), 1, max(2, count), min(count, 30), key="input frame", bind="query-params", disabled=count < 2
        )
        - 1
    )
    begin = at * HOP - WINDOW // 2
    title = tr(
        "Frame {at}: {window} ms around {at2:.2f} s", at=at + 1, window=1000 * WINDOW // RATE, at2=at * HOP / RATE
    )
    live_figure(
        wave(sound.samples, sound.rate, (begin, begin + WINDOW), mode(), title=title), key="input wave", height=200,
        alt=title,
    )  # fmt: skip
    features = log_mel(sound)
    moments = [f"{frame * HOP / RATE:.2f} s" for frame in range(len(features))]
    live_figure(
        heard(features, moments, mode(), title=tr("80 bands of each frame (log-mel)"), chosen=at), key="input bands", height=240,
        alt=tr("bands over time"),
    )  # fmt: skip
    st.markdown(tr(
        "**{seconds:.2f} s are {count} vectors** of 80 features: one every 10 ms, 100 a second, each of what is heard in 25 "
        "ms around its moment, silence beyond the ends. Without that silence there would be "
        "{frame_count}; {size:,} samples go into them, since windows overlap.", seconds=sound.seconds, count=count,
        frame_count=frame_count(len(sound.samples), center=False), size=frames(sound.samples).size,
    ))  # fmt: skip


def _tones() -> Sound:
    seconds = np.arange(RATE) / RATE
    pitch = np.where(seconds < 0.5, *_PITCHES)
    samples = 0.3 * np.sin(2 * np.pi * pitch * seconds) * np.sin(np.pi * ((2 * seconds) % 1)) ** 0.5
    return Sound(samples.astype(np.float32))


def _picture() -> None:
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        which = st.slider(
            tr("Digit"), 1, 40, 4, key="input digit", bind="query-params",
            help=tr("of those that come with scikit-learn"),
        )  # fmt: skip
    with right:
        side = (
            st.segmented_control(
                tr("Patch"), (1, 2, 4, 8), default=2, key="input patch", bind="query-params", required=True
            )
            or 2
        )
    picture = DigitPictures().pictures.pixels[which - 1]
    cut = patches(picture, side)
    grid = (8 // side, 8 // side)
    names = [
        tr("row {row}, column {column}", row=row + 1, column=column + 1)
        for row in range(grid[0])
        for column in range(grid[1])
    ]
    at = st.select_slider(tr("Patch to frame"), names, key=f"input framed {side}") if len(names) > 1 else names[0]
    place = names.index(str(at))
    one, other = st.columns([2, 3])
    with one:
        framed = np.zeros(grid)
        figure = laid_over(
            whole(cut, grid).numpy(), framed, mode(), title=tr("The picture"), chosen=divmod(place, grid[1])
        )
        live_figure(figure, key="input picture", height=320, alt=tr("a handwritten digit"))
    with other:
        figure = vectors(cut.numpy(), names, mode(), title=tr("Its patches, row by row"), height=320)
        live_figure(figure, key="input patches", height=320, alt=tr("pixels of each patch"))
    st.markdown(tr(
        "**{count} patches, so {count} vectors** of {side} pixels each. One linear map, the same for all, makes them "
        "as wide as the model; it is a convolution that steps by its own width. Where a patch stood is told by its position.",
        count=len(names), side=side * side,
    ))  # fmt: skip


def _graph() -> None:
    graph = Karate().graph
    node = st.selectbox(
        tr("Node"),
        range(len(graph.names)),
        format_func=lambda at: graph.names[at],
        key="input node",
        bind="query-params",
    )
    part = drawn(graph.edges, len(graph.names), node)
    one, other = st.columns([3, 2])
    neighbors = graph.edges[1][graph.edges[0] == node].tolist()
    weights = np.zeros(len(graph.names))
    weights[neighbors] = 0.12
    with one:
        figure = graph_attention(
            part.places, part.edges, weights, node, graph.names, graph.labels, [tr("side of {label}", label=label) for label in graph.labels],
            [False] * len(graph.names), mode(),
        )  # fmt: skip
        live_figure(
            figure,
            key="input graph",
            height=460,
            alt=tr("{names} has {count} edges", names=graph.names[node], count=len(neighbors)),
        )
    with other:
        figure = vectors(graph.features.numpy(), graph.names, mode(), title=tr("Features of the nodes"), height=460)
        live_figure(figure, key="input features", height=460, alt=tr("features of the nodes"))
    st.markdown(
        tr(
            "**{count} nodes, so {count} vectors.** Here a node knows only its own number. The "
            "{shape} edges are no vectors: they say who may look at whom. {names} may look at "
            "{count2} others and at itself.",
            count=len(graph.names),
            shape=graph.edges.shape[1] // 2,
            names=graph.names[node],
            count2=len(neighbors),
        )
    )


page()
