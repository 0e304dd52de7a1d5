"""Numbers on their way to a browser: levels that a screen can show, and the bytes that canvas.js unpacks."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np


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
