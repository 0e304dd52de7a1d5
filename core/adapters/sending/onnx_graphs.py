"""Two ONNX graphs: one reads a source, one takes a step. Whoever runs them loops over the second, in any language.

`encoder.onnx` gives every decoder layer's keys and values of the source, once. `step.onnx` takes a token and what was written
before as keys and values, and gives the logits of the next token, the keys and values with this token's, and the cross-attention
of all layers and heads.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.adapters.sending.cards import onnx_card
from core.adapters.sending.graph import Axes, Graph
from core.adapters.sending.parcel import Parcel
from core.adapters.sending.target import AbstractOpened, AbstractTarget, Numbers, until, write_tokens
from core.data.batch import pad


class OnnxFolder(AbstractTarget):
    """What onnxruntime runs."""

    name: ClassVar[str] = "onnx"
    summary: ClassVar[str] = "two ONNX graphs, an encoder and a decoder's step with its cross-attention"
    program: ClassVar[str] = "onnxruntime"

    def fill(self, parcel: Parcel, folder: Path) -> None:
        """Both graphs, and our tokenizer beside them."""
        for name, graph in (("encoder", encoder), ("step", step)):
            (folder / f"{name}.onnx").write_bytes(graph(parcel))
        write_tokens(parcel, folder)
        (folder / "README.md").write_text(onnx_card(parcel), "utf-8")

    def open(self, folder: Path, parcel: Parcel) -> "OpenedByRuntime":
        """With onnxruntime."""
        return OpenedByRuntime(folder, parcel)


class OpenedByRuntime(AbstractOpened):
    """Two sessions of onnxruntime, and the loop over the second."""

    def __init__(self, folder: Path, parcel: Parcel) -> None:
        super().__init__(folder, parcel)
        self.encoder, self.step = (_session(folder / name) for name in ("encoder.onnx", "step.onnx"))

    def greedy(self, sources: Sequence[Numbers], longest: int) -> list[Numbers]:
        """The most probable token at every step, fed again."""
        parcel, (tokens, valid) = self.parcel, pad(sources)
        mask = valid.numpy().astype(np.int64)
        keys, values = self.encoder.run(None, {"source": tokens.numpy(), "mask": mask})
        fed = {"mask": mask, "source_keys": keys, "source_values": values}
        past = [np.zeros((*keys.shape[:3], 0, keys.shape[-1]), np.float32)] * 2
        written = np.full((len(sources), 1), parcel.begin)
        barred = np.zeros((len(sources), len(parcel.tokens)), bool)
        barred[:, list(parcel.never)] = True
        while written.shape[1] <= longest and not (written[:, 1:] == parcel.end).any(axis=1).all():
            past_names = dict(zip(("past_keys", "past_values"), past))
            logits, *past, _ = self.step.run(None, {"token": written[:, -1], **fed, **past_names})
            token = np.where(barred, -np.inf, logits).argmax(axis=1)
            written = np.concatenate([written, token[:, None]], axis=1)
            if parcel.distinct:
                barred[np.arange(len(token)), token] = True
        return [until(parcel.end, row[1:]) for row in written.tolist()]


def encoder(parcel: Parcel) -> bytes:
    """A source to the keys and values of every decoder layer, [layer, batch, head, source, dim]."""
    settings, weights = parcel.settings, parcel.weights
    graph, stack = Graph("encoder", settings.norm == "pre"), weights.encoder
    one = graph.constant(1)
    places = graph.node("Sub", graph.node("CumSum", "mask", one), one)  # counted over real tokens, as here
    states, unseen = graph.embedded(stack, "source", graph.node("Max", places, graph.constant(0))), graph.unseen("mask")
    for block in stack.blocks:
        (site,) = block.sites
        parts = graph.parts(graph.enter(states, site.norm), settings.heads, site.query, site.key, site.value)
        mixed, _ = graph.look(parts, site, settings.dim, unseen)
        states = graph.fed_forward(graph.leave(states, mixed, site.norm), block)
    states = graph.last(states, stack)
    across = [block.sites[1] for block in weights.decoder.blocks]
    keys = graph.stacked(graph.parts(states, settings.heads, *(site.key for site in across)))
    values = graph.stacked(graph.parts(states, settings.heads, *(site.value for site in across)))
    axes = _axes(parcel, "source")
    return graph.saved(
        {name: ("INT64", ["batch", "source"]) for name in ("source", "mask")},
        {"source_keys": (keys, axes), "source_values": (values, axes)},
    )


def step(parcel: Parcel) -> bytes:
    """A token, and what was written before it, to the logits of the next one."""
    settings, stack = parcel.settings, parcel.weights.decoder
    graph = Graph("step", settings.norm == "pre")
    first, unseen = graph.constant([1]), graph.unseen("mask")
    place = graph.node(
        "Gather", graph.node("Shape", "past_keys"), graph.constant([3])
    )  # as many as were written before
    states = graph.embedded(stack, graph.node("Unsqueeze", "token", first), place)
    written: tuple[list[str], list[str]] = ([], [])
    looks = []
    for number, block in enumerate(stack.blocks):
        own, across = block.sites
        query, *new = graph.parts(graph.enter(states, own.norm), settings.heads, own.query, own.key, own.value)
        for all_of_it, name, part in zip(written, ("past_keys", "past_values"), new):
            all_of_it.append(graph.node("Concat", graph.layer(name, number), part, axis=2))
        mixed, _ = graph.look((query, written[0][-1], written[1][-1]), own, settings.dim)
        states = graph.leave(states, mixed, own.norm)
        (query,) = graph.parts(graph.enter(states, across.norm), settings.heads, across.query)
        source = [graph.layer(name, number) for name in ("source_keys", "source_values")]
        mixed, looked = graph.look((query, *source), across, settings.dim, unseen)
        states = graph.fed_forward(graph.leave(states, mixed, across.norm), block)
        looks.append(graph.node("Squeeze", looked, graph.constant([2])))
    logits = graph.node("Squeeze", graph.affine(graph.last(states, stack), parcel.weights.output), first)
    return _saved_step(graph, parcel, logits, [graph.stacked(one) for one in (*written, looks)])


def _saved_step(graph: Graph, parcel: Parcel, logits: str, stacked: list[str]) -> bytes:
    source, past, after = (_axes(parcel, name) for name in ("source", "past", "past_and_token"))
    return graph.saved(
        {
            "token": ("INT64", ["batch"]), "mask": ("INT64", ["batch", "source"]), "source_keys": ("FLOAT", source),
            "source_values": ("FLOAT", source), "past_keys": ("FLOAT", past), "past_values": ("FLOAT", past),
        },
        {
            "logits": (logits, ["batch", len(parcel.tokens)]), "keys": (stacked[0], after), "values": (stacked[1], after),
            "cross_attention": (stacked[2], [parcel.settings.layers, "batch", parcel.settings.heads, "source"]),
        },
    )  # fmt: skip


def _axes(parcel: Parcel, time: str) -> Axes:
    """Of keys and values of all layers."""
    return [parcel.settings.layers, "batch", parcel.settings.heads, time, parcel.settings.dim]


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # models here are small
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
