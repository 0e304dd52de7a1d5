"""BLEU, by sacreBLEU: the share of n-grams that output and reference have in common.

Sources: Papineni et al. 2002; Post 2018, arXiv:1804.08771. Tokens are compared as the model's own tokens (tokenize
"none"); a single sentence is scored with `effective_order`, since most are shorter than four tokens.
"""

from collections.abc import Sequence

from sacrebleu.metrics.bleu import BLEU


def sentence_bleu(output: Sequence[str], reference: Sequence[str]) -> float:
    """BLEU of one output, in 0…100 (exponential smoothing, effective order).

    >>> round(sentence_bleu(list("abcd"), list("abcd")), 6)
    100.0
    >>> sentence_bleu([], list("ab"))
    0.0
    """
    if not output or not reference:
        return 0.0
    metric = BLEU(tokenize="none", effective_order=True)
    return float(metric.sentence_score(_line(output), [_line(reference)]).score)


def corpus_bleu(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """BLEU of a whole set, in 0…100: counts are summed before the ratio."""
    metric = BLEU(tokenize="none")
    return float(metric.corpus_score([_line(o) for o in outputs], [[_line(r) for r in references]]).score)


def _line(tokens: Sequence[str]) -> str:
    """Tokens as one line; a space inside a token must not split it."""
    return " ".join(token.replace(" ", "␣") for token in tokens)
