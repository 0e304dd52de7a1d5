"""Counting right answers: whole outputs and single tokens. Shares in 0…1; free-running outputs, cut nowhere."""

from collections.abc import Sequence


def exact_match(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Share of outputs that equal their reference in every token and in length.

    >>> exact_match([["a", "b"], ["a"]], [["a", "b"], ["b"]])
    0.5
    """
    if not outputs:
        return 0.0
    return sum(list(output) == list(reference) for output, reference in zip(outputs, references)) / len(outputs)


def token_accuracy(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Share of positions where output and reference agree, of the longer of the two: a tail that is too long costs.

    >>> token_accuracy([["a", "b", "c", "d"]], [["a", "b"]])
    0.5
    """
    right = sum(sum(a == b for a, b in zip(output, reference)) for output, reference in zip(outputs, references))
    places = sum(max(len(output), len(reference)) for output, reference in zip(outputs, references))
    return right / places if places else 0.0
