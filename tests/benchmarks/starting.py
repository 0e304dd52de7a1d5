"""How long it takes to begin: importing, a whole decoding from the command line, and until the first map moves in a browser."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.recording import empty_home
from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import SLOW, app, chromium

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


def to_the_map(share: float) -> Measured:
    """Seconds from the server's start until the map has stood there and its first row is lit, in a browser that is open already."""
    took = []
    with chromium() as browser:
        for _ in range(times(5, share) + 1):
            with empty_home() as home:
                began = time.perf_counter()
                with app(ROOT / "dashboard" / "app.py", home) as address, browser.new_context() as visitor:
                    opened = visitor.new_page()
                    opened.goto(address, wait_until="commit", timeout=SLOW)
                    opened.locator('.living-map[data-at="1"]').wait_for(timeout=SLOW)
                    took.append(time.perf_counter() - began)
    return middle(took[1:], "each with an empty cache of the browser")  # the first one reads everything from the disk


ROWS = [
    Row("import-core", f"importing all that core offers, less {FIXED} s, against `import torch`", "×", 1.2,
        lambda share: against_torch(PUBLIC, share, FIXED)),
    Row("decode-cold", "`attnlab decode demo/reverse-transformer hello` in a fresh process, against `import torch`", "×", 2.0,
        lambda share: against_torch(DECODE, share, 0.0)),
    Row("start-map", "from the start of the server until the map of the page Start moves in Chromium", "s", 3.0, to_the_map),
]  # fmt: skip
