"""The number of a definition: it changes with what is computed and with nothing else."""

import pytest

from core.claims import definition as room
from core.claims.copying import Copying
from core.claims.definition import definition, stripped
from core.claims.heads import Heads
from core.claims.order import Order
from core.claims.table import CLAIMS

BEFORE = '''
"""Counting."""
from core.errors import InputError

class Counting:
    """Counts."""
    name, unit = "counting", "steps"
    rule = "shown when there are ten"
    def measure(self, seed):
        """By one."""
        if seed < 0:
            raise InputError(f"{seed} is none")
        return {"kind": "odd", "count": seed + 10}
'''
SAME = '''
"""Counting, told otherwise."""
from core.errors import InputError
from core.language import mark, tr

class Counting:
    name, unit = "counting", mark("paces")  # a comment
    rule = mark("shown when ten are there")
    lecture = (1, 2)

    def measure(self, seed):
        if seed < 0:
            raise InputError(tr("{seed} is none", seed=seed))
        return {"kind": mark("odd"),
                "count": seed + 10}
'''


def test_words_layout_and_translation_decide_nothing():
    assert stripped(BEFORE) == stripped(SAME)


@pytest.mark.parametrize(
    ("was", "becomes"), [("+ 10", "+ 11"), ("< 0", "<= 0"), ('"odd"', '"even"'), ("raise", "return")]
)
def test_what_is_computed_decides(was, becomes):
    assert was in BEFORE and stripped(BEFORE) != stripped(BEFORE.replace(was, becomes))


def test_every_claim_has_its_own():
    assert len({definition(claim) for claim in CLAIMS.values()}) == len(CLAIMS)


def test_what_a_claim_takes_from_its_neighbours_belongs_to_it(monkeypatch):
    before = {claim: definition(claim) for claim in (Order, Heads, Copying)}
    source = room._source
    monkeypatch.setattr(
        room, "_source", lambda module: source(module) + ("\nMORE = 1" if module.endswith("ordered") else "")
    )
    assert {claim for claim, number in before.items() if definition(claim) != number} == {Order}
