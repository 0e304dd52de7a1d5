"""What the drawn components share on the Python side: their files, their byte format, whose selection wins.

The browser half is canvas.js. A component is plain JavaScript beside its Python file, or in core/figures/drawn where views
in notebooks draw with it too, without a build step; its script is canvas.js and its own files, joined. Streamlit takes a
one-line string for a path, so scripts always keep their newlines.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.figures.drawn import scripts
from core.figures.drawn.packing import codes as codes
from core.figures.drawn.packing import pack as pack
from dashboard import state

ASSETS = Path(__file__).parent


def script(*names: str) -> str:
    """Source of canvas.js followed by the named files, one module; the last one holds `export default`."""
    return scripts.script(*names, beside=ASSETS)


def shared_script(*names: str, mount: tuple[str, str]) -> str:
    """The same of files that notebooks draw with too, and the line by which Streamlit mounts them.

    Args:
        names: the files.
        mount: the class of the drawing in style sheets, and its class in JavaScript.
    """
    look, view = mount
    return f'{script(*names)}\nexport default (component) => present(component, "{look}", {view});\n'


def style(*names: str) -> str:
    """canvas.css followed by the named files."""
    return scripts.style(*names, beside=ASSETS)


def style_alone(*names: str) -> str:
    """The named files of core without canvas.css: for a component that shares the page's own styles."""
    return "\n".join((scripts.HERE / f"{name}.css").read_text(encoding="utf-8") for name in names)


def remembered(key: str, name: str) -> Any:
    """A component's own state from the last run, before it is mounted again; None at first."""
    known = state.get(key)
    return known.get(name) if known else None


def settled(pick: Mapping[str, Any] | None, passed: Any) -> Any:
    """Which selection holds: the user's click, unless the page has passed another one since.

    Args:
        pick: the component's state `{"at": value, "base": what was passed when the user clicked}`; under a test `base`
            may be left out.
        passed: what the page passes now.

    >>> settled(None, 3), settled({"at": 5, "base": 3}, 3), settled({"at": 5, "base": 3}, 7)
    (3, 5, 7)
    """
    if not pick or "at" not in pick:
        return passed
    if "base" in pick and passed not in (pick["base"], pick["at"]):
        return passed
    return pick["at"]
