"""How different outputs are from each other, and how much one output repeats itself.

Outputs are sequences of tokens without <end>. Where there is no n-gram to count, a share is nan: nothing is known, and
neither 0 nor 1 would be true.
"""

from collections import Counter
from collections.abc import Sequence
from math import nan
from typing import NamedTuple

from sacrebleu.metrics.bleu import BLEU

_ORDERS = range(1, 5)
Grams = Counter[tuple[str, ...]]


def distinct_n(outputs: Sequence[Sequence[str]], n: int) -> float:
    """Different n-grams of all outputs together, divided by all their n-grams. Source: Li et al. 2016, arXiv:1510.03055.

    Returns:
        In (0, 1], 1 where no n-gram comes twice; nan where no output is n tokens long.

    >>> distinct_n(["abab", "ab"], 2)  # ab ba ab, ab: two different ones of four
    0.5
    """
    grams = [gram for output in outputs for gram in _grams(output, n)]
    return len(set(grams)) / len(grams) if grams else nan


def self_bleu(outputs: Sequence[Sequence[str]]) -> float:
    """Mean BLEU of every output with all the others as references. Source: Zhu et al. 2018, arXiv:1802.01886.

    Sentence BLEU is sacreBLEU's (exponential smoothing, effective order), on the model's own tokens. Counts of the
    references are taken together once, each output's own left out; what comes out is what scoring one by one gives.

    Returns:
        In 0…100, 100 where all outputs are one, low where they differ; nan below two outputs. An empty output has
        BLEU 0, but 100 among others that are empty too.

    >>> round(self_bleu(["abcd", "abcd", "abcd"]), 6), self_bleu(["ab", "cd"])
    (100.0, 0.0)
    """
    if len(outputs) < 2:
        return nan
    counts = Counter(tuple(output) for output in outputs)
    most = _two_largest([_all_grams(output) for output in counts])
    total = 0.0
    for output, often in counts.items():
        if often > 1:
            total += often * 100.0  # the same output is among the others
        elif output:
            total += _bleu(output, most, [len(other) for other in counts if other != output])
    return total / len(outputs)


def repeated_share(output: Sequence[str], n: int) -> float:
    """1 − different n-grams / n-grams of one output (seq-rep-n). Source: Welleck et al. 2020, arXiv:1908.04319.

    Returns:
        In [0, 1): 0 where nothing comes twice; nan below n tokens.

    >>> repeated_share("abab", 2)  # ab ba ab
    0.33333333333333337
    """
    return 1.0 - distinct_n([output], n)


class Passage(NamedTuple):
    """A run of tokens that stands in an output twice.

    Attributes:
        first, again: places of its first token, counted from 0; length: tokens.
    """

    first: int
    again: int
    length: int


def longest_repeated(output: Sequence[str]) -> Passage:
    """The longest run of tokens that comes a second time; the two may overlap. Of equally long ones the first.

    The longest repeated substring, by the table of common suffixes (quadratic: outputs are short).

    Returns:
        Length 0 at place 0 where no token comes twice.

    >>> longest_repeated("xababy")
    Passage(first=1, again=3, length=2)
    """
    best = Passage(0, 0, 0)
    above = [0] * (len(output) + 1)  # for every j: how long the runs that end before i and j agree
    for i, token in enumerate(output):
        row = [0] * (len(output) + 1)
        for j in range(i + 1, len(output)):
            row[j + 1] = above[j] + 1 if token == output[j] else 0
            if row[j + 1] > best.length:
                best = Passage(i + 1 - row[j + 1], j + 1 - row[j + 1], row[j + 1])
        above = row
    return best


def _grams(output: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(output[at : at + n]) for at in range(len(output) - n + 1)]


def _all_grams(output: Sequence[str]) -> Grams:
    return Counter(gram for n in _ORDERS for gram in _grams(output, n))


def _two_largest(outputs: Sequence[Grams]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Of every n-gram the largest count in one output, and the largest in another one."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for grams in outputs:
        for gram, count in grams.items():
            first, second = found.get(gram, (0, 0))
            found[gram] = (count, first) if count > first else (first, max(second, count))
    return found


def _bleu(output: Sequence[str], most: dict[tuple[str, ...], tuple[int, int]], lengths: Sequence[int]) -> float:
    """Sentence BLEU against the other outputs: `most` includes the output's own counts."""
    correct, total = [0] * len(_ORDERS), [0] * len(_ORDERS)
    for gram, count in _all_grams(output).items():
        first, second = most[gram]
        correct[len(gram) - 1] += min(count, second if count == first else first)
        total[len(gram) - 1] += count
    nearest = min(lengths, key=lambda length: (abs(length - len(output)), length))
    score = BLEU.compute_bleu(
        correct, total, sys_len=len(output), ref_len=nearest, smooth_method="exp", effective_order=True
    )
    return float(score.score)
