"""The pages of the app and their settings, as lessons name them: the file of a page, and the keys of its widgets.

`core` knows no page; this table is held to what the pages draw by tests/dashboard/test_lesson_pages.py. A setting has the value
that its widget has, in no language.
"""

from dataclasses import dataclass
from typing import Any

from core.language import tr

NAVIGATION = "navigation"  # what a lesson may hide beside widgets: the menu of pages
_LONGEST = 2_000  # characters of a text


@dataclass(frozen=True)
class Setting:
    """What the widget of a key may be given.

    Attributes:
        kind: str, int, float or bool; options: what it offers, where that never changes; low, high: of a number.
        several: whether a list of them is given; widget: whether it is one, or a parameter of the address alone.
    """

    kind: type
    options: tuple[str | int | float, ...] = ()
    low: float | None = None
    high: float | None = None
    several: bool = False
    widget: bool = True

    def problem(self, given: Any) -> str:
        """What is expected instead, where this cannot be given; else nothing.

        >>> Setting(int, low=1, high=16).problem(20), Setting(str).problem("a"), Setting(bool).problem("yes")
        ('a whole number from 1 to 16', '', 'true or false')
        """
        if self.several:
            whole = isinstance(given, list) and all(self._fits(one) for one in given)
            return "" if whole else tr("a list of: {options}", options=", ".join(map(str, self.options)))
        return "" if self._fits(given) else self._expected()

    def value(self, given: Any) -> Any:
        """What its widget is given; see `problem`."""
        if self.several:
            return tuple(given)
        if self.options:
            return next(one for one in self.options if one == given)  # a menu of 5 is not one of 5.0
        return float(given) if self.kind is float else given

    def _fits(self, given: Any) -> bool:
        if self.options:
            return any(given == one and isinstance(given, bool) == isinstance(one, bool) for one in self.options)
        if self.kind is bool:
            return isinstance(given, bool)
        if self.kind is str:
            return isinstance(given, str) and len(given) <= _LONGEST
        number = isinstance(given, int | float if self.kind is float else int) and not isinstance(given, bool)
        return number and (self.low is None or given >= self.low) and (self.high is None or given <= self.high)

    def _expected(self) -> str:
        if self.options:
            return tr("one of: {options}", options=", ".join(map(str, self.options)))
        if self.kind is bool:
            return tr("true or false")
        if self.kind is str:
            return tr("a text (in quotes where it looks like a number), at most {most:,} characters", most=_LONGEST)
        between = tr(" from {low:g} to {high:g}", low=self.low, high=self.high) if self.high is not None else ""
        return (tr("a whole number") if self.kind is int else tr("a number")) + between


_TEXT, _SWITCH, _RUN = Setting(str), Setting(bool), Setting(str)
_WHOLE, _NUMBER = Setting(int), Setting(float)
_ADDRESS = Setting(str, widget=False)
_SEED = Setting(int, low=0, high=999)


def _one(*options: str | float) -> Setting:
    kinds = {type(one) for one in options}
    return Setting(kinds.pop() if len(kinds) == 1 else float, options)


def _some(*options: str | int) -> Setting:
    return Setting(type(options[0]), options, several=True)


_PROJECTOR = {"projector": _SWITCH}
_MODEL = {**_PROJECTOR, "run": _RUN, "source": _TEXT}
_SEARCH = _one("greedy", "beam", "diverse", "stochastic", "sampling", "exact")
_PATTERN = _one("full", "causal", "local", "strided", "blocks", "bigbird")

PAGES: dict[str, dict[str, Setting]] = {
    "train": {
        **_PROJECTOR,
        "task": _one(
            "reverse", "copy", "sort", "dates", "numbers", "pinyin", "synonyms", "phrases", "speech_like", "state", "text", "asr",
            "chat", "summary", "qa", "sortpoints", "hull", "parse", "labels", "hokkien",
        ),
        "model": _one("transformer", "recurrent", "parallel"), "preset": _one("fast", "full"),
        "objective": _one(
            "likelihood", "order_free", "scheduled_sampling", "reinforce", "self_critical", "mixer", "minimum_risk"
        ),
        "watch": _RUN,
    },
    "attention": {
        **_MODEL, "target": _TEXT, "beside": _RUN, "reduction": _one("head", "mean over heads", "max over heads"),
        "site": _ADDRESS, "head": _ADDRESS,
    },
    "attention_by_hand": {
        **_MODEL, "where": _one("By hand", "On a real sentence"),
        "orientation": _one("vectors are columns (lecture)", "vectors are rows (papers)"),
        "score": _one("scaled_dot", "dot", "general", "additive"),
        "normalizer": _one(
            "softmax", "relu", "relu_over_n", "relu_l1", "sigmoid", "softplus_l1", "none", "identity_over_n", "sparsemax",
            "entmax15", "hard",
        ),
        "mask": _PATTERN,
        "positions": _one("none", "sinusoidal", "shaw", "xl", "t5", "rotary", "alibi", "alibi_asymmetric"),
        "heads": _one(1, 2, 3, 4, 5, 6), "temperature": _NUMBER, "window": _WHOLE, "output": _SWITCH, "site": _TEXT,
        "head": _WHOLE, "numbers": _ADDRESS,
    },
    "depth": {**_MODEL, "depth": _one("Through the layers", "Head by head", "Explain a token")},
    "recordings": _PROJECTOR,
    "your_models": _PROJECTOR,
    "positions": {
        **_PROJECTOR, "positions part": _one("Gallery", "Trained"),
        "positions": _one(
            "none", "sinusoidal", "sinusoidal_t2t", "learned", "floater", "rnn", "shaw", "xl", "t5", "rotary", "alibi",
            "alibi_asymmetric",
        ),
        "positions count": Setting(int, low=8, high=64), "positions shift": Setting(int, low=0, high=100),
        "order task": _TEXT,
    },
    "masks": {
        **_PROJECTOR, "over": _one("a sequence", "a graph"), "pattern": _PATTERN, "length": Setting(int, low=8, high=64),
        "window": Setting(int, low=1, high=16), "layers": Setting(int, low=1, high=8), "causal": _SWITCH,
        "pads": Setting(int, low=0, high=7), "edges": _TEXT, "nodes": Setting(int, low=1, high=99),
    },
    "norms": {
        **_PROJECTOR, "norms part": _one("At the start", "Training", "Across batches"),
        "norms kind start": _one("layer", "rms", "batch", "power"), "norms layers": Setting(int, low=2, high=24),
    },
    "rivals": {
        **_PROJECTOR, "rival": _one("Convolution", "Recurrent network", "Linear attention", "Small data"),
        "twin image": _one("letter", "frame at the border", "one pixel", "one corner", "noise", "empty"),
        "twin kernel": _one("outline", "blur", "sharpen", "edges", "random"), "twin size": _one(1, 3, 5),
        "twin padding": _one("same", "valid"), "twin alpha": _one(0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 46),
    },
    "guided": {
        **_PROJECTOR, "guided task": _one("speech_like", "reverse"), "guided model": _one("recurrent", "transformer"),
        "guided steps": _one(200, 400, 800, 1600), "guided on": _SWITCH,
        "guided strength": _one(1.0, 2.0, 5.0, 10.0, 20.0, 50.0),
    },
    "alignment_kinds": {
        **_PROJECTOR, "aligners": _some("content", "location", "monotonic", "mocha", "transformer", "guided"),
        "aligners part": _one("One utterance", "The repeat ladder"), "aligners utterance": _TEXT, "aligners seed": _SEED,
        "aligners first": _TEXT, "aligners second": _TEXT,
    },
    "ladder": {
        **_PROJECTOR, "ladder show": _one("The ladder", "A voice from disk"),
        "ladder kinds": _some("content", "location", "monotonic", "mocha"), "ladder guided": _SWITCH, "ladder short": _SWITCH,
        "ladder word": _TEXT,
    },
    "inspect_alignment": {**_PROJECTOR, "alignment example": _RUN},
    "gold_alignments": {**_PROJECTOR, "gold run": _RUN, "gold n": Setting(int, low=1, high=1000)},
    "wrong_word": {
        **_PROJECTOR, "wrong models": _one("Trained here", "Two of the runs"), "wrong model": _one("recurrent", "transformer"),
        "wrong schedule": _one("linear", "exponential", "inverse_sigmoid"), "wrong half": _one(25, 50, 100, 200, 400),
        "wrong steps": _one(150, 300, 600, 1200), "wrong seed": _SEED, "wrong first": _RUN,
    },
    "copying": {**_PROJECTOR, "copying task": _one("chat", "summary", "qa"), "copying seed": _SEED},
    "train_on_bleu": {
        **_PROJECTOR, "reward run": _RUN, "reward objective": _one("self_critical", "reinforce", "mixer", "minimum_risk"),
        "reward kind": _one("bleu", "chrf", "exact", "edits"), "reward noise": _one(0.0, 0.1, 0.25),
        "reward steps": _one(50, 100, 200, 400), "reward seed": _SEED,
    },
    "all_at_once": {
        **_PROJECTOR, "places left": _RUN, "places once": _RUN, "places masks": _RUN,
        "places passes": Setting(int, low=1, high=10), "places source": _TEXT, "places way": _one("masks", "once"),
    },
    "machines": {
        **_PROJECTOR, "machines recurrent": _RUN, "machines transformer": _RUN, "machines copying": _RUN,
        "machines at_once": _RUN, "machines source": _TEXT,
    },
    "inputs": {
        **_PROJECTOR, "input kind": _one("Words", "Sound", "Picture", "Graph"), "input run": _RUN,
        "input digit": Setting(int, low=1, high=40), "input patch": _one(1, 2, 4, 8), "input node": Setting(int, low=0, high=33),
    },
    "tagging": {**_PROJECTOR, "tagging task": _one("saw", "tagging", "classes")},
    "one_label": {**_PROJECTOR, "one label task": _one("sentiment", "spoken", "molecules")},
    "fill_in": {**_PROJECTOR, "fill in part": _one("Hidden words", "Words as vectors", "Fewer labels")},
    "speech_window": {**_PROJECTOR, "speech task": _one("phones", "spoken")},
    "pictures": {
        **_PROJECTOR, "pictures part": _one("Where patches look", "How many pictures"),
        "pictures task": _one("digits", "pictures"),
    },
    "gan": {**_PROJECTOR, "gan pooled": _one(1, 2), "gan seed": _SEED, "gan sample": Setting(int, low=0, high=15)},
    "detection": {
        **_PROJECTOR, "detection kind": _one("rectangles", "digits", "own"), "detection matching": _one("hungarian", "in_order"),
        "detection drawn": _SWITCH,
    },
    "graphs": {**_PROJECTOR, "graphs task": _one("karate", "communities", "graph")},
    "parsing": {**_PROJECTOR, "parsing run": _RUN, "parsing source": _TEXT, "parsing width": Setting(int, low=1, high=32)},
    "labels": {
        **_PROJECTOR, "labels decoder": _one("fixed", "random", "order_free"), "labels annotators": _one(2, 1),
        "labels text": _TEXT, "labels seed": _SEED,
    },
    "decoder": {**_MODEL, "search": _SEARCH, "site": _TEXT, "head": _TEXT},
    "compare": {**_MODEL, "searches": _ADDRESS},
    "intervene": {**_MODEL, "search": _SEARCH, "edits": _ADDRESS},
    "sampling": {
        **_MODEL, "replacement": _one("sampling", "stochastic"), "sampling main.temperature": _NUMBER,
        "sampling main.top_k": _WHOLE, "sampling main.top_p": _NUMBER, "sampling main.draws": Setting(int, low=1, high=1000),
        "sampling main.seed": Setting(int, low=0, high=2**31 - 1), "draw": Setting(int, low=1, high=1000),
        "repeated n": _one(1, 2, 3, 4),
    },
    "beam_size": {
        **_PROJECTOR, "swept": _RUN, "widths": _some(1, 2, 3, 4, 5, 6, 8, 16, 32, 64, 128),
        "sweep n": Setting(int, low=1, high=1000), "sweep nodes": Setting(int, low=0, high=1_000_000),
    },
    "by_hand": {
        **_PROJECTOR, "path of": _SEARCH, "by hand beam.width": Setting(int, low=1, high=128),
        "table tree": _one("the whole table", "as it searched"), "table": _ADDRESS,
    },
}  # fmt: skip
