"""The keys of every page, in one place: what the list behind `?` shows, what keyboard.js does, what docs/keys.md says.

Keys that a drawn component hears itself, as the stepper its arrows, stand here to be listed; the others say what they
press, move or go to by a CSS selector, which is looked up in the page and in its drawn components.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.language import mark, tr

DIGITS = tuple("123456789")
_CAPS = {"ArrowRight": "→", "ArrowLeft": "←", "ArrowUp": "↑", "ArrowDown": "↓", "Escape": "Esc"}


@dataclass(frozen=True)
class Key:
    """One key, or several that do the same.

    Attributes:
        keys: as the browser names them (KeyboardEvent.key), with what is held down before a +; digits choose by number.
        does: in words, marked for translation.
        press, slide, focus: what it clicks, the slider it moves, the box it goes to; all empty where a component hears it.
    """

    keys: tuple[str, ...]
    does: str
    press: str = ""
    slide: str = ""
    focus: str = ""

    def caps(self) -> tuple[str, ...]:
        """As they are printed on the keys.

        >>> Key(("ArrowRight",), "").caps(), Key(DIGITS, "").caps(), Key((" ",), "").caps()
        (('→',), ('1', '…', '9'), ('Space',))
        """
        if self.keys == DIGITS:
            return DIGITS[0], "…", DIGITS[-1]
        return tuple(tr("Space") if key == " " else _CAPS.get(key, key) for key in self.keys)

    def told(self) -> dict[str, Any]:
        """As the browser wants it."""
        return {**asdict(self), "caps": self.caps(), "does": tr(self.does)}


EVERYWHERE = (
    Key(("?",), mark("list the keys of this page")),
    Key(("Escape",), mark("close a list, a menu or a dialog")),
    Key(("/",), mark("go to the source"), focus=".st-key-source input"),
    Key(
        ("PageDown",),
        mark("next step of a lesson, as remote controls for presenters send it"),
        press=".st-key-lesson-next button",
    ),
    Key(("PageUp",), mark("one step of a lesson back"), press=".st-key-lesson-back button"),
    Key(("p",), mark("projector mode on or off"), press=".st-key-projector input"),
    Key(("s",), mark("in projector mode: show or hide the settings"), press=".st-key-settings-shown input"),
    Key(("Alt+N",), mark("on the tour: the next stop")),
    Key(("Alt+B",), mark("on the tour: the stop before")),
)

_WALK = (
    Key(("ArrowRight",), mark("one move of the search on"), press=".player .on"),
    Key(("ArrowLeft",), mark("one move back"), press=".player .back"),
    Key((" ",), mark("play or pause"), press=".player .play"),
    Key(("Home",), mark("to the beginning"), press=".player .first"),
    Key(("End",), mark("to the end"), press=".player .last"),
)


def _slider(does: str, widget: str) -> tuple[Key, ...]:
    """Arrows, Home and End move a slider.

    Args:
        does: marked, of both arrows; widget: how its key begins, as a class of CSS.
    """
    where = f'[class*="st-key-{widget}"]'
    return (
        Key(("ArrowLeft", "ArrowRight"), does, slide=where),
        Key(("Home", "End"), mark("to its first, to its last"), slide=where),
    )


PAGES: Mapping[str, tuple[Key, ...]] = {
    "start": (
        Key(("ArrowRight",), mark("one token of the map on"), press=".living-map .next"),
        Key(("ArrowLeft",), mark("one token back"), press=".living-map .back"),
        Key((" ",), mark("play or pause"), press=".living-map .play"),
    ),
    "decoder": (
        Key(("ArrowRight",), mark("next token")),
        Key(("ArrowLeft",), mark("one token back")),
        Key(("Home",), mark("to the beginning")),
        Key(("End",), mark("to the end")),
        Key(DIGITS, mark("force the candidate of this number"), press=".stepper .candidate"),
        Key(("Ctrl+Z",), mark("take the last branch back")),
        Key(("Ctrl+Shift+Z", "Ctrl+Y"), mark("bring it back")),
    ),
    "train": (
        *_slider(mark("the recorded step before, the one after"), "scrub"),
        Key((" ",), mark("play or pause"), press=".st-key-play input"),
    ),
    "compare": _WALK,
    "by_hand": _WALK,
    "sampling": _WALK,
    "guided": _slider(mark("the recorded step before, the one after"), "guided-step"),
    "inspect_alignment": _slider(mark("the training step before, the one after"), "step-"),
    "wrong_word": _slider(mark("move the wrong word"), "wrong-place"),
    "all_at_once": _slider(mark("fewer passes, more passes"), "places-passes"),
    "rivals": _slider(mark("a smaller kernel, a larger one"), "twin-size"),
    "norms": _slider(mark("fewer layers, more layers"), "norms-layers"),
    "inputs": _slider(mark("the frame or digit before, the one after"), "input-"),
    "gold_alignments": _slider(mark("a lower threshold, a higher one"), "gold-threshold"),
    "intervene": (
        Key(("Ctrl+Z",), mark("take the last edit back")),
        Key(("Ctrl+Shift+Z", "Ctrl+Y"), mark("bring it back")),
    ),
}
DRAWN = (
    Key(("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), mark("from head to head, cell to cell, node to node")),
    Key(("Enter",), mark("choose what is pointed at")),
)  # in a drawn component that Tab has reached


def keys_of(page: str) -> tuple[Key, ...]:
    """The keys of a page by the name of its file, without those of all pages."""
    return PAGES.get(page, ())
