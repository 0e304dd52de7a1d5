"""One node of the decoding tree, dead or alive: its words, its figures, what may follow, and where every head looked."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

import streamlit as st

from core.decoding.trees.tree import DecodingTree
from core.figures.stopping import stopping
from core.language import tr
from core.recording.matrix import AttentionMatrix
from core.runs.inspection import Inspection
from dashboard.components import tree as tree_component
from dashboard.components.candidates import candidates
from dashboard.components.heads import heads
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import code, literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

OWN, NEXT = "▶", "?"


@dataclass(frozen=True)
class Place:
    """A node and the tree it stands in; `node` is None where the tree has no such node."""

    tree: DecodingTree
    node: int | None
    found: Inspection

    def of(self, column: str) -> float:
        """A column of the node."""
        return float("nan") if self.node is None else self.tree.nodes[column][self.node]


def candidates_key(key: str) -> str:
    """Where the click on a candidate of the node is remembered."""
    return f"{key} next"


def node_view(place: Place, *, key: str, on_force: Callable[[], None]) -> None:
    """Draw the node.

    Args:
        key: identity of its parts in the page; on_force: called when a token is clicked that may follow.
    """
    found = place.found
    with st.container(border=True):
        st.markdown(_words(place))
        left, right = st.columns([2, 5], gap="medium")
        with left:
            st.markdown(_figures(place))
            rows = [[one.token, one.text, exp(one.logp), one.logp] for one in found.next]
            candidates(
                rows,
                prefix=found.tokens,
                rest=found.rest,
                ended=found.ended,
                key=candidates_key(key),
                on_force=on_force,
            )
        with right:
            _attention(found, key)


def _words(place: Place) -> str:
    """The prefix as words, the node itself marked; and what became of it."""
    found = place.found
    if not found.texts:
        return tr("**The root** · nothing is written yet")
    before = " ".join(map(_token, found.texts[:-1])) or tr("(nothing)")
    return tr("**{token}** after {before} · {fate}", token=_token(found.texts[-1]), before=before, fate=_fate(place))


def _fate(place: Place) -> str:
    """What became of the node, and why."""
    if place.node is None:
        return tr("no search has weighed it in this tree")
    nodes = place.tree.nodes
    status, reason = str(nodes["status"][place.node]), str(nodes["reason"][place.node])
    words = tr(tree_component.WORDS.get(status, status)) + (tr(", forced") if nodes["forced"][place.node] else "")
    return f"{words}: {literal(reason)}" if reason else words


def _token(text: str) -> str:
    return code(text.strip(chr(10)) or "␣")


def _figures(place: Place) -> str:
    found, lines = place.found, list[str]()
    if found.tokens:
        lines += [
            f"p **{exp(found.logp_token):.3g}** · log p **{_nats(found.logp_token)}** · Σ log p **{_nats(found.logp)}**",
            tr("no. **{n}** of the model here", n=found.place + 1)
            + (tr(", **{nats} nats** against its first", nats=_nats(-found.lost)) if found.lost > 0 else ""),
        ]
        if place.of("rank") >= 0:
            lines.append(
                tr(
                    "rank **{of}** in its step · ranking score **{nats}**",
                    of=int(place.of("rank")) + 1,
                    nats=_nats(place.of("rank_score")),
                )
            )
    if not found.ended:
        lines.append(tr("entropy of what follows **{entropy:.3g} nats**", entropy=found.entropy))
    return "  \n".join(lines)


def _nats(value: float) -> str:
    """Three digits, and more where those would all be 0."""
    text = f"{value:.3f}" if abs(value) >= 5e-4 or value == 0 else f"{value:.1e}"
    return text.replace("-", "−", 1)


def _stopping(found: Inspection, key: str) -> None:
    box = st.expander(tr("How probable it was to stop, step by step"), key=f"{key} stopping", on_change="rerun")
    if not box.open:  # drawn for who asks: every forced token draws the node anew
        return
    words = [*found.texts, NEXT][: len(found.ends)]
    with box:
        live_figure(
            stopping(words, found.ends, mode()), key=f"{key} ends", height=240,
            alt=tr("probability of <end>: {ends}", ends=", ".join(f"{end:.2g}" for end in found.ends)),
        )  # fmt: skip


# ---------------------------------------------------------------- attention
def _attention(found: Inspection, key: str) -> None:
    labelled = [_labelled(matrix, found) for matrix in found.matrices]
    first = [one.site.name for one in labelled if one.site.kind == "cross"][-1]
    site, head = heads(labelled, selected=(first, 0), key=f"{key} heads") or (first, 0)
    matrix = next(one for one in labelled if one.site.name == site)
    heatmap(
        matrix.weights[head],
        matrix.queries,
        matrix.keys,
        key=f"{key} map",
        title=tr("{label} · head {head}", label=matrix.site.said, head=head + 1),
    )
    st.caption(_explained(matrix, found))
    _stopping(found, key)


def _labelled(matrix: AttentionMatrix, found: Inspection) -> AttentionMatrix:
    """A decoder's rows named by what they were fed and what they predicted; this node's own row is marked."""
    if matrix.site.stack != "decoder":
        return matrix
    asked = [*found.texts, NEXT][: len(matrix.queries)]
    marks = [f"{OWN} " if at == found.row else "" for at in range(len(asked))]
    rows = tuple(f"{mark}{fed} → {word}" for mark, fed, word in zip(marks, matrix.queries, asked))
    return AttentionMatrix(matrix.site, matrix.weights, rows, matrix.keys)


def _explained(matrix: AttentionMatrix, found: Inspection) -> str:
    if matrix.site.stack != "decoder":
        return tr("The encoder reads the source once: these rows are the same at every node.")
    own = tr("The row marked {own} predicted this node", own=OWN) if found.tokens else tr("No row predicted the root")
    return (
        tr("{own}.", own=own)
        if found.ended
        else tr("{own}; the last row, → {next}, predicts what may follow.", own=own, next=NEXT)
    )
