"""Small talk: what a person says, and an answer that takes up the names in it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from core.data.batch import Example
from core.data.conversations import read_conversations
from core.settings import setting
from core.tasks.task import Split
from core.tasks.unseen import AbstractUnseen, Lot, by_split, filled, matched

_ENGLISH = {
    "hello , my name is {a} {b} .": "hello {a} , nice to meet you .",
    "hi , i am {a} from {b} .": "welcome {a} ! how is life in {b} ?",
    "this is my friend {a} , and i am {b} .": "nice to meet you both , {b} and {a} .",
    "do you know {a} {b} ?": "no , who is {a} {b} ?",
    "good morning , {a} {b} speaking .": "good morning {b} , what can i do for you ?",
    "my name is not {a} , my name is {b} .": "i am sorry , {b} !",
}
_CHINESE = {
    "你 好 ， 我 叫 {a} {b} 。": "你 好 {b} ， 很 高 兴 认 识 你 。",
    "我 是 {a} {b} ， 来 自 北 京 。": "欢 迎 你 ， {a} {b} ！",
    "你 认 识 {a} {b} 吗 ？": "不 认 识 ， {a} {b} 是 谁 ？",
    "我 不 叫 {a} ， 我 叫 {b} 。": "对 不 起 ， {b} ！",
    "这 是 {a} ， 我 是 {b} 。": "{b} 好 ， {a} 好 ！",
}
_LANGUAGES = {"en": _ENGLISH, "zh": _CHINESE}
# characters of Chinese names; none of them stands in the sentences
_CHARACTERS = tuple(
    "张李王刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚"
    "谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文明华国建军平伟强磊静丽敏芳秀英勇艳娟涛超霞洁玲桂兰红梅鹏飞"
    "宇浩然轩晨曦睿涵博琪瑶佳欣怡雪婷梓萱诗琳慧"
)


@dataclass(frozen=True)
class Chat(AbstractUnseen):
    """A sentence with two names in, an answer with one of them or both out: the lecture's "hello, my name is …".

    Which of the names is taken up, and where, depends on the sentence. Whoever is greeted in a test has never been heard of:
    a decoder that can only choose among known words cannot name them, one that copies can. In Chinese a character is a
    token, and the names are characters.

    Or a person's own conversations (`path`, in the forms of core/data/conversations.py): a turn in, the one behind it out.

    Settings: `language`, `known`; with `path`: `tokens`, `vocabulary_size`, `longest`, `pairs`. Held out: names; of a person's
    own conversations what is said, with all its answers.

    Source: the example of Lee 2021 after Gu et al. 2016, arXiv:1603.06393.

    >>> task = Chat()
    >>> task.join_target(task.reference(task.tokenize("Hello, my name is Chiro Kunavi.")))
    'hello chiro, nice to meet you.'
    >>> chinese = Chat(language="zh")
    >>> chinese.join_target(chinese.reference(chinese.tokenize("你认识袁朗吗？")))
    '不认识，袁朗是谁？'
    """

    name: ClassVar[str] = "chat"
    summary: ClassVar[str] = "A sentence with unseen names to an answer that takes them up; or your own conversations"
    brings: ClassVar[str] = "Your own conversations: YAML, JSON, a turn on each line, or a table (said, tab, answered)"
    read = staticmethod(read_conversations)

    language: str = setting("en", choices=tuple(_LANGUAGES), help="of the sentences: English, or Chinese by characters")

    @property
    def sentences(self) -> tuple[Sequence[str], Sequence[str]]:
        """What is said, and what is answered."""
        return tuple(self._answers), tuple(self._answers.values())

    @cached_property
    def names(self) -> dict[Split, tuple[str, ...]]:
        """Names by split."""
        return super().names if self.language == "en" else by_split(_CHARACTERS)

    def write(self, lot: Lot) -> Example:
        """A sentence and its answer."""
        said = lot.rng.choice(list(self._answers))
        gaps = {"a": lot.name(), "b": lot.name()}
        return Example(tuple(filled(said, gaps)), tuple(filled(self._answers[said], gaps)))

    def cut(self, text: str) -> list[str]:
        """Words and signs; in Chinese every character."""
        if self.language == "en":
            return super().cut(text)
        return list("".join(unicodedata.normalize("NFC", text).lower().split()))

    def put(self, tokens: Sequence[str]) -> str:
        """As a person writes it."""
        return super().put(tokens) if self.language == "en" else "".join(tokens)

    def answer(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The answer to a sentence of this task, whatever the names."""
        for said, answer in self._answers.items():
            gaps = matched(said, source)
            if gaps is not None:
                return tuple(filled(answer, gaps))
        return None

    @property
    def _answers(self) -> dict[str, str]:
        return _LANGUAGES[self.language]
