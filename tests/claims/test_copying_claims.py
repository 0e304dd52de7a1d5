"""Copying and coverage: the verdicts follow their rules."""

import pytest

from core.claims.claim import Measured
from core.claims.copying import Copying
from core.claims.coverage import Coverage
from core.claims.experiment import run


def asked(plain: tuple[float, float], pointer: tuple[float, float], copynet: tuple[float, float]) -> Measured:
    """Shares of known and of unseen names."""
    rows = tuple(
        {"decoder": name, "exact, known names": known, "exact, unseen names": unseen}
        for name, (known, unseen) in (("plain", plain), ("pointer", pointer), ("copynet", copynet))
    )
    return Measured(pointer[1], plain[1], rows)


GOOD = asked((0.8, 0.0), (1.0, 0.95), (0.9, 0.9))


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (GOOD, "shown"),
        (asked((0.4, 0.0), (1.0, 0.95), (0.9, 0.9)), "not shown"),  # who never learned the sentences shows nothing
        (asked((0.8, 0.1), (1.0, 0.95), (0.9, 0.9)), "not shown"),
        (asked((0.8, 0.0), (1.0, 0.95), (0.9, 0.8)), "not shown"),  # both must copy
        (asked((0.8, 0.0), (0.8, 0.95), (0.9, 0.9)), "not shown"),  # and answer known names as well
    ],
)
def test_every_seed_must_show_that_copying_answers_unseen_names(other, verdict):
    assert Copying().verdict([GOOD, other]) == verdict


def test_copying_is_contradicted_where_the_plain_decoder_answers_more():
    worse = asked((1.0, 0.5), (1.0, 0.4), (1.0, 0.4))
    assert Copying().verdict([worse, worse]) == "contradicted" and Copying().verdict([worse, GOOD]) == "not shown"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.1, 0.2), (0.0, 0.3)], "shown"),
        ([(0.1, 0.2), (0.11, 0.2)], "not shown"),
        ([(0.0, 0.0)], "not shown"),  # nothing was repeated at all
        ([(0.2, 0.1), (0.3, 0.2)], "contradicted"),
    ],
)
def test_every_seed_must_halve_the_repetition(found, verdict):
    assert Coverage().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


@pytest.mark.slow
def test_names_that_no_vocabulary_holds_are_copied_and_a_plain_decoder_says_none():
    finding = run(Copying(), [0])
    assert finding.verdict == "shown" and finding.effect >= 0.9 and finding.baseline <= 0.05
