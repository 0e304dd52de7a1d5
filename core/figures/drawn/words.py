"""The strings of drawn maps, as far as they are on screen; another language passes its own."""

from core.language import mark

HEATMAP = {
    "idle": mark("Point at a cell to read it."),
    "read": "query {row}, key {column}:",
    "summary": mark(
        "{title}: {rows} queries by {columns} keys. Largest weight {weight}, {query} to {key}. Arrow keys read cells."
    ),
    "pooled": mark("max of {rows}×{columns} cells"),
    "queries": "queries ↓",
    "keys": "keys →",
    "table": "Table",
    "picture": "Picture",
    "zoom": mark("Zoom: Ctrl + wheel, + and −; 0 shows all; drag to move"),
    "whole": mark("Show all"),
    "empty": mark("Nothing to show: this map has no cells."),
    "untitled": mark("Attention map"),
    "path": mark("line: the best path"),
    "keep": "PNG",
    "file": "attention-map",
}
HEADS = {
    "encoder self": mark("Encoder self-attention"),
    "decoder self": mark("Decoder self-attention"),
    "cross": "Cross-attention",
    "layer": "layer {n}",
    "head": "head {n}",
    "idle": mark("Point at a cell to read it; click a head to open it."),
    "read": "{site} · head {head}:",
    "pooled": mark("(largest under the pointer)"),
    "summary": mark("{heads} attention heads in {sites} layers. Arrow keys move, Enter opens."),
    "strongest": "strongest: {query} → {key} ≈ {weight}",
    "own": mark("each head its own scale"),
}
SIGNED_HEADS = {"read": mark("{site} · head {head}, without its sign:")}
PAGE = {
    "ways": mark("Which map is large"),
    "way_head": mark("One head"),
    "way_mean": mark("Mean of heads"),
    "way_max": mark("Largest of heads"),
    "told_head": "head {n}",
    "told_mean": mark("mean of {n} heads"),
    "told_max": mark("largest of {n} heads"),
    "rounded": mark("So many weights are kept in half precision: three digits are right."),
}
BIPARTITE = {
    "idle": mark("Point at a token to see its lines alone; click to keep them."),
    "site": "Attention",
    "heads": "Heads",
    "head": "H{n}",
    "head_help": mark("Head {n}: alone at the first click, then on and off"),
    "all": mark("All heads"),
    "keys": mark("keys (source)"),
    "queries": mark("queries (target)"),
    "same_keys": "keys",
    "same_queries": "queries",
    "looks": "looks at",
    "looked": mark("is looked at by"),
    "mean": mark("(mean of {n} heads)"),
    "cut": mark("the {shown} heaviest of {all} lines are drawn; a token shows all of its own"),
    "table": "Table",
    "picture": "Picture",
    "summary": mark(
        "{label}: {keys} keys on the left, {queries} queries on the right, {heads} heads. Up and down go from token to "
        "token, left and right change sides."
    ),
    "empty": mark("Nothing to show: this attention has no tokens."),
}
