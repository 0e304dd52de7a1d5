"""Two tasks that need order, and one network with every kind of positions: what the claims about positions share.

shift: the label of a token is the token before it. saw ("I saw a saw"): some words are verbs after a pronoun and nouns
after an article, and a bag of words does not say which is which. Both are asked at the lengths of training and beyond.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from core.attention.positions import POSITIONS
from core.attention.relations import RELATIONS
from core.claims.claim import Progress, Row
from core.claims.labeling import Labelled, accuracy, labeler, learn
from core.language import mark
from core.models.combinations import READ_IN_ORDER
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

Span = tuple[int, int]  # of sizes, both ends included
CAUSAL = "alibi, causal"  # ALiBi where its paper has it: no token sees what follows it

_SIZE = TransformerSettings(layers=2, heads=4, width=64)
KINDS: dict[str, TransformerSettings] = {
    name: replace(_SIZE, positions=name) for name in (*POSITIONS, READ_IN_ORDER, *RELATIONS)
} | {CAUSAL: replace(_SIZE, positions="alibi", pattern="causal")}

PAD = 0
_TOKENS = 16  # of the shift task, padding among them
PRONOUNS, ADVERBS, ARTICLES = ("I", "you", "we", "they"), ("often", "never"), ("a", "the")
ADJECTIVES, BOTH, AND = ("old", "new", "small"), ("saw", "duck", "watch", "drink", "cook", "play"), "and"
WORDS = ("", *PRONOUNS, *ADVERBS, *ARTICLES, *ADJECTIVES, *BOTH, AND)
VERB, NOUN = 0, 1


@dataclass(frozen=True)
class OrderTask:
    """What is learned, and at which sizes.

    Attributes:
        name: in menus; size_is: what a size counts.
        sample: (chance, how many sequences, sizes) to a padded batch.
        tokens, labels: how many there are; trained: sizes in training; asked: sizes of the test, the first within them.
        steps: of training; rate: of learning; batch: sequences a step.
    """

    name: str
    size_is: str
    sample: Callable[[torch.Generator, int, Span], Labelled]
    tokens: int
    labels: int
    trained: Span
    asked: tuple[int, ...]
    steps: int
    rate: float = 2e-3
    batch: int = 32


def shifted(chance: torch.Generator, batch: int, sizes: Span) -> Labelled:
    """Random tokens; each is asked for the one before it, but for the first.

    Args:
        sizes: of a sequence, in tokens.
    """
    low, high = sizes
    lengths = torch.randint(low, high + 1, (batch,), generator=chance)
    valid = torch.arange(high) < lengths[:, None]
    tokens = torch.randint(1, _TOKENS, (batch, high), generator=chance).masked_fill(~valid, PAD)
    return Labelled(tokens, valid, tokens.roll(1, 1), valid & (torch.arange(high) > 0))


def sentences(chance: torch.Generator, batch: int, sizes: Span) -> Labelled:
    """Clauses like "I often saw the old duck", joined by "and"; words that can be both are asked: verb or noun.

    Args:
        sizes: of a sentence, in clauses.
    """
    low, high = sizes
    counts = torch.randint(low, high + 1, (batch,), generator=chance).tolist()
    rows = [[word for _ in range(count) for word in _clause(chance)][:-1] for count in counts]
    longest = max(map(len, rows))
    padded = [[WORDS.index(word) for word, _ in row] + [PAD] * (longest - len(row)) for row in rows]
    kinds = [[kind for _, kind in row] + [-1] * (longest - len(row)) for row in rows]
    tokens, labels = torch.tensor(padded), torch.tensor(kinds)
    return Labelled(tokens, tokens != PAD, labels.clamp(min=0), labels >= 0)


def _clause(chance: torch.Generator) -> list[tuple[str, int]]:
    """Words, each with its label or −1, and the "and" after them."""
    drawn = iter(torch.randint(1 << 30, (7,), generator=chance).tolist())

    def one(words: Sequence[str], kind: int = -1) -> tuple[str, int]:
        return words[next(drawn) % len(words)], kind

    adverb, adjective = one(ADVERBS), one(ADJECTIVES)
    often, old = next(drawn) % 2, next(drawn) % 2
    before, after = [one(PRONOUNS)] + [adverb] * often, [one(ARTICLES)] + [adjective] * old
    verb, noun = (WORDS.index(BOTH[0]) + int(at) for at in torch.randint(len(BOTH), (2,), generator=chance))
    return [*before, (WORDS[verb], VERB), *after, (WORDS[noun], NOUN), (AND, -1)]


TASKS_OF_ORDER: dict[str, OrderTask] = {
    "shift": OrderTask(mark("the token before"), mark("tokens"), shifted, _TOKENS, _TOKENS, (5, 20), (20, 40, 80), 400),
    "saw": OrderTask(mark("I saw a saw"), mark("clauses"), sentences, len(WORDS), 2, (1, 3), (3, 6, 12), 150),
}


def compare(
    kinds: Mapping[str, TransformerSettings], task: OrderTask, seed: int, budget: float = 1.0, every: int = 25
) -> Generator[Progress, None, tuple[Row, ...]]:
    """Train one network per kind, a few steps each in turn, and ask all of them at every size.

    Args:
        kinds: settings by the name that rows carry; task: what is learned.
        seed: of all chance; budget: factor on the steps; every: steps between two lines of a network's curve.
    """
    seeds, last = Seeds(seed), max(1, round(task.steps * budget))
    held_out = {size: task.sample(seeds.generator("held out", size), 64, (size, size)) for size in task.asked}
    networks = {name: labeler(settings, task.tokens, task.labels, seeds) for name, settings in kinds.items()}
    rows: list[Row] = []

    def batch(chance: torch.Generator) -> Labelled:
        return task.sample(chance, task.batch, task.trained)

    runs = {name: learn(network, batch, seeds, last, rate=task.rate) for name, network in networks.items()}
    for at in range(0, last, every):
        for of, (name, run) in enumerate(runs.items()):
            step = min(at + every, last)
            for now in run:
                yield Progress((len(runs) * at + of * (step - at) + now.step - at) / (len(runs) * last), tuple(rows))
                if now.step == step:
                    break
            rows += _asked(name, networks[name], step, held_out)
    yield Progress(1.0, tuple(rows))
    return tuple(rows)


def at_last(rows: Sequence[Row], name: str, size: int) -> float:
    """The accuracy of a kind at a size after its last step."""
    found = [float(row["accuracy"] or 0.0) for row in rows if (row["positions"], row["size"]) == (name, size)]
    return found[-1]


def _asked(name: str, network: Labeler, step: int, held_out: Mapping[int, Labelled]) -> list[Row]:
    return [
        {"positions": name, "step": step, "size": size, "accuracy": accuracy(network, batch)}
        for size, batch in held_out.items()
    ]
