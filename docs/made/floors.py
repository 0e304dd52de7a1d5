"""The picture of the architecture, drawn from the contracts that `lint-imports` enforces (pyproject.toml)."""

import tomllib
from html import escape
from pathlib import Path

_WIDTH, _HIGH, _GAP, _LEFT = 760, 34, 10, 16


def contracts() -> list[dict[str, object]]:
    """What pyproject.toml says about imports, in its order."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    found: list[dict[str, object]] = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return found


def floors(house: str) -> list[list[str]]:
    """The floors of a house from top to bottom, each with its rooms."""
    (layers,) = [one["layers"] for one in contracts() if one.get("containers") == [house]]
    return [layer.split(" | ") for layer in layers]  # type: ignore[attr-defined]


def drawing(house: str) -> str:
    """The floors as one SVG of letters and lines in the colours of the page, and as a list for who does not see it."""
    rows = floors(house)
    high = len(rows) * (_HIGH + _GAP) + 22
    said = escape("; ".join(", ".join(row) for row in rows), quote=True)
    inside = "".join(_floor(row, y=4 + at * (_HIGH + _GAP)) for at, row in enumerate(rows))
    return (
        f'<svg class="floors" viewBox="0 0 {_WIDTH} {high}" role="img" aria-label="{house}, from top to bottom: {said}">'
        f'{inside}<path d="M6 4V{high - 24}M2 {high - 30}l4 6l4 -6" fill="none" stroke="currentColor"/>'
        f'<text x="{_LEFT}" y="{high - 8}">a room may import rooms of the floors below it, and none beside or above it</text></svg>'
    )


def _floor(row: list[str], y: int) -> str:
    width = (_WIDTH - _LEFT - 2 - _GAP * (len(row) - 1)) / len(row)
    boxes = [(_LEFT + at * (width + _GAP), name) for at, name in enumerate(row)]
    return "".join(
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_HIGH}" rx="5" fill="none" stroke="currentColor"/>'
        f'<text x="{x + width / 2:.1f}" y="{y + 22}" text-anchor="middle">{escape(name)}</text>'
        for x, name in boxes
    )


def rules() -> str:
    """The names of all contracts: each is a sentence."""
    return "\n".join(f"- {one['name']}" for one in contracts())
