"""Searches whose model is stepped, beside those whose model runs ahead of them."""

import numpy as np

from core.decoding.batched import decode
from core.models.fast.table import fast


class Stepped:
    """A step model that does not run ahead."""

    def __init__(self, model):
        self.begin, self.end, self.never_generated = model.begin, model.end, model.never_generated
        self.start, self.step = model.start, model.step


def plain_of(net):
    return Stepped(fast(net, "*decoder*"))


def both(ready, net, search, numbers, rules):
    """What a model that runs ahead gives, after it was held to plain steps."""
    (mine,) = decode(search, ready, [numbers], [rules])
    (plain,) = decode(search, plain_of(net), [numbers], [rules])
    assert_same(mine, plain)
    return mine


def assert_same(mine, plain):
    """Two searches of one source: everything that was weighed and recorded, step by step."""
    assert mine.stop_reason == plain.stop_reason and mine.step == plain.step
    for one, other in zip(mine.history, plain.history):
        assert [n.tokens() for n in one.born] == [n.tokens() for n in other.born]
        assert [n.status for n in one.born] == [n.status for n in other.born]
        assert within([n.logp for n in one.born], [n.logp for n in other.born])
        assert set(one.rows) == set(other.rows)
        for site, rows in one.rows.items():
            assert within(rows, other.rows[site])


def within(mine, theirs):
    """Whether all numbers agree to 1e-5, large ones to a millionth; of many small arrays, a tenth of the time of `approx`."""
    mine, theirs = np.asarray(mine, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if mine.shape != theirs.shape:
        return False
    finite = np.isfinite(theirs)
    far = np.abs(mine[finite] - theirs[finite]) > np.maximum(1e-5, 1e-6 * np.abs(theirs[finite]))
    return not far.any() and np.array_equal(mine[~finite], theirs[~finite])
