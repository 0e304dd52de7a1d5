"""Every drawn component with invented but realistic data, one at a time: `streamlit run tests/browser/gallery.py`, then ?show=NAME.

The browser tests drive this app; without `show` it lists what there is.
"""

import hashlib
import math
import sys
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.recording.matrix import AttentionMatrix, Site
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.live_figure import live_figure
from dashboard.components.stepper import stepper
from dashboard.components.tree import tree

ENGLISH = ["the", "little", "dog", "ran", "across", "the", "old", "wooden", "bridge", "."]
GERMAN = ["der", "kleine", "hund", "rannte", "über", "die", "alte", "holzbrücke", "."]
MIXED = ["春天", "来", "了", "，", "кошка", "спит", "السلام", "عليكم", "the", "the", "Donaudampfschifffahrtsgesellschaft", " "]
END = "</s>"


# ---------------------------------------------------------------- invented attention
def soft(rng: np.random.Generator, rows: int, columns: int, sharp: float, causal: bool = False) -> np.ndarray:
    """Rows that sum to one, along the diagonal, sharp or diffuse."""
    r, c = np.arange(rows)[:, None], np.arange(columns)[None]
    scores = -sharp * np.abs(r * columns / rows - c) * 10 / max(columns, 10) + rng.normal(0, 1.2, (rows, columns))
    if causal:
        scores = np.where(c <= r, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def invented(source: list[str], target: list[str], layers: int, count: int, kinds: str = "ecd") -> list[AttentionMatrix]:
    rng = np.random.default_rng(7)
    plans = {"e": ("encoder", "self", source, source), "c": ("decoder", "cross", target, source), "d": ("decoder", "self", target, target)}
    out = []
    for kind in kinds:
        stack, what, queries, keys = plans[kind]
        for layer in range(layers):
            weights = np.stack([soft(rng, len(queries), len(keys), float(rng.choice([0.2, 0.6, 1.5, 4])), kind == "d") for _ in range(count)])
            site = Site(stack, layer, what, f"{stack}.blocks.{layer}.{what}")
            out.append(AttentionMatrix(site, weights, tuple(queries), tuple(keys)))
    return out


def show_heads() -> None:
    chosen = heads(invented(ENGLISH, [*GERMAN, END], 2, 4), selected=("decoder.blocks.0.cross", 1), key="heads")
    st.write("chosen:", str(chosen))


def show_heads_mixed() -> None:
    heads(invented(MIXED, MIXED[::-1], 1, 2), selected=None, key="heads", shared_scale=False)


def show_heads_one() -> None:
    heads(invented(["ja"], ["yes"], 1, 1), selected=None, key="heads")


@st.cache_resource
def large() -> list[AttentionMatrix]:
    return invented([f"w{i}" for i in range(512)], [f"w{i}" for i in range(512)], 6, 8, "e")


def show_heads_large() -> None:
    matrices = large()[::-1] if st.checkbox("other layers first") else large()
    renamed = [AttentionMatrix(Site("encoder", i, "self", f"encoder.{i}"), m.weights, m.queries, m.keys) for i, m in enumerate(matrices)]
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
    heatmap(soft(np.random.default_rng(5), 56, 56, 3.0), tokens, tokens, key="map", title="Encoder self-attention · layer 2 · head 4")


def show_heatmap_large() -> None:
    weights = soft(np.random.default_rng(4), 2000, 400, 30.0)
    heatmap(weights, [f"frame {i}" for i in range(2000)], [(GERMAN * 50)[i] for i in range(400)], key="map", title="2000 × 400")


# ---------------------------------------------------------------- invented trees
class Growing:
    """Tree columns, filled a node at a time."""

    def __init__(self) -> None:
        names = ["id", "parent", "step", "token", "token_id", "logp_token", "logp", "rank_score", "rank", "status", "reason", "forced", "slot"]
        self.columns: dict[str, list] = {name: [] for name in names}
        self.add(-1, "<s>", 0.0, "root")

    def add(self, parent: int, token: str, logp: float, status: str, reason: str = "", forced: bool = False, rank: int = 0) -> int:
        c = self.columns
        node = len(c["id"])
        total = logp + (c["logp"][parent] if parent >= 0 else 0.0)
        step = c["step"][parent] + 1 if parent >= 0 else 0
        row = (node, parent, step, token, token_id(token), logp, total, total / max(1, step), rank, status, reason, forced, -1)
        for name, value in zip(c, row):
            c[name].append(value)
        return node


def token_id(token: str) -> int:
    return WORDS.index(token) if token in WORDS else 900 + sum(map(ord, token)) % 97


def beam_tree(width: int, steps: int, pruned: int, vocabulary: list[str], seed: int = 0) -> dict[str, list]:
    """A beam search over invented probabilities: `width` kept a step, `pruned` losers stored per kept node."""
    rng = np.random.default_rng(seed)
    growing = Growing()
    live = [0]
    for step in range(steps):
        pool = []
        for node in live:
            logps = np.log(rng.dirichlet(np.full(len(vocabulary), 0.25)))
            for token in np.argsort(-logps)[: width + pruned]:
                pool.append((growing.columns["logp"][node] + logps[token], node, vocabulary[token], float(logps[token])))
        pool.sort(reverse=True)
        live = []
        for rank, (_, node, token, logp) in enumerate(pool):
            growing.columns["status"][node] = "expanded" if node else "root"
            if len(live) < width and (token == END or step == steps - 1) and step > 2:
                growing.add(node, END, logp, "finished", "Ended with the end token among the best of its step.", rank=rank)
            elif len(live) < width:
                live.append(growing.add(node, token, logp, "live", "", rank=rank))
            elif rank < len(pool) // 2 + pruned:
                reason = f"Rank {rank + 1} of {len(pool)}; the beam keeps {width}."
                growing.add(node, token, logp, "pruned_beam", reason, rank=rank)
        if not live:
            break
    return growing.columns


@st.cache_data
def greedy_tree(count: int) -> dict[str, list]:
    """One kept path with pruned siblings, about `count` nodes."""
    rng = np.random.default_rng(1)
    growing = Growing()
    at = 0
    siblings = 3 if count <= 200 else 60
    while len(growing.columns["id"]) + siblings < count:
        p = rng.dirichlet([6.0] + [0.4] * siblings)
        for i in range(siblings):
            growing.add(at, str(rng.choice(GERMAN)), math.log(p[i + 1] + 1e-9), "pruned_beam", f"Rank {i + 2}; greedy keeps one.", rank=i + 1)
        at = growing.add(at, GERMAN[growing.columns["step"][at] % len(GERMAN)], math.log(p[0]), "expanded")
    growing.add(at, END, math.log(0.97), "finished", "The end token was the most probable one.")
    return growing.columns


def show_tree_columns(columns: dict[str, list]) -> None:
    st.write("chosen:", str(tree(columns, key="tree")), "of", len(columns["id"]))


def show_tree() -> None:
    show_tree_columns(beam_tree(3, 6, 1, [*GERMAN, "Donaudampfschifffahrtsgesellschaft", "春天", "السلام", "кошка", END], 6))


@st.fragment
def show_tree_sizes() -> None:
    """One component fed trees of other sizes: what an update costs."""
    size = st.radio("nodes", [20, 200, 2000, "dense"], horizontal=True)
    columns = dense_tree() if size == "dense" else greedy_tree(size)
    tree(columns, key="tree")


def show_tree_dense() -> None:
    show_tree_columns(dense_tree())


@st.cache_data
def dense_tree() -> dict[str, list]:
    # nothing to collapse: only drawing what is in sight keeps this fast
    rng = np.random.default_rng(2)
    growing = Growing()
    for node in range(1, 2000):
        parent = int(rng.integers(max(0, node - 80), node))
        growing.add(parent, str(rng.choice(GERMAN)), math.log(rng.uniform(0.05, 0.9)), "expanded")
    return growing.columns


# ---------------------------------------------------------------- a decoder that pretends
WORDS = [END, *dict.fromkeys(GERMAN), "ein", "das", "dieser", "holz", "brücke", "lief", "große", "katze", "春天", "кошка", "السلام"]


class Pretender:
    """Stands for a model: probabilities by hash of the prefix, the German sentence most probable."""

    def __init__(self) -> None:
        self.growing = Growing()
        self.rows: dict[int, list[float]] = {}
        self.candidates: dict[int, list] = {}
        self.answer: dict | None = None
        self.path = self.complete([0])
        self.position = 0

    def distribution(self, prefix: list[str]) -> list[tuple[str, float]]:
        seed = int(hashlib.sha1(" ".join(prefix).encode()).hexdigest()[:8], 16)
        p = np.random.default_rng(seed).dirichlet(np.full(len(WORDS), 0.3)) * 0.4 + 1e-5
        wanted = [*GERMAN, END][len(prefix)] if len(prefix) < len(GERMAN) + 1 else END
        p[WORDS.index(wanted)] += 0.6
        p /= p.sum()
        return sorted(zip(WORDS, p.tolist()), key=lambda pair: -pair[1])

    def prefix(self, node: int) -> list[str]:
        c, out = self.growing.columns, []
        while c["parent"][node] >= 0:
            out.append(c["token"][node])
            node = c["parent"][node]
        return out[::-1]

    def look(self, step: int, node: int) -> None:
        self.rows[node] = soft(np.random.default_rng(step), len(GERMAN) + 1, len(ENGLISH), 3.0)[min(step, len(GERMAN))].tolist()

    def complete(self, path: list[int]) -> list[int]:
        """Greedily to the end, storing two losers a step."""
        c = self.growing.columns
        while c["token"][path[-1]] != END and len(path) < 16:
            node = path[-1]
            ranked = self.distribution(self.prefix(node))
            self.candidates[node] = [[WORDS.index(t), t, p, math.log(p)] for t, p in ranked[:10]]
            (best, p), losers = ranked[0], ranked[1:3]
            c["status"][node] = "expanded" if node else "root"
            path.append(self.growing.add(node, best, math.log(p), "finished" if best == END else "live"))
            self.look(len(path) - 2, path[-1])
            for rank, (token, q) in enumerate(losers):
                self.growing.add(node, token, math.log(q), "pruned_beam", "Greedy keeps the most probable token.", rank=rank + 1)
        return path

    def force(self, request: dict) -> None:
        c = self.growing.columns
        self.answer = {"nonce": request["nonce"], "message": None}
        token = WORDS[request["token"]] if request["token"] is not None else request["text"].strip()
        if token not in WORDS:
            self.answer["message"] = f"“{token}” is not in the vocabulary of {len(WORDS)} tokens; try “katze”."
            return
        path = [0]
        for wanted in request["prefix"]:
            path.append(next(i for i in c["id"] if c["parent"][i] == path[-1] and c["token_id"][i] == wanted and not c["status"][i].startswith("pruned")))
        same = [i for i in c["id"] if c["parent"][i] == path[-1] and c["token"][i] == token]
        p = dict(self.distribution(self.prefix(path[-1])))[token]
        node = same[0] if same else self.growing.add(path[-1], token, math.log(p), "live")
        if c["status"][node].startswith("pruned"):
            c["status"][node], c["reason"][node] = "live", ""
        c["forced"][node] = True
        self.look(len(path) - 1, node)
        if token == END:
            c["status"][node] = "finished"
        self.path = self.complete([*path, node])

    def data(self) -> dict:
        return {"source": ENGLISH, "nodes": self.growing.columns, "candidates": self.candidates, "rows": self.rows,
                "path": self.path, "position": self.position, "answer": self.answer}


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
        path.append(growing.add(path[-1], token, math.log(0.4), "finished" if token == END else "expanded", forced=step == 4))
        rows[path[-1]] = soft(rng, len(target), len(source), 20.0)[step].tolist()
    state = stepper({"source": source, "nodes": growing.columns, "candidates": candidates, "rows": rows, "path": path, "position": 7}, key="stepper")
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.write("view:", str(state and state["view"] and state["view"]["position"]), "runs:", st.session_state["runs"])


def show_hostile() -> None:
    """Tokens that would do harm if they were ever taken for HTML."""
    evil = ["<img src=x onerror='window.harmed=1'>", "</script><script>window.harmed=1</script>", "{{7*7}}", "\u202egnorw", "\x00", "a" * 5000]
    heads(invented(evil, evil, 1, 1), selected=None, key="heads")
    heatmap(soft(np.random.default_rng(0), 6, 6, 1.0), evil, evil, key="map", title=evil[0])
    growing = Growing()
    for token in evil:
        growing.add(0, token, -1.0, "finished", evil[0])
    tree(growing.columns, key="tree")
    rows = {i: [0.3] * 6 for i in range(1, 7)}
    stepper({"source": evil, "nodes": growing.columns, "candidates": {0: [[1, evil[0], 0.5, -0.7]]}, "rows": rows, "path": [0, 1],
             "position": 1, "notes": evil[1]}, key="stepper")


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
    "heads": show_heads, "heads_mixed": show_heads_mixed, "heads_one": show_heads_one, "heads_large": show_heads_large,
    "heatmap": show_heatmap, "heatmap_mixed": show_heatmap_mixed, "heatmap_one": show_heatmap_one,
    "heatmap_middle": show_heatmap_middle, "heatmap_large": show_heatmap_large,
    "tree": show_tree, "tree20": lambda: show_tree_columns(greedy_tree(20)), "tree200": lambda: show_tree_columns(greedy_tree(200)),
    "tree2000": lambda: show_tree_columns(greedy_tree(2000)), "tree_beam": lambda: show_tree_columns(beam_tree(5, 14, 3, [*GERMAN, END])),
    "tree_dense": show_tree_dense, "tree_sizes": show_tree_sizes, "stepper": show_stepper, "stepper_long": show_stepper_long, "live": show_live, "hostile": show_hostile,
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
