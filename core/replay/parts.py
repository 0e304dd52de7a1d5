"""Pages about parts of a network: Positions, Masks, Norms, Rivals."""

from core.attention.patterns import PATTERNS
from core.claims.ordered import KINDS, TASKS_OF_ORDER
from core.data.edge_list import EXAMPLES, MOST_NODES
from core.language import mark, tr
from core.models.norms import NORMS
from core.replay.parameter import Choice, Coded, Given, Number, Several, Switch, Whole, Words
from core.replay.view import Numbers, View, section
from core.runs.convolution_twin import IMAGES, KERNELS, PADDINGS, SIZES
from core.runs.placing import ALL


def positions(name: str, count: int, shift: int) -> Numbers:
    """What one kind of positions adds or does, and what moving all of them changes."""
    from core.runs.placing import ADDED, INSIDE, attended, contributions, twice, vectors

    numbers = {
        "before": attended(name, count, 0),
        "after": attended(name, count, shift),
        "twice": twice(name).difference,
    }
    if name in ADDED:
        numbers["vectors"] = vectors(name, count, start=shift)
    if name in INSIDE:
        numbers["added to scores"] = contributions(name, count, start=shift)
    return numbers


def learned_order(kinds: tuple[str, ...], task: str) -> Numbers:
    """Small networks that learn beside each other with different positions, to the end."""
    from core.claims.ordered import KINDS, TASKS_OF_ORDER, compare

    training = compare({name: KINDS[name] for name in kinds}, TASKS_OF_ORDER[task], seed=0)
    for now in training:
        rows = now.rows
    return {"rows": rows}


def mask(pattern: str, length: int, window: int, layers: int, causal: bool, pads: int) -> Numbers:
    """Who may look at whom, what it costs, and how far it reaches, computed and measured."""
    from core.metrics.reach import farthest, pairs_scored, reach
    from core.runs.masked import composed, costs, measured_reach, shown

    allowed = shown(composed(pattern, length, window, backwards=causal, pads=pads).together(), length)
    reached = reach(allowed, layers)
    return {
        "allowed": allowed,
        "pairs": pairs_scored(allowed),
        "pairs over lengths": costs(pattern, window, (8, 16, 32, 64, 128, 256, 512), backwards=causal),
        "reach": reached,
        "reach by gradients": measured_reach(allowed, layers),
        "farthest": farthest(reached[-1]),
    }


def graph(edges: str, nodes: int, loops: bool, layers: int, speaker: int) -> Numbers:
    """Who hears whom in a small graph."""
    from core.attention.masks import graph
    from core.data.edge_list import read_edges
    from core.metrics.reach import heard_after, reach
    from core.runs.masked import measured_reach, shown

    allowed = shown(graph(read_edges(edges, nodes), self_loops=loops), nodes)
    reached = reach(allowed, layers)
    return {
        "allowed": allowed,
        "reach": reached,
        "reach by gradients": measured_reach(allowed, layers),
        "heard after": heard_after(reached, speaker),
    }


def gradients_at_the_start(kind: str, layers: int, seed: int) -> Numbers:
    """Gradients of fresh stacks, by layer and by depth."""
    from core.claims.deep_stack import gradients
    from core.models.residual import RESIDUALS
    from core.seeds import Seeds

    depths = (2, 4, 8, 16, 24)
    return {
        "by layer": {place: gradients(place, kind, layers, Seeds(seed), batches=2) for place in RESIDUALS},
        "by depth": {
            place: [gradients(place, kind, depth, Seeds(seed), batches=2)[-1] for depth in depths]
            for place in RESIDUALS
        },
    }


def norms_in_training(kind: str, layers: int, rate: float, warmup: int, runs: tuple[int, ...], steps: int) -> Numbers:
    """Losses of stacks of one depth that learn beside each other."""
    from itertools import islice

    from core.claims.deep_stack import training
    from core.seeds import Seeds

    offered = (("pre", 0), ("post", 0), ("post", warmup), ("bare", 0))
    losses = {}
    for at in runs:
        place, rises = offered[at]
        learning = training(place, kind, layers, Seeds(0), 300, rate=rate, warmup=rises)
        losses[f"{place}, warm-up {rises}"] = [now.loss for now in islice(learning, steps)]
    return {"losses": losses}


def norms_across_batches() -> Numbers:
    """How much the statistics of batches vary."""
    from core.claims.experiment import run
    from core.claims.power_norm import PowerNormCause

    found = run(PowerNormCause(), [0])
    return {"rows": found.rows, "effect": found.effect, "baseline": found.baseline, "verdict": found.verdict}


def convolution_twin(
    image: str,
    kernel: str,
    size: int,
    padding: str,
    alpha: float,
    painted: tuple[tuple[int, int, float], ...],
    query: tuple[int, int],
) -> Numbers:
    """A convolution, and the self-attention that it is."""
    from core.runs.convolution_twin import IMAGES, KERNELS, twin

    pixels = IMAGES[image].copy()
    for row, column, value in painted:
        pixels[row, column] = value
    found = twin(pixels, KERNELS[kernel](size), alpha, padding, query)
    return {
        "convolution": found.output,
        "self-attention": found.attended,
        "largest difference": found.worst,
        "at the border": found.worst_at_border,
        "weights of the heads": found.weights,
    }


def reach_of_networks() -> Numbers:
    """Gradient and path over the length; times are of a machine and left out."""
    from core.claims.experiment import run
    from core.claims.table import CLAIMS

    rows = run(CLAIMS["reach"](), (1, 2, 3)).rows
    return {"rows": [{name: row[name] for name in ("seed", "network", "length", "path", "gradient")} for row in rows]}


def memory_of_linear_attention() -> Numbers:
    """Memory over the length; times are of a machine and left out."""
    from core.claims.experiment import run
    from core.claims.table import CLAIMS

    rows = run(CLAIMS["length_cost"](), (1,)).rows
    return {"rows": [{name: row[name] for name in ("attention", "length", "bytes")} for row in rows]}


def data_sizes(seeds: int) -> Numbers:
    """Accuracy of a vision Transformer and of convolutions over the number of images."""
    from core.claims.experiment import run
    from core.claims.table import CLAIMS

    found = run(CLAIMS["data_size"](), range(1, seeds + 1))
    return {"rows": found.rows, "effect": found.effect, "baseline": found.baseline, "verdict": found.verdict}


# ---------------------------------------------------------------- where the address has it
_NODES, _EDGES = next(iter(EXAMPLES.values()))
_GALLERY, _RACE = mark("Gallery"), mark("Trained")
_SEQUENCE, _GRAPH = mark("a sequence"), mark("a graph")
_START, _TRAINING, _BATCHES = mark("At the start"), mark("Training"), mark("Across batches")
_RIVALS = mark("Convolution"), mark("Recurrent network"), mark("Linear attention"), mark("Small data")
_NORMS = {"layer": mark("layer norm"), "rms": mark("RMS norm"), "batch": mark("batch norm"), "power": mark("PowerNorm")}
_STACKS = (mark("pre-norm"), mark("post-norm"), mark("post-norm with warm-up"), mark("no residual"))
_ALPHAS = (0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 46)


def _norm(name: str) -> str:
    return tr(_NORMS.get(name, name))


def read_query(text: str, given: Given) -> tuple[int, int]:
    """Row and column of an output, as the address has them."""
    row, _, column = text.partition(".")
    place = Whole("twin query", 0, 0, 11)
    return place.read([row], given), place.read([column], given)


def read_painted(text: str, given: Given) -> tuple[tuple[int, int, float], ...]:
    """Pixels that were painted, as the address has them."""
    place, light = Whole("twin painted", 0, 0, 11), Number("twin painted", 0, -1e6, 1e6)
    found = []
    for one in filter(None, text.split(";")):
        row, column, value = [*one.split(","), "", "", ""][:3]
        found.append((place.read([row], given), place.read([column], given), light.read([value], given)))
    return tuple(found)


def write_painted(painted: tuple[tuple[int, int, float], ...]) -> str:
    """Pixels that were painted, for the address."""
    return ";".join(f"{row},{column},{value:g}" for row, column, value in painted)


PARTS = {
    "positions": View(
        mark("Positions"),
        {
            _GALLERY: section(
                positions, name=Choice("positions", ALL[1], ALL), count=Whole("positions count", 32, 8, 64),
                shift=Whole("positions shift", 0, 0, 100),
            ),
            _RACE: section(
                learned_order, kinds=Several("order kinds", ("none", "sinusoidal", "rotary"), KINDS),
                task=Choice("order task", next(iter(TASKS_OF_ORDER)), TASKS_OF_ORDER, lambda name: tr(TASKS_OF_ORDER[name].name)),
            ),
        },
        Choice("positions part", _GALLERY, (_GALLERY, _RACE), tr),
    ),
    "masks": View(
        mark("Masks"),
        {
            _SEQUENCE: section(
                mask, pattern=Choice("pattern", "local", PATTERNS), length=Whole("length", 24, 8, 64),
                window=Whole("window", 2, 1, 16), layers=Whole("layers", 4, 1, 8), causal=Switch("causal", False),
                pads=Whole("pads", 0, 0, 7),
            ),
            _GRAPH: section(
                graph, edges=Words("edges", _EDGES), nodes=Whole("nodes", _NODES, 1, MOST_NODES), loops=Switch("loops", True),
                layers=Whole("graph layers", 3, 1, 7),
                speaker=Choice(
                    "speaker", 0, lambda given: range(given["nodes"]), lambda node: tr("node {n}", n=node + 1)
                ),
            ),
        },
        Choice("over", _SEQUENCE, (_SEQUENCE, _GRAPH), tr),
    ),
    "norms": View(
        mark("Norms"),
        {
            _START: section(
                gradients_at_the_start, kind=Choice("norms kind start", next(iter(NORMS)), NORMS, _norm),
                layers=Whole("norms layers", 12, 2, 24), seed=Whole("norms seed", 0, 0, 999),
            ),
            _TRAINING: section(
                norms_in_training, kind=Choice("norms kind training", next(iter(NORMS)), NORMS, _norm),
                layers=Whole("norms depth", 12, 2, 16), rate=Choice("norms rate", 1e-3, (1e-4, 3e-4, 1e-3, 3e-3)),
                warmup=Choice("norms warmup", 100, range(25, 201, 25)),
                runs=Several("norms runs", (0, 1, 2), range(4), lambda at: tr(_STACKS[at])),
                steps=Whole("trained", 300, 0, 300, spelled=False),
            ),
            _BATCHES: section(norms_across_batches),
        },
        Choice("norms part", _START, (_START, _TRAINING, _BATCHES), tr),
    ),
    "rivals": View(
        mark("Rivals"),
        {
            _RIVALS[0]: section(
                convolution_twin, image=Choice("twin image", next(iter(IMAGES)), IMAGES, tr),
                kernel=Choice("twin kernel", next(iter(KERNELS)), KERNELS, tr), size=Choice("twin size", 3, SIZES),
                padding=Choice("twin padding", "same", PADDINGS, tr), alpha=Choice("twin alpha", 5, _ALPHAS),
                painted=Coded("twin painted", (), read_painted, write_painted),
                query=Coded("twin query", (5, 5), read_query, lambda place: f"{place[0]}.{place[1]}"),
            ),
            _RIVALS[1]: section(reach_of_networks),
            _RIVALS[2]: section(memory_of_linear_attention),
            _RIVALS[3]: section(data_sizes, seeds=Choice("rival seeds", 1, (1, 2, 3))),
        },
        Choice("rival", _RIVALS[0], _RIVALS, tr),
    ),
}  # fmt: skip
