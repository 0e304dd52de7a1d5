"""Every drawn component with invented data, one at a time: `streamlit run tests/browser/gallery.py`, then ?show=NAME.

The browser tests and the benchmarks drive this app; without `show` it lists what there is.
"""

import math
import sys
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.figures.plot_text import told
from core.recording.alignment import Mark
from core.recording.matrix import AttentionMatrix, Site
from core.runs.first_map import first_map
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.living_map import living_map
from dashboard.components.stepper import stepper
from dashboard.components.tree import tree
from tests.browser.gallery_data import Pretender, invented, large, soft
from tests.browser.gallery_hostile import show_hostile
from tests.browser.gallery_trees import Growing, beam_tree, crowded_tree, dense_tree, gold_tree, greedy_tree
from tests.browser.gallery_words import END, ENGLISH, FOUR, GERMAN, MIXED, SCRIPTS, token_id


def show_heads() -> None:
    chosen = heads(invented(ENGLISH, [*GERMAN, END], 2, 4), selected=("decoder.blocks.0.cross", 1), key="heads")
    st.write("chosen:", str(chosen))


def show_heads_mixed() -> None:
    heads(invented(MIXED, MIXED[::-1], 1, 2), selected=None, key="heads", shared_scale=False)


def show_heads_one() -> None:
    heads(invented(["ja"], ["yes"], 1, 1), selected=None, key="heads")


def show_heads_large() -> None:
    matrices = large()[::-1] if st.checkbox("other layers first") else large()
    renamed = [
        AttentionMatrix(Site("encoder", i, "self", f"encoder.{i}"), m.weights, m.queries, m.keys)
        for i, m in enumerate(matrices)
    ]
    st.write("chosen:", str(heads(renamed, selected=None, key="heads")))


def show_heatmap() -> None:
    weights = soft(np.random.default_rng(3), len(GERMAN) + 1, len(ENGLISH), 2.0)
    heatmap(weights, [*GERMAN, END], ENGLISH, key="map", title="Cross-attention · layer 1 · head 2")


def show_heatmap_mixed() -> None:
    left, right = st.columns(2)
    one, two = soft(np.random.default_rng(1), 12, 12, 1.0), soft(np.random.default_rng(2), 4, 12, 4.0)
    high = float(max(one.max(), two.max()))
    with left:
        heatmap(one, MIXED, MIXED, key="left", title="Transformer", high=high)
    with right:
        heatmap(two, ["一", "два", "ثلاثة", "four"], MIXED, key="right", title="GRU", high=high)


def show_heatmap_one() -> None:
    heatmap(np.ones((1, 1), np.float32), ["yes"], ["ja"], key="map", title="One token")
    heatmap(np.zeros((0, 3), np.float32), [], ["a", "b", "c"], key="none", title="No queries")


def show_heatmap_middle() -> None:
    tokens = (ENGLISH * 6)[:56]
    heatmap(
        soft(np.random.default_rng(5), 56, 56, 3.0),
        tokens,
        tokens,
        key="map",
        title="Encoder self-attention · layer 2 · head 4",
    )


def show_heatmap_large() -> None:
    weights = soft(np.random.default_rng(4), 2000, 400, 30.0)
    heatmap(
        weights,
        [f"frame {i}" for i in range(2000)],
        [(GERMAN * 50)[i] for i in range(400)],
        key="map",
        title="2000 × 400",
    )


def show_heatmap_path() -> None:
    weights = 0.02 + 0.9 * np.eye(12, 10, dtype=np.float32)
    path = [(at, min(at, 9)) for at in range(12)]
    marks = [Mark(0, 10, 11, "1", "stuck on the last token"), Mark(1, 3, 4, "2", "never read")]
    tokens = [f"token {at}" for at in range(12)]
    heatmap(weights, tokens, tokens[:10], key="map", title="Path and marks", path=path, marks=marks)


def show_tree_columns(columns: dict[str, list]) -> None:
    chosen = tree(columns, key="tree", caption="GRU with attention · beam 3 · the little dog ran")
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.write("chosen:", str(chosen), "of", len(columns["id"]), "runs:", st.session_state["runs"])


def show_tree() -> None:
    show_tree_columns(beam_tree(3, 6, 1, SCRIPTS, 6))


@st.fragment
def show_tree_sizes() -> None:
    """One component fed trees of other sizes: the benchmark measures what an update costs."""
    size = st.radio("nodes", [20, 200, 2000, "dense"], horizontal=True)
    columns = dense_tree() if size == "dense" else greedy_tree(size)
    tree(columns, key="tree")


@st.fragment
def show_stepper() -> None:
    model = st.session_state.setdefault("pretender", Pretender())
    force = (st.session_state.get("stepper") or {}).get("force")
    if force and (model.answer or {}).get("nonce") != force["nonce"]:
        model.force(force)
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    state = stepper(model.data(), key="stepper")
    st.write("view:", str(state and state["view"]), "runs:", st.session_state["runs"])


def show_stepper_long() -> None:
    """Long rows: mixed scripts, long tokens, more than fit."""
    rng = np.random.default_rng(0)
    source, target = MIXED * 5, [*MIXED[::-1] * 3, END]
    growing, rows, candidates, path = Growing(), {}, {}, [0]
    for step, token in enumerate(target):
        others = [word for word in dict.fromkeys(MIXED) if word != token][:9]
        ranked = [[token_id(word), word, p, math.log(p)] for word, p in zip([token, *others], [0.4, *[0.05] * 9])]
        candidates[path[-1]] = ranked
        path.append(
            growing.add(path[-1], token, math.log(0.4), "finished" if token == END else "expanded", forced=step == 4)
        )
        rows[path[-1]] = soft(rng, len(target), len(source), 20.0)[step].tolist()
    state = stepper(
        {
            "source": source,
            "nodes": growing.columns,
            "candidates": candidates,
            "rows": rows,
            "path": path,
            "position": 7,
        },
        key="stepper",
    )
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.write("view:", str(state and state["view"] and state["view"]["position"]), "runs:", st.session_state["runs"])


# ---------------------------------------------------------------- scripts
def show_scripts() -> None:
    """Words of four scripts in everything that draws a token."""
    weights = soft(np.random.default_rng(2), 4, 4, 3.0)
    heads(invented(FOUR, FOUR, 1, 2), selected=("decoder.blocks.0.cross", 0), key="heads")
    heatmap(weights, FOUR, FOUR, key="map", title="Four scripts")
    bars = go.Figure(go.Bar(y=weights[0], text=[told(word) for word in FOUR]))
    bars.update_xaxes(tickvals=list(range(4)), ticktext=[f"{told(word)}: 0.5" for word in FOUR])
    live_figure(bars, key="plot", height=260, alt="Four words")
    growing = Growing()
    path = [0]
    for word in FOUR:
        path.append(growing.add(path[-1], word, -0.5, "expanded"))
    rows = {node: weights[at].tolist() for at, node in enumerate(path[1:])}
    options = {path[-1]: [[token_id(word), word, 0.25, math.log(0.25)] for word in FOUR]}
    data = {"source": FOUR, "nodes": growing.columns, "candidates": options, "rows": rows, "path": path, "position": 4}
    stepper(data, key="stepper")
    st.markdown(f"It wrote {literal(FOUR[2])}: 0.5, then {literal(FOUR[3])}.")


# ---------------------------------------------------------------- live
@st.fragment(run_every=1.0)
def show_live() -> None:
    tick = st.session_state["tick"] = st.session_state.get("tick", 0) + 1
    x = np.arange(40 + tick)
    figure = go.Figure(go.Scatter(x=x, y=2 * np.exp(-x / 30) + 0.05 * np.sin(x), name="loss"))
    figure.add_scatter(x=x, y=2.1 * np.exp(-x / 34), name="validation", line_dash="dot")
    figure.update_layout(title="Loss", xaxis_title="step", yaxis_title="nats per token")
    live_figure(figure, key="live", height=300, alt="Loss falls from 2 to below 0.5.")
    live_figure(go.Figure(go.Heatmap(z=soft(np.random.default_rng(tick), 8, 8, 2.0))), key="live2", height=260)
    st.write("tick", tick)


SHOWS = {
    "heads": show_heads,
    "heads_mixed": show_heads_mixed,
    "heads_one": show_heads_one,
    "heads_large": show_heads_large,
    "heatmap": show_heatmap,
    "heatmap_mixed": show_heatmap_mixed,
    "heatmap_one": show_heatmap_one,
    "heatmap_middle": show_heatmap_middle,
    "heatmap_large": show_heatmap_large,
    "heatmap_path": show_heatmap_path,
    "living_map": lambda: living_map(first_map(), key="map"),
    "tree": show_tree,
    "tree20": lambda: show_tree_columns(greedy_tree(20)),
    "tree2000": lambda: show_tree_columns(greedy_tree(2000)),
    "tree_beam": lambda: show_tree_columns(beam_tree(5, 14, 3, [*GERMAN, END])),
    "tree_gold": lambda: show_tree_columns(gold_tree()),
    "tree200": lambda: show_tree_columns(beam_tree(5, 10, 20, SCRIPTS, 6)),
    "tree10000": lambda: show_tree_columns(crowded_tree(10_000)),
    "tree30000": lambda: show_tree_columns(crowded_tree(30_000)),
    "tree_dense": lambda: show_tree_columns(dense_tree()),
    "tree_sizes": show_tree_sizes,
    "stepper": show_stepper,
    "stepper_long": show_stepper_long,
    "scripts": show_scripts,
    "live": show_live,
    "hostile": show_hostile,
}


def main() -> None:
    st.set_page_config(layout="wide", page_title="Gallery", page_icon="🔬")
    if st.query_params.get("projector"):
        st.html("<style>html{font-size:21px}</style>")
    with st.sidebar:
        for name in SHOWS:
            st.markdown(f"[{name}](?show={name})")
    name = st.query_params.get("show", "heads")
    st.subheader(name)
    SHOWS.get(name, show_heads)()
    st.button("rerun")


if __name__ == "__main__":
    main()
