"""The wiring of cross-attention as a picture: of a model that was trained, or of settings before a training."""

from typing import Any

import numpy as np
import streamlit as st
from jaxtyping import Float

from core.errors import AttentionLabError
from core.figures.wiring import wiring_height, wiring_matrix
from core.language import tr
from core.models.build import MODELS
from core.models.transformer_settings import TransformerSettings
from core.models.wiring import WIRINGS
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode


def wiring_view(weights: Float[np.ndarray, "target_layer source_layer"], *, key: str) -> None:
    """Draw a wiring.

    Args:
        weights: as `AbstractWiring.matrix` has them; key: identity in the page.
    """
    live_figure(
        wiring_matrix(weights, mode()), key=key, height=wiring_height(len(weights)),
        alt=tr("how much of each encoder layer the cross-attention of each decoder layer looks at"),
    )  # fmt: skip


def planned_wiring(model: dict[str, Any], *, key: str) -> None:
    """Draw that of a model's settings as a form has them; nothing of a model without, or of settings that cannot be.

    Args:
        model: settings, its name too; key: identity in the page.
    """
    try:
        settings = MODELS[model["name"]].from_dict({name: one for name, one in model.items() if name != "name"})
    except AttentionLabError:  # said under the button
        return
    if not isinstance(settings, TransformerSettings):
        return
    weights = WIRINGS[settings.wiring](settings.layers, settings.connections).matrix()
    told = tr("Which encoder layer (column) the cross-attention of each decoder layer (row) looks at.")
    learned = tr(" These weights are learned; they begin equal.") if settings.wiring == "mixture" else ""
    st.caption(told + learned)
    wiring_view(weights.detach().numpy(), key=key)
