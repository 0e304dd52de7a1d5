"""Numbers of a view as JSON: everything a page shows that can be counted, exactly as it was computed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import isnan
from typing import Any

import numpy as np
import torch

from core.settings import Settings

MOST_DIFFERENCES = 12  # told of two views; the rest are counted


def as_json(numbers: Mapping[str, Any]) -> str:
    """Numbers as JSON text, a line for each name; floats keep every digit, so equal texts are equal numbers.

    Args:
        numbers: by name; arrays, tensors and dataclasses of them too.

    >>> print(as_json({"rows": np.eye(2), "best": "danke"}))
    {
     "rows": [[1.0, 0.0], [0.0, 1.0]],
     "best": "danke"
    }
    """
    lines = (f" {json.dumps(name)}: {json.dumps(plain(value), ensure_ascii=False)}" for name, value in numbers.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, Settings):
        return {"name": getattr(value, "name", type(value).__name__), **value.to_dict()}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def differences(view: Any, script: Any, where: str = "") -> Iterator[str]:
    """Where two values of JSON differ, a line each.

    >>> list(differences({"p": [0.5, 0.25]}, {"p": [0.5, 0.26]}))
    ['p[1]: 0.25 in the view, 0.26 by the script']
    """
    if isinstance(view, dict) and isinstance(script, dict) and set(view) == set(script):
        for name in view:
            yield from differences(view[name], script[name], f"{where}.{name}" if where else name)
    elif isinstance(view, list) and isinstance(script, list) and len(view) == len(script):
        for at, (one, other) in enumerate(zip(view, script)):
            yield from differences(one, other, f"{where}[{at}]")
    elif view != script and not (_no_number(view) and _no_number(script)):
        yield f"{where}: {_short(view)} in the view, {_short(script)} by the script"


def _no_number(value: Any) -> bool:
    return isinstance(value, float) and isnan(value)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else f"{text[:57]}…"
