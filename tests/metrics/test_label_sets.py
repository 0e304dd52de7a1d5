"""F1 over sets of labels, held to scikit-learn."""

from random import Random

import pytest
from sklearn.metrics import accuracy_score, f1_score
from sklearn.preprocessing import MultiLabelBinarizer

from core.metrics.label_sets import label_set_scores

LABELS = ["anger", "fear", "joy", "pride", "relief"]  # relief neither occurs nor is written


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_scikit_learn(seed):
    rng = Random(seed)
    wanted, found = ([rng.sample(LABELS[:4], rng.randint(0, 3)) for _ in range(30)] for _ in range(2))
    binary = MultiLabelBinarizer(classes=LABELS).fit([LABELS])
    right, said = binary.transform(wanted), binary.transform(found)
    scores = label_set_scores(found, wanted, LABELS)
    assert scores["micro-F1"] == pytest.approx(f1_score(right, said, average="micro"))
    assert scores["macro-F1"] == pytest.approx(f1_score(right, said, average="macro", zero_division=0))
    assert scores["subset accuracy"] == pytest.approx(accuracy_score(right, said))


def test_order_and_repetition_do_not_count_and_lengths_must_agree():
    assert label_set_scores([["b", "a", "b"]], [["a", "b"]], ["a", "b"]) == dict.fromkeys(
        ("micro-F1", "macro-F1", "subset accuracy"), 1.0
    )
    with pytest.raises(ValueError, match="shorter"):
        label_set_scores([["a"]], [], ["a"])
