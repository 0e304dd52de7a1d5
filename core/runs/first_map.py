"""What the start page plays: one short decoding of a shipped run, recorded once, so that it is there before PyTorch is.

`python -m core.runs.first_map` records it anew; tests/runs/test_first_map.py holds it against what the run gives today.
Reading it imports no PyTorch: the page is on screen while PyTorch is still being imported.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from core.data.vocabulary import END, SPECIALS
from core.errors import RunError
from core.language import tr
from core.runs import atomic

FILE = Path(__file__).resolve().parents[2] / "assets" / "first_map.json"
RUN, SOURCE = (
    "demo/dates-gru",
    "April 30, 1981",
)  # one attention, and it leaps: the year comes last and is written first
_DIGITS = 4  # behind the point; a map on screen has 256 levels


@dataclass(frozen=True)
class FirstMap:
    """A decoding, one row of attention a step.

    Attributes:
        run: address of the shipped run; source: the text it read; step: of its checkpoint.
        site: name of the attention in the model.
        tokens: of the source, a column each; written: what the decoder wrote, a row each, the end among them.
        weights: [row, column], of the only head of that site; each row sums to one.
    """

    run: str
    source: str
    step: int
    site: str
    tokens: tuple[str, ...]
    written: tuple[str, ...]
    weights: Float[np.ndarray, "row column"]


def first_map() -> FirstMap:
    """The decoding that is shipped.

    Raises:
        RunError: its file is missing or damaged.
    """
    try:
        facts = json.loads(FILE.read_text(encoding="utf-8"))
        facts |= {"tokens": tuple(facts["tokens"]), "written": tuple(facts["written"])}
        shipped = FirstMap(**facts | {"weights": np.array(facts["weights"], dtype=np.float32)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            tr(
                "{name} cannot be read ({error}); make it anew: python -m core.runs.first_map",
                name=FILE.name,
                error=error,
            )
        ) from error
    if shipped.weights.shape != (len(shipped.written), len(shipped.tokens)):
        raise RunError(tr("{name} does not fit together; make it anew: python -m core.runs.first_map", name=FILE.name))
    return shipped


def record() -> FirstMap:
    """The same decoding by the shipped run, as it is today."""
    from core.runs.trained import load

    model = load(RUN)
    (cross,) = model.matrices(SOURCE, only="*cross*")
    return FirstMap(
        run=RUN,
        source=SOURCE,
        step=model.step,
        site=cross.site.name,
        tokens=tuple(cross.keys),
        written=(*cross.queries[1:], SPECIALS[END]),
        weights=cross.weights[0],
    )


def _write(made: FirstMap) -> None:
    rows = [[round(float(weight), _DIGITS) for weight in row] for row in made.weights]
    with atomic.disk_errors(f"writing {FILE}"):
        atomic.write_json(FILE, vars(made) | {"weights": rows})


if __name__ == "__main__":
    _write(record())
