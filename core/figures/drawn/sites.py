"""How drawings speak of the sites of attention: one description each, in groups by kind."""

from collections.abc import Sequence
from typing import Any

from core.recording.matrix import AttentionMatrix

KINDS = ("encoder self", "cross", "decoder self")


def described(matrix: AttentionMatrix) -> dict[str, Any]:
    """Name, group, layer counted from 1, number of heads, and tokens of one site."""
    site = matrix.site
    return {
        "name": site.name,
        "group": "cross" if site.kind == "cross" else f"{site.stack} self",
        "layer": site.layer + 1,
        "heads": matrix.heads,
        "queries": list(matrix.queries),
        "keys": list(matrix.keys),
    }


def grouped(sites: Sequence[dict[str, Any]]) -> list[str]:
    """The groups that there are: the usual ones in the order of a model, then others."""
    there = {site["group"] for site in sites}
    return [*(kind for kind in KINDS if kind in there), *sorted(there - set(KINDS))]
