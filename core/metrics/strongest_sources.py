"""What can be counted along the strongest source of each output of an alignment map, read one after the other.

These are the usual detectors as plain numbers, each of which one look at a map confirms; they take every output at its word, so
a single stray counts. The doctor (doctor.py) names places and leaves strays out.

Sources: what goes wrong in synthesized speech (skipped, repeated, stuck, cut short), Shen et al. 2018, section 3.2,
arXiv:1712.05884; Battenberg et al. 2020, arXiv:1910.10288.

Worked by hand, with three outputs and three sources, of which the first is read again and the last one never:

>>> strongest = np.array([0, 1, 0])
>>> rows = np.eye(3)[strongest]
>>> backward_jumps(strongest), longest_stay(strongest), round(end_reached(strongest, 3), 3)
(1, 1, 0.333)
>>> round(skipped(rows, strongest), 3), round(repeated(strongest, 3), 3)
(0.333, 0.333)
"""

import numpy as np
from jaxtyping import Float, Int

LOOKED_AT = 0.3  # the weight from which a source counts as looked at

Strongest = Int[np.ndarray, " target"]


def backward_jumps(strongest: Strongest) -> int:
    """Σ_t 1[s_t < s_{t−1}]: how many outputs look at a place before the last one's; from 0 to T − 1."""
    return int((np.diff(strongest) < 0).sum())


def longest_stay(strongest: Strongest) -> int:
    """The most outputs one after the other with the same strongest source; from 1 to T. A hanging synthesizer has a long one."""
    changes = np.flatnonzero(np.diff(strongest)) + 1
    return int(np.diff(np.concatenate([[0], changes, [len(strongest)]])).max())


def end_reached(strongest: Strongest, sources: int) -> float:
    """(s_T + 1) / S: how far along the sources the last output looks, in 1/S…1. An output that ends early has less than 1."""
    return float((strongest[-1] + 1) / sources)


def skipped(rows: Float[np.ndarray, "target source"], strongest: Strongest) -> float:
    """Σ_s 1[max_t a_ts < 0.3 or s is nobody's strongest] / S, in 0…1; with fewer outputs than sources there must be some."""
    unseen = rows.max(axis=0) < LOOKED_AT
    unseen[np.setdiff1d(np.arange(rows.shape[1]), strongest)] = True
    return float(unseen.mean())


def repeated(strongest: Strongest, sources: int) -> float:
    """The share of sources that are left and come back to: more than one run of outputs has them as strongest; in 0…1."""
    begins = strongest[np.concatenate([[True], np.diff(strongest) != 0])]
    return float((np.bincount(begins, minlength=sources) > 1).mean())
