"""Short texts about a few themes, labelled by one of two annotators whom the text does not tell.

Each theme has two labels, one an annotator; an annotator uses their own and never the other's. So either label of a theme is
as likely as the other, but not beside any other: a set of labels of both annotators never occurs. What cannot be known is
who annotated a text: nobody can be right about more than half of the texts, and whoever judges each label by itself is
consistent by accident only.
"""

from collections.abc import Sequence
from random import Random

THEMES: dict[str, tuple[str, tuple[str, ...]]] = {  # the first annotator's label, the second's, words that betray it
    "food": ("cuisine", ("bread", "soup", "rice", "apple", "cheese", "dinner")),
    "sport": ("athletics", ("ball", "race", "goal", "match", "swim", "team")),
    "music": ("melody", ("song", "drum", "flute", "choir", "tune", "dance")),
    "weather": ("climate", ("rain", "snow", "wind", "storm", "cloud", "frost")),
    "money": ("finance", ("bank", "coin", "price", "loan", "salary", "debt")),
    "travel": ("voyage", ("train", "boat", "hotel", "map", "ticket", "beach")),
}
FILLERS = ("the", "we", "saw", "today", "then", "had", "much", "our", "last", "again")
ANNOTATORS = (tuple(THEMES), tuple(second for second, _ in THEMES.values()))
WORDS = (*FILLERS, *(word for _, words in THEMES.values() for word in words))
_WORDS_EACH, _FILLED = 2, (2, 4)  # words of a theme at most; fillers of a text


def annotated(rng: Random, fewest: int, most: int, annotators: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words of a text, and its labels in the order of the themes.

    Args:
        fewest, most: themes of a text; annotators: how many there are, 1 or 2.

    >>> annotated(Random(4), 2, 2, 2)
    (('we', 'cheese', 'song', 'saw', 'our', 'much', 'rice'), ('food', 'music'))
    """
    chosen = rng.sample(range(len(THEMES)), rng.randint(fewest, most))
    words = [rng.choice(FILLERS) for _ in range(rng.randint(*_FILLED))]
    for theme in chosen:
        words += rng.sample(list(THEMES.values())[theme][1], rng.randint(1, _WORDS_EACH))
    rng.shuffle(words)
    own = ANNOTATORS[rng.randrange(annotators)]
    return tuple(words), tuple(own[theme] for theme in sorted(chosen))


def consistent(labels: Sequence[str]) -> bool:
    """Whether one annotator could have given these labels, none included.

    >>> consistent(["food", "money"]), consistent(["food", "finance"]), consistent([])
    (True, False, True)
    """
    return any(set(labels) <= set(own) for own in ANNOTATORS)
