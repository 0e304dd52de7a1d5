"""How long it takes to begin: importing, and a whole decoding from the command line, against importing torch alone."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.row import Measured, Row, times

ROOT = Path(__file__).resolve().parents[2]
FIXED = 0.3  # seconds that importing core may take beside its share of torch's
DECODE = "import sys; sys.argv = ['attnlab', 'decode', 'demo/reverse-transformer', 'hello']; from core.cli import main; main()"
PUBLIC = "import core; [getattr(core, name) for name in core.__all__]"


def seconds(program: str) -> float:
    """Wall seconds of a fresh Python that runs this."""
    began = time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, capture_output=True, env=environment)
    return time.perf_counter() - began


def against_torch(program: str, share: float, fixed: float) -> Measured:
    """Its seconds over those of importing torch, in turns; `fixed` seconds are taken off first."""
    pairs = [(seconds(program), seconds("import torch")) for _ in range(times(7, share, least=2) + 1)][1:]
    mine, other = (median(side) for side in zip(*pairs))
    ratios = [(one - fixed) / two for one, two in pairs]
    return Measured((mine - fixed) / other, min(ratios), max(ratios), f"{mine:.2f} s against {other:.2f} s for torch")


ROWS = [
    Row("import-core", f"importing all that core offers, less {FIXED} s, against `import torch`", "×", 1.2,
        lambda share: against_torch(PUBLIC, share, FIXED)),
    Row("decode-cold", "`attnlab decode demo/reverse-transformer hello` in a fresh process, against `import torch`", "×", 2.0,
        lambda share: against_torch(DECODE, share, 0.0)),
]  # fmt: skip
