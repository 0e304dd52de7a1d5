"""Attention of the probe sentence through the training, one small file a step.

`snapshots/step-000010.npz` holds `numbers` (every weight and score in one flat array) and `header` (JSON: sites,
labels, shapes), so that any program with numpy can read it and writing costs two array entries however many matrices
there are. Never pickled: arrays of objects are neither written nor read.
"""

import io
import json
import re
from typing import Any

import numpy as np

from core.data.numpy_file import read_npz
from core.errors import AttentionLabError, RunError
from core.language import tr
from core.recording.matrix import AttentionMatrix, Site
from core.runs import atomic
from core.runs.folder import RunFolder

_NAME = re.compile(r"step-(\d{6,12})\.npz")
_LARGEST = 256_000_000  # bytes of all entries, unpacked; a file that claims more is not a snapshot of ours
_FORMAT = "attnlab/snapshot/1"
_RUBBISH = (  # what json, numpy and AttentionMatrix say to bytes that are no snapshot
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    RecursionError,
    OverflowError,
    AttentionLabError,
)


def write(run: RunFolder, step: int, matrices: tuple[AttentionMatrix, ...]) -> None:
    """Keep the matrices of a step, bit for bit; a file of the same step is replaced. About 1 ms for 12 small matrices.

    Raises:
        RunError: the disk refuses; the other snapshots are untouched.
    """
    run.check_writable(tr("no snapshot can be added"))
    folder = run.path / "snapshots"
    with atomic.disk_errors(tr("writing the snapshot of step {step} of {address}", step=step, address=run.address)):
        folder.mkdir(exist_ok=True)
        atomic.write_bytes(folder / f"step-{step:06d}.npz", pack(matrices))


def read(run: RunFolder, step: int) -> tuple[AttentionMatrix, ...]:
    """The matrices of a step, as they were written.

    Raises:
        RunError: there is no such step, or its file is damaged.
    """
    path = run.path / "snapshots" / f"step-{step:06d}.npz"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RunError(
            tr(
                "{address} has no snapshot of step {step}; steps with one: {some}",
                address=run.address,
                step=step,
                some=_some(steps(run)),
            )
        ) from None
    except OSError as error:
        raise RunError(
            tr("{path} cannot be read ({strerror}); check its permissions", path=path, strerror=error.strerror)
        ) from error
    try:
        return unpack(data)
    except _RUBBISH as error:
        raise RunError(
            tr("{path} is damaged ({error}); delete the file: the other steps are not touched", path=path, error=error)
        ) from error


def steps(run: RunFolder) -> list[int]:
    """Steps that have a snapshot, in order."""
    try:
        names = [path.name for path in (run.path / "snapshots").iterdir()]
    except OSError:
        return []
    return sorted(int(match[1]) for name in names if (match := _NAME.fullmatch(name)))


def pack(matrices: tuple[AttentionMatrix, ...]) -> bytes:
    """Matrices as the bytes of an uncompressed npz file."""
    labels: dict[tuple[str, ...], int] = {}
    arrays: list[np.ndarray] = []
    entries = []
    for matrix in matrices:
        present = [matrix.weights] if matrix.scores is None else [matrix.weights, matrix.scores]
        arrays += present
        entries.append(
            {
                "site": vars(matrix.site),
                "heads": matrix.heads,
                "queries": labels.setdefault(matrix.queries, len(labels)),
                "keys": labels.setdefault(matrix.keys, len(labels)),
                "dtypes": [array.dtype.str for array in present],
            }
        )
    header = {"format": _FORMAT, "labels": list(labels), "matrices": entries}
    flat = [array.ravel() for array in arrays]
    numbers = np.concatenate(flat) if flat else np.zeros(0, dtype=np.float32)  # mixed kinds widen, which loses nothing
    file = io.BytesIO()
    np.savez(file, header=np.array(json.dumps(header).encode()), numbers=numbers)
    return file.getvalue()


def unpack(data: bytes) -> tuple[AttentionMatrix, ...]:
    """The matrices of `pack`; whatever is wrong with hostile bytes is an exception, never code that runs."""
    file = read_npz(data, tr("the snapshot"), _LARGEST)
    header, numbers = json.loads(bytes(file["header"].item())), file["numbers"]
    if header["format"] != _FORMAT:
        raise ValueError(f"format {header['format']!r} instead of {_FORMAT!r}")
    labels = [tuple(str(token) for token in tokens) for tokens in header["labels"]]
    taken, matrices = 0, []
    for entry in header["matrices"]:
        queries, keys = labels[entry["queries"]], labels[entry["keys"]]
        shape = (int(entry["heads"]), len(queries), len(keys))
        arrays: list[Any] = []
        for dtype in entry["dtypes"]:
            if np.dtype(dtype).kind != "f":
                raise ValueError(f"numbers of kind {dtype!r}")
            size = shape[0] * shape[1] * shape[2]
            arrays.append(numbers[taken : taken + size].reshape(shape).astype(np.dtype(dtype), copy=False))
            taken += size
        matrices.append(AttentionMatrix(Site(**entry["site"]), arrays[0], queries, keys, *arrays[1:2]))
    return tuple(matrices)


def _some(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:6])) + (" …" if len(numbers) > 6 else "") if numbers else tr("none")
