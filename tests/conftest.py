"""For every test: one thread a process (small tensors are slower with two, and two test processes share two cores)."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; no import of the package here (shape checks)
os.environ.setdefault("MKL_NUM_THREADS", "1")

from tests.checking import install

install()
