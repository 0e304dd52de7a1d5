"""Error rates of recognition: edits from what was written to what was said, per token of what was said.

Words give the word error rate, characters the character error rate. A rate may be above 1, where much was written that
nobody said. Source: Levenshtein 1966; the count of a whole test set, not a mean of means, is what the field reports.
"""

from collections.abc import Sequence


def edit_distance(output: Sequence[str], reference: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements that make one of the other.

    >>> edit_distance("kitten", "sitting")
    3
    """
    before = list(range(len(reference) + 1))
    for row, written in enumerate(output, start=1):
        now = [row]
        for column, said in enumerate(reference, start=1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (written != said)))
        before = now
    return before[-1]


def error_rate(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Edits over all pairs, per token of the references; 0 where there is nothing to say and nothing was said.

    >>> error_rate(["one tow".split(), ["three"]], ["one two".split(), ["three"]])
    0.3333333333333333
    """
    edits = sum(edit_distance(output, reference) for output, reference in zip(outputs, references))
    tokens = sum(len(reference) for reference in references)
    return edits / tokens if tokens else float(edits > 0)
