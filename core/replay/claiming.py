"""The page Claims: one claim measured with one seed."""

from core.claims.document import VERDICTS
from core.claims.lecture import ANY, LECTURE, in_order, told
from core.language import mark, tr
from core.replay.parameter import Choice, Several, Whole
from core.replay.view import Numbers, View, section


def measured_claim(name: str, seed: int) -> Numbers:
    """What an experiment comes to; its table may have times of a machine and is left out."""
    from core.claims.experiment import run
    from core.claims.table import CLAIMS

    found = run(CLAIMS[name](), [seed])
    return {
        "effect": found.effect,
        "baseline": found.baseline,
        "verdict": found.verdict,
        "rows": len(found.rows),
        "unit": found.unit,
    }


CLAIMING = {
    "claims": View(
        mark("Claims"),
        {
            None: section(
                measured_claim,
                {
                    "step": Choice("lecture step", ANY, range(len(LECTURE) + 1), told),
                    "verdicts": Several("claims verdicts", (), VERDICTS, lambda one: tr(VERDICTS[one])),
                },
                name=Choice("claim", in_order()[0], in_order()),
                seed=Whole("claim seed", 0, 0, 999),
            )
        },
    )
}
