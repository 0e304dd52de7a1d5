"""The worked example of adapting a model by hand: it runs as it stands in the documents, and everything works on it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "models-from-elsewhere.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    code = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)[-1]
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "models-from-elsewhere.md", "exec"), names)
    return names


def test_the_example_copies_and_shows_where_it_looks(example: dict[str, Any]) -> None:
    model = example["model"]
    assert model.output("cab") == "cab"
    (matrix,) = model.matrices("cab")
    assert matrix.site.kind == "cross" and matrix.keys == ("c", "a", "b", "<end>")
    assert np.array_equal(matrix.weights[0], np.eye(4))


def test_what_is_asked_of_a_run_can_be_asked_of_it(example: dict[str, Any]) -> None:
    model = example["model"]
    assert core.verify(model).ok
    assert model.output("cab", core.BeamSearch(width=3)) == "cab"
    assert core.inspect(model, "cab", [8, 6]).texts == ("c", "a")
    found = core.intervene(
        model, "cab", edits=[core.Edit("decoder.layers.0.cross_attention", 0, row=(0, 0, 1, 0), step=1)]
    )
    assert found.new.text == "bab"
    off = core.intervene(model, "cab", edits=[core.Edit("decoder.layers.0.cross_attention", 0)])
    assert off.new.text != "cab"
