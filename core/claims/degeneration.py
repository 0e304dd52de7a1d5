"""Whoever always takes what is most probable repeats itself; whoever draws by chance does not.

Texts are random walks over forty words: which word comes next depends on the last one alone, and many may. A small Transformer
reads the beginning of a text and learns to go on. Then the same model goes on with the same held-out beginnings, by searches for
the most probable output and by chance. How often a text says the same four words again is counted; the real continuations say how
often that is in the text itself. Where the next word depends on the last one alone, who always takes the most probable next word
must run in circles, however well it has learned: the table has what that gives with the probabilities that made the texts. So
this shows where the repetition comes from, and not that a large model of a language must repeat itself too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import mean

import torch
from jaxtyping import Float
from torch import Tensor

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.batch import Example, collate
from core.data.vocabulary import UNK, Vocabulary
from core.decoding.beam import BeamSearch
from core.decoding.greedy import GreedySearch
from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.language import mark
from core.metrics.diversity import longest_repeated, repeated_share
from core.models.build import build
from core.models.seq2seq import Seq2Seq
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.training.evaluation import free_run
from core.training.likelihood import Likelihood

_WORDS = tuple(f"w{number:02d}" for number in range(40))
_SPREAD = 1.5  # of the logits of the next word: a text is as hard to guess as one of 16 words
_GIVEN, _WRITTEN, _TEXTS = 26, 60, 40  # words read and written; held-out texts
_SETTINGS = TransformerSettings(layers=1, heads=2, width=32)
_STEPS, _BATCH, _RATE = 300, 32, 3e-3
_TEXT, _GREEDY, _BEAM, _DRAWN = "the text itself", "greedy", "beam of 8", "drawn by chance"
_REPEATED = "repeated 4-grams"
_LOOPS, _MORE = 0.5, 0.05
Law = Float[Tensor, "last next"]


class Degeneration(AbstractClaim):
    """One model, the same beginnings, searched and drawn."""

    name = "degeneration"
    lecture = (40, 39)
    statement = "The most probable continuation of a text says the same again and again; one drawn by chance does not"
    source = "Holtzman et al. 2020, arXiv:1904.09751; Lee 2021, Transformer (sampling)"
    effect_is = mark("4-grams that come again in one output of {words} words, greedy search", words=_WRITTEN)
    baseline_is = "the same drawn by chance, from the same model with the same beginnings"
    unit = "share of 4-grams"
    rule = mark(
        "shown when with every seed it is at least {loops:g} with greedy search and with a beam of 8, and drawn by chance at "
        "most {more:g} more than in the text itself; contradicted when with every seed draws repeat more than greedy search",
        loops=_LOOPS,
        more=_MORE,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train, then go on with every beginning in each way; with less budget there are fewer of them."""
        seeds, last, words = Seeds(seed), steps(_STEPS, budget), Vocabulary.of(_WORDS)
        law = (_SPREAD * torch.randn(len(_WORDS), len(_WORDS), generator=seeds.generator("law"))).softmax(-1)
        model = build(_SETTINGS, words, words, seeds)
        for step in _training(model, words, law, seeds, last):
            yield Progress(0.9 * step / last)
        model.never_generated += (UNK, model.end)  # all go on for as long: a short text repeats less
        asked = walks(law, seeds.generator("held out"), max(2, round(_TEXTS * min(1.0, budget))))
        rows = [
            _row(_TEXT, [one.target for one in asked], law),
            _row(
                "most probable next word, known probabilities", [_followed(law, one.source[-1]) for one in asked], law
            ),
        ]
        ways = _ways(seed)
        for at, (name, search) in enumerate(ways.items(), start=1):
            rows.append(_row(name, free_run(model, [one.source for one in asked], (words, words), search), law))
            yield Progress(0.9 + 0.1 * at / len(ways), tuple(rows))
        return Measured(_share(rows, _GREEDY), _share(rows, _DRAWN), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [
            min(one.effect, _share(one.rows, _BEAM)) >= _LOOPS and one.baseline <= _share(one.rows, _TEXT) + _MORE
            for one in found
        ]
        return judged(shows, [one.effect < one.baseline for one in found])


def walks(law: Law, chance: torch.Generator, count: int) -> list[Example]:
    """Texts in which every word is drawn by what may follow the last one: their beginning as source, the rest as target.

    Args:
        law: probabilities of the next word, each row sums to 1.
    """
    places = [torch.randint(len(law), (count,), generator=chance)]
    while len(places) < _GIVEN + _WRITTEN:
        places.append(torch.multinomial(law[places[-1]], 1, generator=chance)[:, 0])
    texts = [tuple(_WORDS[at] for at in text) for text in torch.stack(places, 1).tolist()]
    return [Example(text[:_GIVEN], text[_GIVEN:]) for text in texts]


def _training(model: Seq2Seq, words: Vocabulary, law: Law, seeds: Seeds, last: int) -> Iterator[int]:
    optimizer, weigh = torch.optim.Adam(model.parameters(), lr=_RATE, fused=True), Likelihood()
    model.train()
    for step in range(1, last + 1):
        batch = collate(walks(law, seeds.generator("data", step), _BATCH), words, words)
        optimizer.zero_grad()
        weigh(model, batch, step).terms["likelihood"].backward()
        optimizer.step()
        yield step


def _ways(seed: int) -> Mapping[str, AbstractSearch]:
    drawn = SamplingSearch(max_length=_WRITTEN, seed=seed)
    return {
        _GREEDY: GreedySearch(max_length=_WRITTEN),
        _BEAM: BeamSearch(width=8, max_length=_WRITTEN),
        "drawn, temperature 0.3": replace(drawn, temperature=0.3),
        "drawn, top-p 0.9": replace(drawn, top_p=0.9),
        _DRAWN: drawn,
    }


def _followed(law: Law, word: str) -> list[str]:
    found, following = [word], law.argmax(-1).tolist()
    for _ in range(_WRITTEN):
        found.append(_WORDS[following[_WORDS.index(found[-1])]])
    return found[1:]


def _row(name: str, outputs: Sequence[Sequence[str]], law: Law) -> Row:
    numbers = torch.tensor([[_WORDS.index(word) for word in output] for output in outputs])
    return {
        "outputs": name, _REPEATED: mean(repeated_share(one, 4) for one in outputs),
        "longest repeated": mean(longest_repeated(one).length for one in outputs),
        "different words": mean(len(set(one)) for one in outputs),
        "log p a word, known probabilities": float(law[numbers[:, :-1], numbers[:, 1:]].log().mean()),
    }  # fmt: skip


def _share(rows: Sequence[Row], name: str) -> float:
    return next(float(row[_REPEATED] or 0) for row in rows if row["outputs"] == name)
