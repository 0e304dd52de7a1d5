"""A mask on the page: the picture, its parts, what it costs, and how far it reaches, computed and measured."""

import numpy as np
import streamlit as st

from core.attention.masks import Masks
from core.attention.patterns import PATTERNS
from core.figures.masks import Tile, costs_over_length, tiles, tiles_height
from core.language import tr, tr_count
from core.metrics.reach import farthest, layers_until_all, pairs_scored, reach
from core.runs.masked import costs, measured_reach, shown
from core.shapes import Mask
from dashboard import kept
from dashboard.components.heatmap import heatmap
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_LENGTHS = (8, 16, 32, 64, 128, 256, 512)
_kept = kept.shared(copies=True, show_spinner=False, max_entries=64)


def picture(name: str, allowed: np.ndarray) -> None:
    """Who may look at whom, large, every cell to be read."""
    places = [str(place + 1) for place in range(len(allowed))]
    words = {
        "read": tr("token {row} looks at token {column}: 1 yes, 0 no:"),
        "queries": tr("tokens that look ↓"),
        "keys": tr("looked at →"),
    }
    heatmap(allowed.astype(np.float32), places, places, key="mask", title=name, words=words)


def cost(pattern: str, window: int, length: int, *, backwards: bool) -> None:
    """Pairs scored over the length, against full attention."""
    name = tr("{pattern} & causal", pattern=pattern) if backwards else pattern
    lines = {"full": _costs("full", window, False)} | {name: _costs(pattern, window, backwards)}
    figure = costs_over_length(_LENGTHS, lines, length, mode())
    live_figure(
        figure,
        key="mask cost",
        height=270,
        alt=tr(
            "{name} scores {lines:,} pairs at length {lengths}", name=name, lines=lines[name][-1], lengths=_LENGTHS[-1]
        ),
    )


def parts(masks: Masks, pattern: str, length: int, window: int) -> None:
    """What a mask is put together from, where that is more than one thing."""
    any_of = PATTERNS[pattern].parts(length, window)
    drawn = [Tile(name, shown(part, length)) for name, part in any_of.items()] if len(any_of) > 1 else []
    if len(masks.parts) > 1:
        drawn += [
            Tile(f"{'& ' * (at > 0)}{name}", shown(part, length)) for at, (name, part) in enumerate(masks.parts.items())
        ]
        drawn.append(Tile("= together", shown(masks.together(), length)))
    if not drawn:
        return
    words = []
    if len(any_of) > 1:
        words.append(
            tr("{pattern} lets a token look where **any** of {any_of} does", pattern=pattern, any_of=", ".join(any_of))
        )
    if len(masks.parts) > 1:
        words.append(tr("{parts}: **all** of them must let it", parts=" & ".join(masks.parts)))
    st.markdown(tr("**Parts.** {words}.", words="; ".join(words)))
    live_figure(
        tiles(drawn, mode()),
        key="mask parts",
        height=tiles_height(len(drawn)),
        alt=", ".join(one.title for one in drawn),
    )


def reached(mask: Mask, length: int, layers: int, *, key: str, what: str = "token") -> np.ndarray:
    """Whom an output hears after each layer, with how it was checked.

    Returns:
        [layer, output, input], as computed.
    """
    allowed = shown(mask, length)
    computed, measured = reach(allowed, layers), _measured(allowed, layers)
    wrong = computed != measured
    drawn = [Tile(tr("after layer {at}", at=at + 1), one, wrong[at]) for at, one in enumerate(computed)]
    st.markdown(tr("**Reach.** {checked}", checked=_checked(wrong, what)))
    figure = tiles(drawn, mode(), rows=tr("the output of {what}", what=what), columns=f"{what}")
    live_figure(
        figure,
        key=f"reach {key}",
        height=tiles_height(len(drawn)),
        alt=tr("whom each {what} hears after {layers} layers", what=what, layers=layers),
    )
    return computed


def in_words(name: str, allowed: np.ndarray, layers: int) -> str:
    """What one sees, in a sentence."""
    pairs, all_pairs = pairs_scored(allowed), allowed.size
    back, ahead = farthest(reach(allowed, layers)[-1])
    until = layers_until_all(allowed)
    whole = (
        tr("some never hear each other, however many layers")
        if until is None
        else tr("every token hears every token after {layers}", layers=_layers(until))
    )
    return tr(
        "**{name}** scores **{pairs:,}** of {all_pairs:,} pairs ({pairs2:.0%}). After {layers} a token "
        "hears up to **{back}** places back and **{ahead}** ahead; {whole}.",
        name=name,
        pairs=pairs,
        all_pairs=all_pairs,
        pairs2=pairs / all_pairs,
        layers=_layers(layers),
        back=back,
        ahead=ahead,
        whole=whole,
    )


def _layers(count: int) -> str:
    return tr_count(count, "1 layer", "{n} layers")


def _checked(wrong: np.ndarray, what: str) -> str:
    where = tr("**{sum}** of {size:,} cells differ", sum=int(wrong.sum()), size=wrong.size)
    return tr(
        "Filled: the output at the row's {what} depends on the input at the column's. Computed from the mask, and measured by "
        "gradients in a small network with random weights: {where}.",
        what=what,
        where=where,
    )


@_kept
def _measured(allowed: np.ndarray, layers: int) -> np.ndarray:
    return measured_reach(allowed, layers)


@_kept
def _costs(pattern: str, window: int, backwards: bool) -> list[int]:
    return costs(pattern, window, _LENGTHS, backwards=backwards)
