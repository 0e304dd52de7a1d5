"""Settings that are known to work: for every task a `fast` preset for the classroom and a `full` one.

`fast` is tuned so that a class sees it learn; `full` so that nearly every held-out example comes out right. A preset
is a starting point: every setting can be changed. `attnlab bench` measures what the fast ones need.
"""

from typing import Any

from core.runs.catalog import MODELS, TASKS, entry
from core.runs.config import ExperimentConfig

PRESETS = ("fast", "full")
Part = dict[str, Any]

# one layer, learned positions, a high rate with a short memory of squared gradients: what small tasks need
_ONE_LAYER: Part = {"layers": 1, "heads": 4, "width": 64, "positions": "learned", "longest": 64}
_LETTERS: Part = {
    "learning_rate": 3e-3, "beta2": 0.95, "warmup": 30, "batch_size": 16, "evaluate_every": 50, "schedule": "linear",
}  # fmt: skip
_WORDS: Part = {"learning_rate": 2e-3, "warmup": 50, "batch_size": 64, "evaluate_every": 100}

_TASKS: dict[str, dict[str, Part]] = {
    "dates": {"fast": {"locale": "en"}, "full": {"locale": "mixed"}},
    "synonyms": {"full": {"words": 10, "synonyms": 5, "fewest": 1}},
}
_TRANSFORMER: dict[str, dict[str, tuple[Part, Part]]] = {
    "reverse": {
        "fast": (_ONE_LAYER, {**_LETTERS, "steps": 800}),
        "full": (_ONE_LAYER, {**_LETTERS, "steps": 3000, "batch_size": 32}),
    },
    "dates": {
        "fast": ({"layers": 1}, {**_WORDS, "steps": 1000}),
        "full": ({"layers": 1}, {**_WORDS, "steps": 2500}),
    },
    "numbers": {"fast": ({"layers": 2}, {**_WORDS, "steps": 800}), "full": ({"layers": 2}, {**_WORDS, "steps": 1800})},
    "pinyin": {
        "fast": ({"layers": 1}, {**_WORDS, "learning_rate": 3e-3, "steps": 1500}),
        "full": ({"layers": 2, "dropout": 0.1},
                 {**_WORDS, "learning_rate": 3e-3, "batch_size": 128, "steps": 3500, "label_smoothing": 0.1}),
    },
    "synonyms": {
        "fast": ({"layers": 1, "width": 48}, {**_WORDS, "learning_rate": 3e-3, "steps": 500}),
        "full": ({"layers": 1, "width": 48}, {**_WORDS, "learning_rate": 3e-3, "steps": 1000}),
    },
    "phrases": {
        "fast": ({"layers": 1, "width": 48}, {**_WORDS, "learning_rate": 3e-3, "batch_size": 32, "steps": 400}),
        "full": ({"layers": 1, "width": 48}, {**_WORDS, "learning_rate": 3e-3, "batch_size": 32, "steps": 1000}),
    },
    "text": {
        "fast": ({"layers": 2, "width": 128, "dropout": 0.1}, {**_WORDS, "learning_rate": 1e-3, "steps": 1500}),
        "full": ({"layers": 3, "width": 256, "heads": 8, "dropout": 0.1},
                 {**_WORDS, "learning_rate": 5e-4, "warmup": 400, "steps": 12000, "label_smoothing": 0.1,
                  "evaluate_every": 500}),
    },
}  # fmt: skip
_HEARD: Part = {"learning_rate": 3e-3, "warmup": 50, "batch_size": 16, "evaluate_every": 100}
_TRANSFORMER["asr"] = {
    "fast": ({"layers": 1, "dropout": 0.1}, {**_HEARD, "steps": 600}),
    "full": ({"layers": 2, "width": 128, "dropout": 0.2}, {**_HEARD, "learning_rate": 1e-3, "steps": 3000}),
}
_PARSED: Part = {**_WORDS, "learning_rate": 3e-3, "beta2": 0.95, "schedule": "linear"}
_TRANSFORMER["parse"] = {
    "fast": ({"layers": 2, "positions": "learned"}, {**_PARSED, "steps": 600}),
    "full": ({"layers": 2, "positions": "learned"}, {**_PARSED, "steps": 1600}),
}
_STATE: Part = {"layers": 1, "heads": 2, "width": 32, "positions": "learned", "longest": 64}
_TRANSFORMER["state"] = {
    "fast": (_STATE, {**_WORDS, "learning_rate": 3e-3, "steps": 600}),
    "full": (_STATE, {**_WORDS, "learning_rate": 3e-3, "steps": 2000}),
}
for _name in ("copy", "sort", "speech_like", "sortpoints", "hull"):
    _TRANSFORMER[_name] = _TRANSFORMER["reverse"]
_COPIED: Part = {"layers": 1, "width": 64, "copy": "pointer_generator"}  # what these tasks ask for
for _name in ("chat", "summary", "qa"):
    _TRANSFORMER[_name] = {
        "fast": (_COPIED, {**_WORDS, "learning_rate": 3e-3, "batch_size": 32, "steps": 800}),
        "full": (_COPIED, {**_WORDS, "learning_rate": 3e-3, "steps": 2500}),
    }
_TRANSFORMER["labels"] = {
    "fast": ({"layers": 1, "width": 48}, {**_WORDS, "learning_rate": 3e-3, "batch_size": 32, "steps": 600}),
    "full": ({"layers": 1, "width": 64, "dropout": 0.1}, {**_WORDS, "steps": 2000}),
}
_SOUNDED: Part = {"layers": 2, "heads": 4, "width": 64, "positions": "learned", "longest": 128}
_TRANSFORMER["hokkien"] = {
    "fast": (_SOUNDED, {**_WORDS, "batch_size": 32, "steps": 500}),
    "full": ({**_SOUNDED, "dropout": 0.1}, {**_WORDS, "steps": 2000}),
}
_RECURRENT: dict[str, tuple[Part, Part]] = {
    "fast": ({}, {**_WORDS, "learning_rate": 3e-3, "steps": 1500}),
    "full": ({}, {**_WORDS, "learning_rate": 3e-3, "steps": 3000}),
}
_PARALLEL: dict[str, tuple[Part, Part]] = {
    "fast": ({"width": 48}, {**_WORDS, "learning_rate": 3e-3, "batch_size": 32, "steps": 800}),
    "full": ({"width": 64}, {**_WORDS, "learning_rate": 3e-3, "batch_size": 64, "steps": 2500}),
}
_OBJECTIVES: dict[str, Part] = {"parallel": {"name": "all_places"}}  # of models that the usual one does not train


def preset_of(task: str, model: str = "transformer", name: str = "fast") -> ExperimentConfig:
    """The configuration of a preset.

    Raises:
        SettingError: there is no such task, model or preset.
    """
    entry(TASKS, task, "task")
    entry(MODELS, model, "model")
    entry(dict.fromkeys(PRESETS), name, "preset")
    kinds = {"transformer": _TRANSFORMER[task], "recurrent": _RECURRENT, "parallel": _PARALLEL}
    settings, training = kinds[model][name]
    return ExperimentConfig.from_dict({
        "task": {"name": task, **_TASKS.get(task, {}).get(name, {})},
        "model": {"name": model, **settings},
        "objective": _OBJECTIVES.get(model, {}),
        "training": training,
    })  # fmt: skip
