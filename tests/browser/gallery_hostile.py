"""Every drawn component with words that would do harm if they were ever taken for HTML."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from core.data.tree_tokens import Placed
from core.figures.plot_text import told
from core.recording.chain import Chain, Quantity, Recipe
from core.runs.convolution_twin import IMAGES, KERNELS, twin
from core.runs.first_map import first_map
from dashboard.components.candidates import candidates
from dashboard.components.chain import chain
from dashboard.components.deciding import Labelled, deciding
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.live_figure import live_figure
from dashboard.components.living_map import living_map
from dashboard.components.outputs import Shown, outputs
from dashboard.components.parse_tree import parse_tree
from dashboard.components.rival_twin import rival_twin
from dashboard.components.row_editor import begun, row_editor
from dashboard.components.stepper import stepper
from dashboard.components.tree import tree
from tests.browser.gallery_data import invented, soft
from tests.browser.gallery_trees import Growing

EVIL = [
    "<img src=x onerror='window.harmed=1'>",
    "</script><script>window.harmed=1</script>",
    "{{7*7}}",
    "\u202egnorw",
    "\x00",
    "a" * 5000,
    '"><svg onload=window.harmed=1>',
    "<a href='javascript:window.harmed=1'>x</a>",
]
COUNT = len(EVIL)
SQUARE = soft(np.random.default_rng(0), COUNT, COUNT, 1.0)


def show_hostile() -> None:
    _searched()
    _attended()
    _read()
    _edited()


def _searched() -> None:
    heads(invented(EVIL, EVIL, 1, 1), selected=None, key="heads")
    heatmap(SQUARE, EVIL, EVIL, key="map", title=EVIL[0])
    growing = Growing()
    for token in EVIL:
        growing.add(0, token, -1.0, "finished", EVIL[0])
    tree(growing.columns, key="tree")
    ranked = [[at, token, 0.1, -2.3] for at, token in enumerate(EVIL)]
    data = {
        "source": EVIL, "nodes": growing.columns, "candidates": {0: ranked}, "rows": dict(enumerate(SQUARE.tolist(), 1)),
        "path": [0, 1], "position": 1, "notes": EVIL[1],
    }  # fmt: skip
    stepper(data, key="stepper")
    candidates(ranked, prefix=[1], rest=0.2, ended=False, key="candidates")
    outputs([Shown(title=EVIL[0], tokens=EVIL, changed=[True] * COUNT, lines=EVIL)], key="outputs")


def _attended() -> None:
    values = np.random.default_rng(1).normal(0, 1, (1, COUNT, 3)).astype(np.float32)
    made = Recipe("mixed", ("weights", "value"))
    quantities = (
        Quantity("value", values),
        Quantity("weights", SQUARE[None]),
        Quantity("context", SQUARE[None] @ values, made),
    )
    told_apart = Chain(quantities, tuple(EVIL), tuple(EVIL), "softmax", np.full((1, COUNT), COUNT))
    chain(told_apart, key="chain", sentence=True)
    written = replace(first_map(), source=EVIL[0], tokens=tuple(EVIL), written=tuple(EVIL), weights=SQUARE)
    living_map(written, key="living map")
    rival_twin(
        twin(IMAGES["letter"], KERNELS["blur"](3), 4.0, "same", (5, 5)), IMAGES["letter"], base=EVIL[0], key="twin"
    )


def _read() -> None:
    asked = [Labelled(word=word, label=word, share=0.5, asked=True) for word in EVIL]
    deciding(EVIL, asked, SQUARE - 0.1, SQUARE, key="deciding")
    over = [Placed(word, at, COUNT, at, COUNT - 1, at - 1) for at, word in enumerate(EVIL[:3])]
    looked = soft(np.random.default_rng(2), COUNT, COUNT + 1, 1.0)
    parse_tree(EVIL, over, key="parse", tags=EVIL, right=[True, False, True], weights=looked)


def _edited() -> None:
    sites = [("decoder.blocks.0.cross", "cross", 1, 1)]
    path = {"tokens": EVIL, "rows": {sites[0][0]: [SQUARE.tolist()]}}
    edit = {"site": sites[0][0], "head": 0, "step": 1, "row": np.eye(COUNT)[0].tolist()}
    row_editor(sites, EVIL, path, path, history=begun([edit]), key="editor")
    bars = go.Figure(go.Bar(x=[told(word) for word in EVIL], y=SQUARE[0], text=[told(word) for word in EVIL]))
    bars.update_layout(title=told(EVIL[0]))
    live_figure(bars, key="plot", height=260, alt=EVIL[0])
