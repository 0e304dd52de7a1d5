"""A figure of every maker in core.figures, small and with sizes that all differ, so that laws can hold over all of them."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from core.data.word_links import GoldLinks
from core.figures.aligners import Panel, alignment_maps
from core.figures.aligning import diagonalities, losses
from core.figures.beam_sizes import Measure, beam_sizes
from core.figures.comparison import score_stairs
from core.figures.copying import CopyMap, copy_map
from core.figures.curves import Curve, curves
from core.figures.depth import Band, deletion_curves, head_values, source_maps
from core.figures.depth import Curve as Deleted
from core.figures.detection import BoxedView, boxed_picture, cost_map, judged_curve
from core.figures.distribution import law_bars, noise_strip, output_bars
from core.figures.exposure import GIVEN, PUT, RIGHT, WRONG, TokenRow, places, token_rows
from core.figures.few_labels import few_labels
from core.figures.graphs import graph_attention
from core.figures.inputs import vectors, wave
from core.figures.label_sets import LabelMap, label_bars, label_map
from core.figures.likeness import likeness
from core.figures.masks import Tile, costs_over_length, graph_drawing, tiles
from core.figures.norms import gradient_sizes, loss_curves, variations
from core.figures.passes import over_length, stages, tops
from core.figures.patches import laid_over
from core.figures.positions import accuracies, over_distance, plane
from core.figures.rewarding import against, worth
from core.figures.rivals import data_size, images, length_cost, reach, token_times
from core.figures.samples import sheet
from core.figures.sounds import heard, tracks
from core.figures.stopping import stopping
from core.figures.wiring import wiring_matrix
from core.figures.word_alignment import error_grid, linked_map

RNG = np.random.default_rng(11)
SHARES = RNG.random((3, 5))
LINES = {"one": ([1, 4, 9], [0.25, 0.5, 0.875]), "other": ([1, 4], [0.125, 0.75])}
RIVALS = [
    {"network": name, "attention": name, "task": "copy", "length": size, "images": size, "gradient": 0.5 / size,
     "token_by_token": 1e-5 * size, "whole_text": 2e-5 * size, "seconds": 3e-3, "bytes": 2**20 * size, "step": 4e-6,
     "accuracy": 0.25 + 0.001 * size}
    for name in ("attention", "GRU") for size in (8, 64, 64)
]  # fmt: skip
COPY = CopyMap(
    ["a", "b", "<end>"],
    ["so", "a", "b", "b", "<end>"],
    ["b"],
    SHARES,
    np.array([0.5, 0.25, 1.0]),
    np.array([0.5, 0.75, 0.0]),
    np.array([0.9, 0.8, 0.7]),
)
LOOKS = LabelMap(["joy", "grief", "<end>"], ["so", "glad", "a", "b", "<end>"], np.array([0.9, 0.6, 0.5]), np.array([0.05, 0.1, 0.8]), SHARES)  # fmt: skip
BOXES = BoxedView(np.full((6, 8, 3), 0.5), np.array([[0.0, 0.0, 0.5, 0.5]]), ("red square",), np.array([[0.1, 0.0, 0.5, 0.4], [0.5, 0.5, 1.0, 1.0]]), ("query 1 says red square", "query 4 says nothing"), (0, 3), ((0, 0),), np.array([[0.25, 0.5], [0.125, 0.0]]), 3)  # fmt: skip
STAGES = [[("ja", 0.5, True, True), ("", 0.0, False, False)], [("ja", 0.75, True, False), ("nein", 0.25, True, False)]]

MAKERS: dict[str, Callable[[], go.Figure]] = {
    "alignment_maps": lambda: alignment_maps([Panel("a<br>right", SHARES, "fgh", "mnopq"), Panel("b", SHARES[:2, :3], "fg", "mno")], 2, "light"),
    "stopping": lambda: stopping(["a", "b", "<end>"], [1e-6, 0.25, 0.75], "light"),
    "wiring_matrix": lambda: wiring_matrix(SHARES, "light"),
    "diagonalities": lambda: diagonalities(LINES, 10, 0.8, [(4, "guided from here")], "light"),
    "losses": lambda: losses(LINES, 10, [], "light"),
    "beam_sizes": lambda: beam_sizes([1, 4], Measure("Σ log p", [-7.0, -4.0]), [Measure("right", [1.0, 0.5], exact=0.25, alone=[0.75, 0.125])], "light", axis=[1, 4, 16, None]),
    "score_stairs": lambda: score_stairs(["beam", "beam"], [-3.0, -4.5], [{"length": 1.25}, {"length": None, "coverage": -0.5}], [-1.75, -5.0], "light"),
    "copy_map": lambda: copy_map(COPY, "light"),
    "curves": lambda: curves([Curve("a", [1, 5], [0.25, 0.125]), Curve("b", [5], [0.75], points=True)], title="Loss", unit="nats", mode="light"),
    "deletion_curves": lambda: deletion_curves([0, 2], [Deleted("rollout", [0.0, -4.0])], Band("spread", [0.0, -1.5], [0.0, -2.0], [0.0, -1.0]), "light"),
    "head_values": lambda: head_values(["layer 1", "layer 2"], np.array([[0.5, -0.25, 1.5], [0.125, np.nan, np.nan]]), [["0.50", "−0.25", "1.50 ≠"], ["0.13", "", ""]], "light", title="Off"),
    "source_maps": lambda: source_maps(["a", "a", "<e>"], ["rollout", "saliency"], np.array([[4.0, 2.0, -8.0], [0.5, 0.25, 0.125]]), "light"),
    "boxed_picture": lambda: boxed_picture(BOXES, "light"),
    "cost_map": lambda: cost_map(np.array([[0.5, 1.5], [2.5, 3.5], [4.5, -5.5]]), [(1, 0)], ["q1", "q2", "q3"], ["red", "blue"], "light"),
    "judged_curve": lambda: judged_curve([1, 2], {"found": [0.25, 0.5]}, 0.125, 9, "light"),
    "law_bars": lambda: law_bars(["a", "b", "c"], [0.5, 0.375, 0.125], [0.5, 0.25, 0.25], [0.625, 0.375, 0.0], ["", "", "below top-p"], "light", cumulated=[0.5, 0.75, 1.0], limit=0.75, drawn=1, right=0),
    "noise_strip": lambda: noise_strip(["a", "b"], [0.0, 0.375], [0.375, 1.0], [False, True], 0.5, (0.0, 1.0), "light"),
    "output_bars": lambda: output_bars(["ja", "nein"], [0.75, 0.25], [0.625, 0.375], [0.5, 0.125], [True, False], "light"),
    "places": lambda: places([Curve("free", [1, 2, 3], [1.0, 0.5, 0.25])], title="By place", axis="place", chance=0.125, mode="light"),
    "token_rows": lambda: token_rows([TokenRow("right", ["a", "<end>"], [GIVEN] * 2), TokenRow("model", ["x", "b", "c"], [PUT, WRONG, RIGHT])], "light"),
    "few_labels": lambda: few_labels({"from zero": {8: [0.25, 0.5], 32: [0.75]}, "after": {8: [0.625], 32: [0.875]}}, unit="labels", mode="light"),
    "graph_attention": lambda: graph_attention(RNG.random((4, 2)), np.array([[0, 1], [1, 2]]), np.array([0.0, 0.75, 0.25, 0.0]), 0, ["a", "b", "c", "d"], ["x", "y", "x", "x"], ["is x", "is y<br>weight", "is x", "is x"], [True, False, False, False], "light"),
    "vectors": lambda: vectors(SHARES - 0.5, ["a", "a", "b"], "light", title="Rows"),
    "wave": lambda: wave(np.sin(np.arange(40)), 16000, (10, 20), "light", title="A sound"),
    "label_bars": lambda: label_bars({"joy": 0.75, "grief": 0.125}, ["joy"], 0.5, "light"),
    "label_map": lambda: label_map(LOOKS, "light"),
    "likeness": lambda: likeness(2 * SHARES[:, :3] - 1, ["a", "b", "c"], "light", title="Alike", classes=[0, 0, 1]),
    "costs_over_length": lambda: costs_over_length([8, 16, 32], {"full": [64, 256, 1024], "band": [24, 48, 96]}, 16, "light"),
    "graph_drawing": lambda: graph_drawing(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], bool), np.array([-1, 1, 0]), 2, "light"),
    "tiles": lambda: tiles([Tile("full", np.ones((2, 3), bool)), Tile("band", np.eye(4, dtype=bool), ~np.eye(4, dtype=bool))], "light"),
    "gradient_sizes": lambda: gradient_sizes({"pre": [0.5, 0.25], "post": [0.75, 0.125]}, {"pre": [1.5, 2.5, 3.5], "post": [4.5, 5.5, 6.5]}, [2, 4, 8], "light"),
    "loss_curves": lambda: loss_curves({"pre": [3.0, 2.0], "post": [3.5, 3.25]}, 5, 2.75, "light"),
    "variations": lambda: variations({"alike": [0.25, 0.5], "mixed": [0.75, 1.5]}, ["mean", "spread"], "light"),
    "over_length": lambda: over_length([("greedy", [4, 8], [0.25, 0.5]), ("at once", [4, 16], [0.125, 0.375])], "light", title="ms"),
    "stages": lambda: stages(STAGES, "light"),
    "tops": lambda: tops([[("ja", 0.75), ("nein", 0.25)], [("nein", 0.5)]], ["ja", "nein"], "light", title="Each place"),
    "laid_over": lambda: laid_over(RNG.random((4, 6)), np.array([[0.5, -0.25, 0.125], [0.0, 1.0, 0.75]]), "light", title="Where", chosen=(1, 2)),
    "accuracies": lambda: accuracies([{"positions": name, "step": step, "size": size, "accuracy": 0.125 * size + at} for at, name in enumerate(("none", "sine")) for step in (1, 2) for size in (3, 5)], "words", "light"),
    "over_distance": lambda: over_distance({"sine": SHARES[:, :3], "rotary": SHARES[:2, :2]}, "likeness", "light"),
    "plane": lambda: plane(RNG.random((9, 2)), 0.75, "light"),
    "against": lambda: against({"reward": ([2.5, 1.5], [10.0, 20.0]), "likelihood": ([2.25], [12.5])}, "light"),
    "worth": lambda: worth({"drawn": ([1, 2], [0.25, 0.5]), "greedy": ([1, 2], [0.375, 0.625])}, 8, "light"),
    "data_size": lambda: data_size(RIVALS, {"copy": [8, 64], "other": [8, 64]}, {"copy": 0.125, "other": 0.25}, "light"),
    "images": lambda: images([SHARES, SHARES[:2, :4]], ["zero", "one"], "light", high=1.0),
    "length_cost": lambda: length_cost(RIVALS, [8, 64], "light"),
    "reach": lambda: reach(RIVALS, [8, 64], "light"),
    "token_times": lambda: token_times(RIVALS, [8, 64], "light"),
    "sheet": lambda: sheet(RNG.random((5, 2, 3)), "light", title="Samples", chosen=1),
    "heard": lambda: heard(SHARES, ["0.00 s", "0.01 s", "0.02 s"], "light", title="Heard", chosen=1),
    "tracks": lambda: tracks([("right", ["a", "b", "b"]), ("heard", ["a", "a", "b"])], ["0.00 s", "0.01 s", "0.02 s"], "light"),
    "error_grid": lambda: error_grid(["layer 1", "layer 2"], np.array([[0.25, 0.5, 0.375], [0.125, np.nan, 0.125]]), (1, 0), "light"),
    "linked_map": lambda: linked_map(SHARES, ["a", "b", "c", "d", "e"], ["x", "y", "z"], GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 2)})), {(2, 4), (0, 0)}, [1, 0, 1, 0, 0], "light"),
}  # fmt: skip
