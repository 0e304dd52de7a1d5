"""Maps and the ways in which other programs write them."""

import csv
import io
import json
from collections.abc import Callable

import numpy as np
from safetensors.numpy import save


def soft(rows: int, columns: int, seed: int = 0, sharp: float = 40.0) -> np.ndarray:
    """A noisy diagonal: float32, rows sum to one."""
    noise = np.random.default_rng(seed).normal(size=(rows, columns))
    far = np.abs(np.arange(rows)[:, None] / rows - np.arange(columns)[None] / columns)
    powers = np.exp(0.3 * noise - sharp * far)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def safetensors(**arrays: np.ndarray) -> bytes:
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def as_json(array: np.ndarray) -> bytes:
    return json.dumps(array.tolist()).encode()


def as_csv(array: np.ndarray, mark: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=mark).writerows(array.tolist())
    return file.getvalue().encode()


# a map of any rank in every form that keeps its rank
WRITERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "map.npy": npy,
    "map.npz": lambda array: npz(attn=array),
    "map.safetensors": lambda array: safetensors(attn=array),
    "map.json": as_json,
}
