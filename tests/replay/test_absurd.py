"""Links with a value that cannot be, one parameter at a time: refused in words, or computed; no other error reaches anybody."""

from contextlib import suppress

import pytest

from core.errors import AttentionLabError
from core.replay.link import parse, read
from core.replay.parameter import Number, Parameter, Whole
from core.replay.table import VIEWS
from core.replay.view import Reading
from tests.replay.links import LEFT_OUT, OF_MADE_RUNS, QUICK

ABSURD = ("1000000", "-1", "x", "")
SLOW = {"tagging", "fill_in", "speech_window", "pictures", "claims", "train_on_bleu", "guided", "alignment_kinds", "ladder", "gold_alignments", "wrong_word", "copying", "norms", "gan", "detection", "labels", "all_at_once", "machines", "parsing", "beam_size"}  # fmt: skip
"""Pages that train, ask gradients or decode many sentences: their links are read, and not computed."""


def one_of_each_part() -> list[str]:
    """The first link of each part of each page that names the small runs, which are quick, else the first."""
    found: dict[tuple[str, str], str] = {}
    for link in sorted(QUICK, key=lambda one: "reverse-transformer" not in one):
        page, query = parse(link)
        by = VIEWS[page].by
        found.setdefault((page, str(query.get(by.key({})) if by else None)), link)
    return sorted(found.values())


def absurd(parameter: Parameter, reading: Reading) -> list[str]:
    """What cannot be, and the ends of what can: of what is counted in the run, the last one and the next."""
    if isinstance(parameter, Whole):
        most = parameter.greatest(reading.given)
        return [*ABSURD, str(most), str(most + 1)]
    return [*ABSURD, str(parameter.high)] if isinstance(parameter, Number) else list(ABSURD)


def is_refused_or_computed(link: str) -> None:
    page, query = parse(link)
    usual = read(page, query)
    for parameter in usual.section.all.values():
        for text in absurd(parameter, usual):
            with suppress(AttentionLabError):
                asked = read(page, {**query, parameter.key(usual.given): [text]})
                if page not in SLOW:
                    asked.numbers()


@pytest.mark.parametrize("link", one_of_each_part())
def test_a_value_that_cannot_be_is_refused_or_computed(link):
    is_refused_or_computed(link)


@pytest.mark.slow  # a value after the other of seven trained runs; what they have in common is tried above
@pytest.mark.parametrize("link", OF_MADE_RUNS)
def test_the_same_of_a_run_that_was_trained_here(trained_home, link):
    is_refused_or_computed(link)


def test_every_part_of_every_page_is_tried():
    tried = {(parse(link)[0], read(*parse(link)).part) for link in one_of_each_part()}
    others = {(page, part) for page, view in VIEWS.items() for part in view.sections} - tried - LEFT_OUT
    assert {page for page, _ in others} <= {parse(link)[0] for link in OF_MADE_RUNS}, others
