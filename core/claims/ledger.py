"""The measured claims: what each came to, with which seeds, when and on what; a file that comes with the program.

It is written by `attnlab claims --write`, after every claim, so that an hour's work is not lost with its last minute. The
document docs/claims-table.md is made from it, and the page Claims shows it beside what is measured here.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from core.claims.claim import Verdict
from core.claims.definition import definition
from core.claims.experiment import Experiment
from core.claims.table import CLAIMS
from core.errors import DataError
from core.language import tr

FORMAT = 1
SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "claims" / "measured.json"


@dataclass(frozen=True)
class Measurement:
    """What one claim came to.

    Attributes:
        seeds: one experiment each; effects, baselines: in the claim's unit, one a seed.
        seconds: of the processor, over all of them; cores: that the machine has, of which an experiment uses one.
        definition: of the claim as it was, see core/claims/definition.py; program, torch: versions; date: ISO 8601.
    """

    seeds: tuple[int, ...]
    effects: tuple[float, ...]
    baselines: tuple[float, ...]
    verdict: Verdict
    seconds: float
    definition: str
    cores: int
    program: str
    torch: str
    date: str

    @property
    def effect(self) -> float:
        """Mean over the seeds."""
        return sum(self.effects) / len(self.effects)

    @property
    def baseline(self) -> float:
        """Mean over the seeds."""
        return sum(self.baselines) / len(self.baselines)

    def holds(self, name: str) -> bool:
        """Whether the claim of this name is still what was measured."""
        return name in CLAIMS and self.definition == definition(CLAIMS[name])


Ledger = Mapping[str, Measurement]


def measurement(experiment: Experiment, seconds: float) -> Measurement:
    """What a finished experiment is in the ledger.

    Args:
        seconds: of the processor, over all its seeds.
    """
    finding = experiment.finding
    assert finding is not None  # it is finished
    return Measurement(
        experiment.seeds, tuple(one.effect for one in experiment.found), tuple(one.baseline for one in experiment.found),
        finding.verdict, round(seconds, 1), definition(type(experiment.claim)), os.cpu_count() or 1,
        version("attention-lab"), torch.__version__, date.today().isoformat(),
    )  # fmt: skip


def read(path: Path) -> dict[str, Measurement]:
    """The ledger of a file, in the order of the table; none where there is no file.

    Raises:
        DataError: the file is not such a ledger.
    """
    if not path.is_file():
        return {}
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        if written["format"] != FORMAT:
            raise ValueError(tr("its format is {format}, not {known}", format=written["format"], known=FORMAT))
        found = {name: _measurement(fields) for name, fields in written["claims"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise DataError(tr("{path} is no ledger of measured claims: {error}", path=path, error=error)) from error
    return {name: found[name] for name in (*CLAIMS, *(set(found) - set(CLAIMS))) if name in found}


def write(ledger: Ledger, path: Path) -> None:
    """Replace the file; what stood there stays whole if this ends halfway."""
    ordered = {name: asdict(ledger[name]) for name in CLAIMS if name in ledger}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".writing")
    beside.write_text(json.dumps({"format": FORMAT, "claims": ordered}, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def _measurement(fields: dict[str, Any]) -> Measurement:
    return Measurement(**fields | {word: tuple(fields[word]) for word in ("seeds", "effects", "baselines")})
