"""Attention matrices as views: all heads with one of them large, and tokens joined by lines.

>>> import core
>>> model = core.load("demo/reverse-transformer")
>>> core.heatmap(model.matrices("attention")).summary
'Attention of 3 sites, 12 heads: 10 queries by 10 keys at most.'
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.errors import InputError
from core.figures.attention import Reading, about_heads
from core.figures.drawn.html_view import HtmlView
from core.figures.drawn.packing import pack
from core.figures.drawn.sites import described, grouped
from core.figures.drawn.table_words import table_words
from core.figures.drawn.words import BIPARTITE, HEADS, HEATMAP, PAGE, SIGNED_HEADS
from core.figures.provenance import Origin, Provenance
from core.language import tr, tr_count, tr_each
from core.recording.matrix import AttentionMatrix

EXACT_UP_TO = 1 << 22  # weights kept as they are, 16 MiB; of more than these half the digits are kept


def heatmap(matrices: Sequence[AttentionMatrix], title: str = "", about: Provenance | None = None) -> HtmlView:
    """All layers and heads as thumbnails, and one of them large: tokens on both axes, the weight under the pointer.

    Args:
        matrices: what `TrainedModel.matrices` gives, or any other source of these values.
        title: stands above the view.
        about: what it is of, kept inside; else its tokens alone.

    Raises:
        InputError: there is no matrix.
    """
    _refuse_none(matrices)
    words = {
        "heads": tr_each({**HEADS, **(SIGNED_HEADS if any(one.signed for one in matrices) else {})}),
        "map": tr_each(HEATMAP),
        **tr_each(PAGE),
    }
    return _shown("heatmap", matrices, words, about or _nameless(matrices, title))


def bipartite(matrices: Sequence[AttentionMatrix], title: str = "", about: Provenance | None = None) -> HtmlView:
    """Keys (the source) on the left, queries (the target) on the right, a line for each weight in the color of its head.

    Args:
        matrices: what `TrainedModel.matrices` gives, or any other source of these values; one site is drawn at a time.
        title: stands above the view.
        about: what it is of, kept inside; else its tokens alone.

    Raises:
        InputError: there is no matrix.
    """
    _refuse_none(matrices)
    return _shown("bipartite", matrices, tr_each({**PAGE, **BIPARTITE}), about or _nameless(matrices, title))


def to_html(matrices: Sequence[AttentionMatrix], about: Provenance) -> bytes:
    """All heads as one HTML file that needs no network."""
    return heatmap(matrices, about=about).to_html().encode()


def _refuse_none(matrices: Sequence[AttentionMatrix]) -> None:
    if not matrices:
        raise InputError(
            tr(
                "there is no attention matrix to draw: give at least one, as in model.matrices(text); a pattern may fit none"
            )
        )


def _nameless(matrices: Sequence[AttentionMatrix], title: str) -> Provenance:
    """What is known of matrices that nobody says anything of: target and source tokens where there is cross-attention."""
    return replace(about_heads(matrices, Reading(Origin(), "")), title=title)


def _shown(view: str, matrices: Sequence[AttentionMatrix], words: dict[str, Any], about: Provenance) -> HtmlView:
    sites, body, rounded = _weights(matrices)
    header = {
        "sites": sites,
        "groups": grouped(sites),
        "high": max(site["high"] for site in sites),
        "signed": any(matrix.signed for matrix in matrices),
        "rounded": rounded,
        "words": words,
        "table": table_words(),
    }
    longest = [max(len(labels) for labels in sides) for sides in zip(*((one.queries, one.keys) for one in matrices))]
    return HtmlView(view, about.title, _summary(matrices, *longest), pack(header, *body), about)


def _weights(matrices: Sequence[AttentionMatrix]) -> tuple[list[dict[str, Any]], list[np.ndarray], bool]:
    """The sites, and the weights of each: float32, or parts of the largest one of the site as float16 where there are many.

    Half precision keeps three digits at every size; 256 levels would make 0 of what 512 keys share.
    """
    rounded = sum(matrix.weights.size for matrix in matrices) > EXACT_UP_TO
    sites, body = [], []
    for matrix in matrices:
        weights = np.nan_to_num(matrix.weights)
        high = float(np.abs(weights).max(initial=0.0))
        sites.append({**described(matrix), "label": matrix.site.said, "high": high})
        body.append((weights / (high or 1.0)).astype("<f2") if rounded else weights.astype("<f4"))
    return sites, body, rounded


def _summary(matrices: Sequence[AttentionMatrix], queries: int, keys: int) -> str:
    heads = sum(matrix.heads for matrix in matrices)
    return tr(
        "Attention of {sites}, {heads}: {queries} queries by {keys} keys at most.",
        sites=tr_count(len(matrices), "1 site", "{n} sites"),
        heads=tr_count(heads, "1 head", "{n} heads"),
        queries=queries,
        keys=keys,
    )
