"""What the drawn components share on the Python side: their files, their byte format, whose selection wins.

The browser half is canvas.js. A component is plain JavaScript beside its Python file, without a build step; its script is
canvas.js and its own files, joined. Streamlit takes a one-line string for a path, so scripts always keep their newlines.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dashboard import state

ASSETS = Path(__file__).parent


def script(*names: str) -> str:
    """Source of canvas.js followed by the named files, one module; the last one holds `export default`."""
    return "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in ("canvas", *names))


def style(*names: str) -> str:
    """canvas.css followed by the named files."""
    return "\n".join((ASSETS / f"{name}.css").read_text(encoding="utf-8") for name in ("canvas", *names))


def codes(weights: np.ndarray, high: float) -> np.ndarray:
    """Weights as 256 levels of `high`: what a screen can show; NaN and negatives become 0.

    >>> codes(np.array([0.0, 0.25, 0.5]), 0.5).tolist()
    [0, 128, 255]
    """
    scaled = np.multiply(weights, 255 / high if high > 0 else 0.0, dtype=np.float32)
    np.nan_to_num(scaled, copy=False, nan=0.0)
    scaled += 0.5
    np.clip(scaled, 0, 255, out=scaled)
    return scaled.astype(np.uint8)


def pack(header: Mapping[str, Any], *bodies: np.ndarray) -> bytes:
    """Four bytes (little-endian) with the header's length, the header as JSON, then the numbers.

    The header gets `revision`, a digest of everything, by which the browser knows that nothing has changed: Streamlit
    hands the same bytes to the component again at every rerun of the script.
    """
    raw = [np.ascontiguousarray(body).tobytes() for body in bodies]
    text = json.dumps(header, ensure_ascii=False)
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12)
    for body in raw:
        digest.update(body)
    encoded = (text[:-1] + f', "revision": "{digest.hexdigest()}"}}').encode("utf-8", "replace")
    return b"".join([len(encoded).to_bytes(4, "little"), encoded, *raw])


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
