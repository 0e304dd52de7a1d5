"""The same weights, held to another course when they decode: a setting of inference may be changed after training."""

from dataclasses import replace

from core.errors import SettingError
from core.language import tr
from core.models.alignment_settings import CourseSettings
from core.models.build import build
from core.runs.trained import TrainedModel


def steered(trained: TrainedModel, inference: str, ahead: int = 3) -> TrainedModel:
    """A trained model that decodes, is re-scored and recorded on another course; the one given stays as it is.

    Args:
        inference: one of COURSES; "free" lets it go where it was trained to.
        ahead: how many keys past the last place a window or a forced course lets it look.

    Raises:
        SettingError: it is no recurrent model, or its alignment cannot be held.
    """
    settings = trained.config.model
    if not isinstance(settings, CourseSettings):
        raise SettingError(
            tr(
                "inference={inference} holds one alignment to a course, and model={model_name} has one per head "
                "and layer: train the model recurrent",
                inference=inference,
                model_name=trained.config.model_name,
            )
        )
    config = replace(trained.config, model=replace(settings, inference=inference, ahead=ahead))
    model = build(config.model, *config.task.vocabularies, config.seeds)
    model.load_state_dict(trained.model.state_dict())
    model.eval().requires_grad_(False)
    return replace(trained, config=config, model=model)
