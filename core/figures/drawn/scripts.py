"""Scripts and styles that draw in a browser: pages of the app and views in notebooks join the same files.

Plain JavaScript without a build step. What is joined is one scope; canvas.js comes first, the files of a view after it.
"""

from pathlib import Path

HERE = Path(__file__).parent
HEADS = ("canvas_cells", "number_table", "heads_table", "heads")
HEATMAP = ("canvas_cells", "number_table", "heatmap_axes", "heatmap_zoom", "heatmap_signs", "heatmap_inside", "heatmap")
TREE = (
    "tree_layout", "tree_draw", "tree_card", "tree_paint", "tree_zoom", "tree_walk", "tree_told", "tree_player",
    "tree_picture", "number_table", "tree_table", "tree",
)  # fmt: skip


def script(*names: str, beside: Path = HERE) -> str:
    """canvas.js followed by the named files, which lie in the folder `beside`, or else here."""
    return _joined(".js", names, beside)


def style(*names: str, beside: Path = HERE) -> str:
    """canvas.css followed by the named files, which lie in the folder `beside`, or else here."""
    return _joined(".css", names, beside)


def _joined(ending: str, names: tuple[str, ...], beside: Path) -> str:
    files = [(beside / f"{name}{ending}", HERE / f"{name}{ending}") for name in dict.fromkeys(("canvas", *names))]
    return "\n".join((own if own.exists() else shared).read_text(encoding="utf-8") for own, shared in files)
