"""Attention Lab's engine: everything the app shows can be had from here, with the same numbers.

    >>> import core
    >>> core.load("demo/reverse-transformer").output("attention")
    'noitnetta'

Names are looked up when first asked for, so that importing `core` costs nothing.
"""

import importlib
from typing import Any

_HOMES = {
    "AtOnce": "core.decoding.mask_predict",
    "AttentionMatrix": "core.recording.matrix",
    "BeamSearch": "core.decoding.beam",
    "DecodingTree": "core.decoding.trees.tree",
    "DiverseBeamSearch": "core.decoding.diverse",
    "Edit": "core.recording.edit",
    "ExactSearch": "core.decoding.exact",
    "ExperimentConfig": "core.runs.config",
    "Force": "core.decoding.frontier",
    "GreedySearch": "core.decoding.greedy",
    "HtmlView": "core.figures.drawn.html_view",
    "MaskPredict": "core.decoding.mask_predict",
    "Recorder": "core.recording.recorder",
    "SamplingSearch": "core.decoding.sampling",
    "StochasticBeamSearch": "core.decoding.stochastic",
    "TableModel": "core.models.table",
    "TrainedModel": "core.runs.trained",
    "TrainedParallel": "core.runs.trained_parallel",
    "adapt": "core.runs.foreign",
    "as_json": "core.replay.values",
    "bipartite": "core.figures.drawn.attention",
    "create": "core.runs.experiment",
    "heatmap": "core.figures.drawn.attention",
    "inspect": "core.runs.inspection",
    "intervene": "core.runs.intervention",
    "load": "core.runs.loading",
    "load_foreign": "core.runs.foreign",
    "load_parallel": "core.runs.trained_parallel",
    "preset_of": "core.runs.presets",
    "run_experiment": "core.runs.experiment",
    "train": "core.runs.experiment",
    "tree": "core.figures.drawn.tree",
    "verify": "core.runs.verification",
    **dict.fromkeys(
        ("AttentionLabError", "DataError", "InputError", "MissingExtra", "RunError", "SettingError", "ShapeError"),
        "core.errors",
    ),
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"core has no {name!r}; it has: {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
