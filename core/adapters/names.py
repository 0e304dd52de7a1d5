"""What names say: the training step, the layer and the head of an array, from its file's name and its key.

alignment_step12000.npy · step-1000-align.npy · 10ep.npy · decoder.decoders.0.src_attn · layer.3.head.1 · 250.csv
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_END = r"(?![a-z])"
_SPELLINGS = {
    "step": r"(?:global[ _.-]?step|steps?|iter(?:ation)?s?|epochs?|ckpt|checkpoint|update)[ _.=-]{0,2}(\d{1,12})(?:\.(?=\W|$))?",
    "epoch": r"(?<![a-z0-9])(\d{1,9})[ _-]?(?:ep(?:och)?s?|steps?|iters?)" + _END,
    "thousands": r"(?<![a-z0-9])(\d{1,6})k" + _END,
    "layer": r"(?:layers?|blocks?|decoders|encoders|(?<![a-z])l)[ _.-]?(\d{1,4})(?!\d)",
    "head": r"(?:heads?|(?<![a-z])h)[ _.-]?(\d{1,4})(?!\d)",
}
_PATTERNS = {word: re.compile(pattern, re.IGNORECASE) for word, pattern in _SPELLINGS.items()}
_NUMBER = re.compile(r"\d{1,12}")


@dataclass(frozen=True)
class Named:
    """What a name says: the rest of it, and numbers as it counts them; None where it says nothing."""

    rest: str
    step: int | None = None
    layer: int | None = None
    head: int | None = None


def said_by(name: str) -> Named:
    """What a name says by words.

    >>> said_by("run7_step-012000_layer2_h3")
    Named(rest='run7', step=12000, layer=2, head=3)
    >>> said_by("10ep"), said_by("align_25k"), said_by("arr_0").step
    (Named(rest='', step=10, layer=None, head=None), Named(rest='align', step=25000, layer=None, head=None), None)
    """
    numbers: dict[str, int] = {}
    rest = name
    for word, pattern in _PATTERNS.items():
        what = "step" if word in ("epoch", "thousands") else word
        found = pattern.search(rest)
        if found and what not in numbers:
            numbers[what] = int(found[1]) * (1000 if word == "thousands" else 1)
            rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    return Named(re.sub(r"[\s_.·/=-]+", " ", rest).strip(), **numbers)


def steps_of(names: Sequence[str]) -> list[Named]:
    """What several names say together: where no word says the step, the last number in which names that are otherwise
    alike differ is the step.

    >>> [one.step for one in steps_of(["align_200", "align_1000", "align_30", "model"])]
    [200, 1000, 30, None]
    >>> [one.step for one in steps_of(["a1", "b2"])]
    [None, None]
    """
    said = [said_by(name) for name in names]
    alike: dict[str, list[int]] = {}
    for at, one in enumerate(said):
        if one.step is None:
            alike.setdefault(_NUMBER.sub("#", one.rest), []).append(at)
    for group in alike.values():
        numbers = [[int(number) for number in _NUMBER.findall(said[at].rest)] for at in group]
        differing = [
            place for place in range(len(numbers[0])) if len({row[place] for row in numbers}) == len(group) > 1
        ]
        for at, row in zip(group, numbers):
            if differing:
                said[at] = replace(said[at], rest=_without(said[at].rest, differing[-1]), step=row[differing[-1]])
    return said


def _without(text: str, place: int) -> str:
    found = list(_NUMBER.finditer(text))[place]
    return re.sub(r"\s+", " ", f"{text[: found.start()]} {text[found.end() :]}").strip()


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts numbers in names by their size.

    >>> sorted(["s10", "s9", "s100"], key=natural)
    ['s9', 's10', 's100']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part)) if part.isdecimal() and part.isascii() else (1, part) for part in parts)
