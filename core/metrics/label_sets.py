"""Sets of labels against the right ones: F1 over all decisions and label by label, and the share of sets that are right whole.

F1 = 2·TP / (2·TP + FP + FN). Micro-F1 counts over all labels together, so frequent labels weigh most; macro-F1 is the mean of
the F1 of every label, frequent or not, and a label that neither occurs nor is written counts 0, as in scikit-learn.

Source: Tsoumakas & Katakis 2007, Multi-label classification: an overview.
"""

from collections import Counter
from collections.abc import Sequence


def label_set_scores(
    outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]], labels: Sequence[str]
) -> dict[str, float]:
    """Micro-F1, macro-F1 and subset accuracy, in 0…1; a label that is written twice counts once.

    Args:
        labels: those that macro-F1 is the mean over.

    >>> label_set_scores([["joy"], ["joy", "fear"]], [["joy"], ["fear"]], ["joy", "fear"])
    {'micro-F1': 0.8, 'macro-F1': 0.8333333333333333, 'subset accuracy': 0.5}
    """
    both, written, wanted = Counter[str](), Counter[str](), Counter[str]()
    whole = 0
    for output, reference in zip(outputs, references, strict=True):
        found, right = set(output), set(reference)
        both.update(found & right)
        written.update(found)
        wanted.update(right)
        whole += found == right
    single = [_f1(both[one], written[one], wanted[one]) for one in labels]
    return {
        "micro-F1": _f1(both.total(), written.total(), wanted.total()),
        "macro-F1": sum(single) / len(single) if single else 0.0,
        "subset accuracy": whole / len(references) if references else 0.0,
    }


def _f1(both: int, written: int, wanted: int) -> float:
    return 2 * both / (written + wanted) if written + wanted else 0.0
