"""A wrong word put into the prefix of several models: what each writes behind it, and how soon they recover."""

from collections.abc import Sequence
from math import isnan

import streamlit as st

from core.data.batch import Example
from core.figures.curves import Curve
from core.figures.exposure import GIVEN, PUT, RIGHT, WRONG, TokenRow, places, token_rows
from core.language import tr
from core.runs.wrong_word import Continued, Models, aftermaths, continued, writable
from core.seeds import Seeds
from core.tasks.task import AbstractTask
from dashboard import links
from dashboard.components.exposure_race import guessing
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode

_SHOWN = 12  # sentences to choose from
_SEEDS = Seeds(0)  # of the wrong words of many sentences: the same for every model and at every look


def wrong_word(models: Models, task: AbstractTask, examples: Sequence[Example], *, key: str) -> None:
    """Choose a place and a word, and watch the rest.

    Args:
        models: by name; examples: held out, of the task; key: of what is looked at: another one begins anew.
    """
    st.markdown(tr("##### One wrong word"))
    readable = [one for one in examples if one.target]
    if not readable:
        st.info(tr("None of these held-out targets has a word that could be wrong."), icon=":material/info:")
        return
    left, middle, right = st.columns([5, 4, 2], vertical_alignment="bottom")
    with left:
        at = st.selectbox(
            tr("Sentence"), range(len(readable[:_SHOWN])), links.linked_number("wrong sentence", range(len(readable[:_SHOWN]))) or 0,
            format_func=lambda at: task.join(readable[at].source),
            key=f"wrong sentence {key}", help=tr("held out: no model has seen it"),
        )  # fmt: skip
    example = readable[at]
    with middle:
        place = _place(len(example.target), f"wrong place {key} {at}")
    with right:
        word = _word(task, example, place, f"wrong word {key} {at} {place}")
    links.say(**{"wrong sentence": at, "wrong place": place + 1, "wrong word": word})
    found = continued(models, task.vocabularies, example, place, word)
    _rows(example, place, word, found)
    st.caption(
        tr(
            "Before place {place} each model is fed the right prefix, at place {place} it is told that it wrote "
            "**{word}**, and from there on it reads what it writes itself. Bold: wrong.",
            place=place + 1,
            word=literal(word),
        )
    )
    _many(models, task, examples, place)


def _place(length: int, key: str) -> int:
    if length == 1:
        return 0
    first = links.linked_number("wrong place", range(1, length + 1)) or max(1, length // 5)
    return st.slider(tr("Place of the wrong word"), 1, length, first, key=key) - 1


def _word(task: AbstractTask, example: Example, place: int, key: str) -> str:
    own = task.vocabularies[1]
    words = [own.tokens[number] for number in writable(own) if own.tokens[number] != example.target[place]]
    return str(
        st.selectbox(
            tr("Wrong word"),
            words,
            index=words.index(asked) if (asked := links.linked("wrong word")) in words else len(words) - 1,
            key=key,
            help=tr("right is {target}", target=literal(example.target[place])),
        )
    )


def _rows(example: Example, place: int, word: str, found: dict[str, Continued]) -> None:
    gold = (*example.target, "<end>")
    rows = []
    if len(example.source) == len(example.target):  # place below place, so they can be read together
        rows.append(TokenRow("source", example.source, [GIVEN] * len(example.source)))
    rows.append(TokenRow("right", gold, [GIVEN] * len(gold)))
    for name, one in found.items():
        for what, put, kind, after in (("", example.target[place], GIVEN, one.whole), (" ✗", word, PUT, one.hurt)):
            kinds = [RIGHT if said == right else WRONG for said, right in zip(after, gold[place + 1 :])]
            rows.append(TokenRow(f"{name}{what}", (*gold[:place], put, *after), [*[GIVEN] * place, kind, *kinds]))
    said = "; ".join(
        tr(
            "{name}: {value} of {count} right behind the wrong word, {value2} without it",
            name=name,
            value=sum(a == b for a, b in zip(one.hurt, gold[place + 1 :])),
            count=len(one.hurt),
            value2=sum(a == b for a, b in zip(one.whole, gold[place + 1 :])),
        )
        for name, one in found.items()
    )
    st.markdown(tr("Right in the rest: {said}.", said=literal(said)))
    figure = token_rows(rows, mode())
    live_figure(figure, key="wrong rows", height=int(figure.layout.height), alt=said)


def _many(models: Models, task: AbstractTask, examples: Sequence[Example], place: int) -> None:
    found = aftermaths(models, task.vocabularies, examples, place, _SEEDS)
    lines = [
        Curve(f"{name} · {what}", range(1, len(values) + 1), values, at, variant)
        for at, (name, one) in enumerate(found.items())
        for variant, (what, values) in enumerate(((tr("behind a wrong word"), one.hurt), (tr("without it"), one.whole)))
    ]
    said = ", ".join(
        tr("{name} {hurt:.0%} right next to a wrong word", name=name, hurt=one.hurt[0])
        for name, one in found.items()
        if not isnan(one.hurt[0])
    )
    live_figure(
        places(
            lines, title=tr("How soon they recover: a wrong word at place {place} of many sentences", place=place + 1), axis=tr("places behind it"),
            chance=guessing(task), mode=mode(),
        ),
        key="wrong recovery", height=320, alt=said,
    )  # fmt: skip
    count = sum(len(one.target) > place for one in examples)
    st.caption(
        tr("{count} held-out sentences, a wrong word of its own in each, the same for every model.", count=count)
    )
