"""What one person of a class does, and whether every answer is theirs.

A student steps forward and back, forces a candidate, looks at Attention and clicks heads, writes another sentence, goes
to another page and comes back. Sentences are of one student alone, so an answer meant for another would be seen.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.visitor import Part, Told, Visitor

RUNS = ("demo/dates-transformer", "demo/dates-gru")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "October", "November", "December")
DECODER, ATTENTION = "decoder", "attention"  # places in the address
ELSEWHERE = ("masks", "positions", "attention_by_hand", "sampling")
THINKING = (1.0, 3.0)  # seconds between an answer and the next act, 2 in the middle

# how often an act is chosen, by the page one is on
HABITS = {
    DECODER: {"step": 65, "force": 12, "write": 8, "look": 10, "wander": 5},
    ATTENTION: {"pick": 60, "write": 10, "back": 20, "wander": 10},
    "elsewhere": {"back": 60, "look": 40},
}


@dataclass(frozen=True)
class Deed:
    """One interaction: what was done, how the answer came, and what was wrong with it ("" where nothing was)."""

    act: str
    told: Told
    wrong: str = ""


@dataclass
class Student:
    """One person at one tab.

    Attributes:
        number: tells their sentences from everybody else's; deeds: what they have done so far.
    """

    visitor: Visitor
    number: int
    deeds: list[Deed] = field(default_factory=list)
    _place: str = DECODER
    _sentences: int = 0
    _sentence: str = ""
    _path: list[int] = field(default_factory=list)
    _position: int = 0
    _seen: str | None = None

    def __post_init__(self) -> None:
        self._random = random.Random(self.number)

    async def arrive(self) -> None:
        """Open the Decoder page on a model, and write a first sentence."""
        told = await self.visitor.arrive(DECODER, {"run": RUNS[self.number % len(RUNS)]})
        self._note("arrive", told, "" if self.visitor.components("stepper") else "no stepper on the page")
        await self._write()

    async def work(self, acts: int | None, until: Callable[[], bool], *, thinking: bool = True) -> None:
        """Act after act, at most so many, until it is time."""
        done = 0
        while not until() and (acts is None or done < acts):
            if thinking:
                await asyncio.sleep(self._random.uniform(*THINKING))
            habits = HABITS.get(self._place, HABITS["elsewhere"])
            (act,) = self._random.choices(list(habits), list(habits.values()))
            await getattr(self, f"_{act}")()
            done += 1

    # ---------------------------------------------------------------- at the decoder
    async def _step(self) -> None:
        """Stand one token further or back; the tree's card below must be of that place."""
        way = self._random.choice((1, 1, -1))
        self._position = min(max(self._position + way, 0), len(self._path))
        await self._stand("step")

    async def _stand(self, act: str) -> None:
        view = {"path": self._path, "position": self._position, "seen": self._seen}
        told = await self.visitor.give(self._stepper(), view=view)
        prefix = self.visitor.component("candidates").data()["prefix"]
        self._note(act, told, _differ("stands at", prefix, self._path[: self._position]))

    async def _force(self) -> None:
        """A candidate that is not the model's own."""
        data = self._stepper().data()
        self._adopt(data)
        node = str(data["path"][self._position])
        others = [row[0] for row in data["candidates"].get(node, [])[1:]]
        if not others:  # nothing follows the last token
            await self._step()
            return
        nonce, prefix = f"{self.number} {len(self.deeds)}", self._path[: self._position]
        asked = {"prefix": prefix, "token": self._random.choice(others), "text": None, "nonce": nonce}
        told = await self.visitor.give(self._stepper(), force=asked)
        after = self._stepper().data()
        answer = after["answer"] or {}
        wrong = _differ("answers", (answer.get("nonce"), answer.get("message")), (nonce, None))
        below = self.visitor.component("candidates").data()["prefix"]
        wrong = wrong or _differ("stands at", below, [*prefix, asked["token"]])
        self._adopt(after)
        self._seen = nonce
        wrong = wrong or _differ("goes through", self._path[: self._position], [*prefix, asked["token"]])
        self._note("force", told, wrong)

    def _stepper(self) -> Part:
        return self.visitor.component("stepper")

    def _adopt(self, data: dict[str, Any]) -> None:
        tokens = data["nodes"]["token_id"]
        path = [tokens[node] for node in data["path"][1:]]
        answer = data["answer"] or {}
        if answer.get("nonce") != self._seen and answer:
            self._position = answer["position"]
        elif path != self._path:
            self._position = data["position"]
        self._path, self._seen = path, answer.get("nonce")

    # ---------------------------------------------------------------- everywhere
    async def _write(self) -> None:
        """Another sentence."""
        self._sentence = sentence_of(self.number, self._sentences)
        self._sentences += 1
        told = await self.visitor.type("Source", self._sentence)
        self._note("write", told, self._mine())

    async def _look(self) -> None:
        self._place = ATTENTION
        self._note("look", await self.visitor.turn(ATTENTION), self._mine())

    async def _back(self) -> None:
        self._place = DECODER
        self._note("back", await self.visitor.turn(DECODER), self._mine())

    async def _wander(self) -> None:
        self._place = self._random.choice(ELSEWHERE)
        told = await self.visitor.turn(self._place)
        self._note("wander", told, "" if self.visitor.parts else f"nothing on the page {self._place}")

    async def _pick(self) -> None:
        """A head among the thumbnails; it must be the one that is marked then."""
        component = self.visitor.component("heads")
        data = component.data()
        site = self._random.choice(data["sites"])
        chosen = [site["name"], self._random.randrange(len(site["highs"]))]
        pick = {"at": chosen, "base": data["passed"], "seq": data["seq"] + 1}
        told = await self.visitor.give(component, pick=pick)
        self._note("pick", told, _differ("marks", self.visitor.component("heads").data()["selected"], chosen))

    def _mine(self) -> str:
        """What is wrong with the sentence on the page; where it is the decoder, begin at its first token."""
        if self._place == DECODER:
            data = self._stepper().data()
            self._adopt(data)
            return _differ("reads", "".join(data["source"]), f"{self._sentence}<end>")
        keys = self.visitor.component("heads").data()["sites"][-1]["keys"]
        return _differ("reads", "".join(keys), f"{self._sentence}<end>")

    def _note(self, act: str, told: Told, wrong: str) -> None:
        self.deeds.append(Deed(act, told, wrong or "; ".join(told.said)))


def sentence_of(student: int, count: int) -> str:
    """A date that no other student writes, and never twice.

    >>> sentence_of(0, 0), sentence_of(1, 0), sentence_of(0, 1)
    ('1 January 1900', '1 February 1900', '2 January 1900')
    """
    year, month = divmod(student, len(MONTHS))
    return f"{1 + count % 28} {MONTHS[month]} {1900 + year + 20 * (count // 28)}"


def _differ(verb: str, found: Any, wanted: Any) -> str:
    return "" if found == wanted else f"{verb} {found}, not {wanted}"
