"""All that learns labels of sets, by name: what menus, the command line and the laws iterate over."""

import torch
from torch import nn

from core.data.vector_sets import Entrance
from core.models.allowance import LARGEST, Allowance
from core.models.graph_settings import EdgeSettings, GraphAttentionSettings
from core.models.picture_settings import ConvolutionSettings
from core.models.set_settings import AbstractSetSettings, ReaderSettings, WindowSettings
from core.seeds import Seeds

_KINDS = (ReaderSettings, WindowSettings, EdgeSettings, GraphAttentionSettings, ConvolutionSettings)
SET_MODELS: dict[str, type[AbstractSetSettings]] = {kind.name: kind for kind in _KINDS}


def build_set_model(settings: AbstractSetSettings, entrance: Entrance, seeds: Seeds) -> nn.Module:
    """A fresh network; the same seed gives the same weights, and the global generator is put back as it was.

    Raises:
        SettingError: a choice that such sets cannot honor, or more memory asked for than a model here may take.
    """
    with torch.random.fork_rng(devices=[]), Allowance(LARGEST):
        torch.manual_seed(seeds.number("init"))
        return settings.make(entrance)
