"""BLEU, chrF and TER, by sacreBLEU: what output and reference have in common, and what it takes to mend the one.

BLEU multiplies the shares of n-grams in common, chrF weighs those of characters, TER counts edits and moves per word of the
reference: of the first two more is better, of the last less. What a model writes in tokens of its own (letters, syllables)
is compared token by token (tokenize "none"); running text as the field does, word by word ("13a"), Chinese character by
character ("zh"). A single sentence is scored with `effective_order`, since most are shorter than four tokens. The
signature that goes with a figure says all this.

Sources: Papineni et al. 2002; Popović 2015; Snover et al. 2006; Post 2018, arXiv:1804.08771.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

SMOOTHINGS = ("exp", "floor", "add-k", "none")
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")  # of languages that share these characters


@dataclass(frozen=True)
class CorpusScore:
    """A figure of a whole set.

    Attributes:
        value: BLEU and chrF in 0…100, TER in percent of the reference's words, which may be above 100.
        signature: sacreBLEU's, with which others can compare.
    """

    value: float
    signature: str


def sentence_bleu(output: Sequence[str], reference: Sequence[str], smooth: str = "exp") -> float:
    """BLEU of one output, in 0…100, over the model's own tokens (effective order).

    Args:
        smooth: what becomes of an n-gram order without a match, of SMOOTHINGS.

    >>> round(sentence_bleu(list("abcd"), list("abcd")), 6)
    100.0
    >>> sentence_bleu([], list("ab"))
    0.0
    """
    if not output or not reference:
        return 0.0
    return float(_sentence_metric(smooth).sentence_score(line_of(output), [line_of(reference)]).score)


def sentence_chrf(output: str, reference: str) -> float:
    """chrF of one output text, in 0…100 (chrF2: characters up to six in a row, recall counts twice).

    >>> round(sentence_chrf("abcd", "abcd"), 6), sentence_chrf("", "abcd")
    (100.0, 0.0)
    """
    return float(_chrf().sentence_score(output, [reference]).score)


def corpus_bleu(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """BLEU of a whole set over the model's own tokens, in 0…100: counts are summed before the ratio."""
    metric = BLEU(tokenize="none")
    return float(metric.corpus_score([*map(line_of, outputs)], [[*map(line_of, references)]]).score)


def corpus_scores(outputs: Sequence[str], references: Sequence[str], tokenize: str) -> dict[str, CorpusScore]:
    """BLEU, chrF and TER of a whole set, each with its signature; nothing for an empty one.

    Args:
        outputs, references: texts, or lines of tokens (`line_of`) for tokenize "none".
        tokenize: "none", "13a" or "zh", for BLEU; TER follows it, chrF needs none.
    """
    if not outputs:
        return {}
    ter = {
        "none": TER(case_sensitive=True),  # another letter is another token
        "13a": TER(),
        "zh": TER(normalized=True, asian_support=True),
    }
    metrics: dict[str, Metric] = {"BLEU": BLEU(tokenize=tokenize), "chrF": CHRF(), "TER": ter[tokenize]}
    found = {}
    for name, metric in metrics.items():
        value = float(metric.corpus_score(list(outputs), [list(references)]).score)
        found[name] = CorpusScore(value, str(metric.get_signature()))
    return found


def tokenization_of(references: Iterable[str]) -> str:
    """How running text of these references is cut: "zh" where it is Chinese, else "13a".

    >>> tokenization_of(["你好。", "Hello."]), tokenization_of(["Hello."]), tokenization_of(["日本の町"])
    ('zh', '13a', '13a')
    """
    text = "".join(references)
    return "zh" if _CHINESE.search(text) and not _KANA_HANGUL.search(text) else "13a"


def line_of(tokens: Iterable[str]) -> str:
    """Tokens as one line; a space inside a token must not split it.

    >>> line_of(["a b", "c"])
    'a␣b c'
    """
    return " ".join(re.sub(r"\s", "␣", token) for token in tokens)


@cache
def _sentence_metric(smooth: str) -> BLEU:
    return BLEU(tokenize="none", effective_order=True, smooth_method=smooth)


@cache
def _chrf() -> CHRF:
    return CHRF()
