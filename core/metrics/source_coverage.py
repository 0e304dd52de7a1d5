"""How evenly an alignment map uses its sources: what each gets over all outputs, and from how many outputs it comes.

Source: Rikters & Fishel 2017, section 3, arXiv:1710.03743, where the two measure how far a translation may be trusted.

Worked by hand: three outputs, three sources, the first read twice, the last one never. Coverage is (2, 1, 0), an equal share 1:

>>> rows = np.eye(3)[[0, 1, 0]]
>>> round(coverage_deviation(rows), 3), round(coverage_penalty(rows), 3)  # (1 + 0 + 1) / 3; −2/3 · log 2
(0.667, -0.462)
>>> round(source_absentmindedness(rows), 3)  # log 2 for the first, 0 for the second, the third has nothing: half of log 2
0.347
"""

import numpy as np
from jaxtyping import Float

Rows = Float[np.ndarray, "target source"]


def coverage_deviation(rows: Rows) -> float:
    """Σ_s (Σ_t a_ts − T/S)² / S; 0 where every source gets an equal share."""
    targets, sources = rows.shape
    return float(((rows.sum(axis=0) - targets / sources) ** 2).mean())


def coverage_penalty(rows: Rows) -> float:
    """−Σ_s log(1 + (1 − Σ_t a_ts)²) / S, at most 0: 0 where every source gets the weight of one output, no more, no less.

    It is for as many outputs as sources; where outputs are more, as frames are, a perfect map is below 0 too.
    """
    return float(0.0 - np.log1p((1.0 - rows.sum(axis=0)) ** 2).mean())


def source_absentmindedness(rows: Rows) -> float:
    """Mean over sources of the entropy of where a source's weight comes from, in nats, 0…log T; those without any are left out.

    A column of a_ts, divided by its sum, is a distribution over outputs; with several outputs on each source it is not 0.
    """
    columns = rows[:, rows.sum(axis=0) > 0]
    columns = columns / columns.sum(axis=0)
    logs = np.log(np.where(columns > 0, columns, 1.0))
    return float(np.maximum(-(columns * logs).sum(axis=0), 0.0).mean())
