"""The strings of drawn maps, as far as they are on screen; another language passes its own."""

HEATMAP = {
    "idle": "Point at a cell to read it.",
    "read": "query {row}, key {column}:",
    "summary": "{title}: {rows} queries by {columns} keys. Largest weight {weight}, {query} to {key}. Arrow keys read cells.",
    "pooled": "max of {rows}×{columns} cells",
    "queries": "queries ↓",
    "keys": "keys →",
    "table": "Table",
    "picture": "Picture",
    "zoom": "Zoom: Ctrl + wheel, + and −; 0 shows all; drag to move",
    "whole": "Show all",
    "empty": "Nothing to show: this map has no cells.",
    "untitled": "Attention map",
    "path": "line: the best path",
    "keep": "PNG",
    "file": "attention-map",
}
HEADS = {
    "encoder self": "Encoder self-attention",
    "decoder self": "Decoder self-attention",
    "cross": "Cross-attention",
    "layer": "layer {n}",
    "head": "head {n}",
    "idle": "Point at a cell to read it; click a head to open it.",
    "read": "{site} · head {head}:",
    "pooled": "(largest under the pointer)",
    "summary": "{heads} attention heads in {sites} layers. Arrow keys move, Enter opens.",
    "strongest": "strongest: {query} → {key} ≈ {weight}",
    "own": "each head its own scale",
}
SIGNED_HEADS = {"read": "{site} · head {head}, without its sign:"}
PAGE = {
    "ways": "Which map is large",
    "way_head": "One head",
    "way_mean": "Mean of heads",
    "way_max": "Largest of heads",
    "told_head": "head {n}",
    "told_mean": "mean of {n} heads",
    "told_max": "largest of {n} heads",
    "rounded": "So many weights are kept in half precision: three digits are right.",
}
BIPARTITE = {
    "idle": "Point at a token to see its lines alone; click to keep them.",
    "site": "Attention",
    "heads": "Heads",
    "head": "H{n}",
    "head_help": "Head {n}: alone at the first click, then on and off",
    "all": "All heads",
    "keys": "keys (source)",
    "queries": "queries (target)",
    "same_keys": "keys",
    "same_queries": "queries",
    "looks": "looks at",
    "looked": "is looked at by",
    "mean": "(mean of {n} heads)",
    "cut": "the {shown} heaviest of {all} lines are drawn; a token shows all of its own",
    "table": "Table",
    "picture": "Picture",
    "summary": "{label}: {keys} keys on the left, {queries} queries on the right, {heads} heads. Up and down go from token to "
    "token, left and right change sides.",
    "empty": "Nothing to show: this attention has no tokens.",
}
