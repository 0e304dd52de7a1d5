"""The most probable output need not be the best: where many outputs are right, chance may serve better than search.

A shipped model has learned a translation with many right wordings, which share the probability, and a few empty targets, which
do not. Exact search finds what is most probable; draws follow the probabilities. Which says what was asked?
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.decoding.beam import BeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.greedy import GreedySearch
from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.language import mark
from core.runs.trained import load
from core.training.evaluation import free_run

_RUN, _SENTENCES = "demo/synonyms-transformer", 40
_DRAWN, _BEST = "drawn by chance", "exact search"
_LEAD = 0.1


class Likeliest(AbstractClaim):
    """The same sentences, searched and drawn."""

    name = "likeliest"
    lecture = (40,)
    statement = "The most probable output is not always the best one: drawing by chance can be right more often"
    source = "Lee 2021, Transformer (sampling); Holtzman et al. 2020, arXiv:1904.09751; Stahlberg & Byrne 2019, arXiv:1908.10090"
    effect_is = mark("held-out sentences that one draw says right, {run}", run=_RUN)
    baseline_is = "the same of the most probable output, by exact search"
    unit = "share of sentences"
    rule = mark(
        "shown when with every seed draws are right {lead:g} more often; contradicted when with every seed the "
        "most probable output is",
        lead=_LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Decode; chance draws the sentences and the outputs, nothing is trained."""
        trained, rows = load(_RUN), list[Row]()
        searches: dict[str, AbstractSearch] = {
            _DRAWN: SamplingSearch(seed=seed), "drawn among the likeliest (top-p 0.9)": SamplingSearch(top_p=0.9, seed=seed),
            "greedy": GreedySearch(), "beam of 16": BeamSearch(width=16), _BEST: ExactSearch(),
        }  # fmt: skip
        examples = drawn(trained, seed, max(2, round(_SENTENCES * min(1.0, budget))))
        for at, (name, search) in enumerate(searches.items(), start=1):
            outputs = free_run(trained.model, [one.source for one in examples], trained.vocabularies, search)
            right = [trained.config.task.right(one, tuple(output)) for one, output in zip(examples, outputs)]
            rows.append({
                "outputs": name, "right": sum(right) / len(right), "empty": sum(not one for one in outputs) / len(outputs),
                "different": len({tuple(one) for one in outputs}),
            })  # fmt: skip
            yield Progress(at / len(searches), tuple(rows))
        shares = {row["outputs"]: float(row["right"] or 0) for row in rows}
        return Measured(shares[_DRAWN], shares[_BEST], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        leads = [one.effect - one.baseline for one in found]
        return judged([lead >= _LEAD for lead in leads], [lead <= -_LEAD for lead in leads])
