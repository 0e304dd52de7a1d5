"""Where attention looks, is that what the output depends on? Deletion, against chance, on shipped models.

Source tokens are deleted one by one, most looked at first, and the log-probability of an output token falls. How soon it
falls is compared with random orders of the same tokens. The table has every other map beside it (rollout, flow, gradients)
and a second model, so that one sees how little "better than chance" says: another map of the same model may be far better.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.errors import InputError
from core.language import mark, tr
from core.runs.beam_sizes import sentences
from core.runs.explaining import Areas, over_sentences
from core.runs.trained import load
from core.seeds import Seeds

RUNS = ("demo/dates-transformer", "demo/dates-gru")
_SENTENCES = 40


class Explanation(AbstractClaim):
    """Cross-attention against random orders, on held-out sentences of a shipped Transformer."""

    name = "explanation"
    lecture = (34,)
    statement = "The source tokens that cross-attention looks at most matter more to the output than tokens at random"
    source = "Jain & Wallace 2019, arXiv:1902.10186; Wiegreffe & Pinter 2019, arXiv:1908.04626"
    effect_is = mark("deletion area of cross-attention, {runs}", runs=RUNS[0])
    baseline_is = "deletion area of random orders, same sentences"
    unit = "nats"
    rule = (
        "shown when, with every seed, the area of cross-attention lies more than two standard errors above that of random "
        "orders on the same sentences; contradicted when with every seed it lies as far below"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Delete on two shipped models; chance draws the output tokens and the random orders, nothing is trained."""
        found: list[tuple[str, Areas]] = []
        count = max(2, round(_SENTENCES * budget))
        for at, run in enumerate(RUNS):
            trained, now = load(run), None
            for now in over_sentences(trained, sentences(trained, count), Seeds(seed)):
                yield Progress((at + now.done / now.total) / len(RUNS), _rows([*found, (run, now)]))
            if now is None:
                raise InputError(
                    tr("{run} has no held-out sentence to delete tokens of; reinstall the program's own runs", run=run)
                )
            found.append((run, now))
        first = found[0][1]
        return Measured(float(first.maps[:, 0].mean()), float(first.random.mean()), _rows(found))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        rows = [one.rows[0] for one in found]
        gains = [(float(row["gain"] or 0), float(row["error"] or 0)) for row in rows]
        return judged([gain > 2 * error for gain, error in gains], [gain < -2 * error for gain, error in gains])


def _rows(found: Sequence[tuple[str, Areas]]) -> tuple[Row, ...]:
    """A row for every map of every model; the first is that of the claim."""
    return tuple(
        {
            "run": run, "map": name, "sentences": areas.done, "area": float(areas.maps[:, at].mean()),
            "random": float(areas.random.mean()), "gain": float(areas.gains[at]), "error": float(areas.errors[at]),
            "better here": float(areas.better[:, at].mean()),
        }
        for run, areas in found
        for at, name in enumerate(areas.names)
    )  # fmt: skip
