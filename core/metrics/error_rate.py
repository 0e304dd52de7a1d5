"""Error rates: edits from what was written to what should have been, per token of what should have been.

Words give the word error rate, characters the character error rate, a model's own tokens the token error rate. A rate may
be above 1, where much was written that nobody said. Counted by jiwer and rapidfuzz. Source: Levenshtein 1966; the count of
a whole test set, not a mean of means, is what the field reports.
"""

from collections.abc import Sequence

import jiwer
from rapidfuzz.distance import Levenshtein


def edit_distance(output: Sequence[str], reference: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements that make one of the other.

    >>> edit_distance("kitten", "sitting")
    3
    """
    return int(Levenshtein.distance(output, reference))


def error_rate(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Edits over all pairs, per token of the references; 0 where there is nothing to say and nothing was said.

    >>> error_rate(["one tow".split(), ["three"]], ["one two".split(), ["three"]])
    0.3333333333333333
    """
    if not references:
        return 0.0
    found = jiwer.process_words(
        [list(one) for one in references], [list(one) for one in outputs], _AS_THEY_ARE, _AS_THEY_ARE
    )
    edits = found.substitutions + found.deletions + found.insertions
    tokens = found.hits + found.substitutions + found.deletions
    return edits / tokens if tokens else float(edits > 0)


class _Tokens(jiwer.transforms.AbstractTransform):
    """Lists of tokens, which jiwer would else make by cutting at spaces."""

    def __call__(self, sentences: list[list[str]]) -> list[list[str]]:
        return sentences


_AS_THEY_ARE = jiwer.Compose([_Tokens()])
