"""What building a model may ask for: every choice is counted, and the product of choices has an end."""

import pytest
import torch

from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.models.allowance import LARGEST, Allowance, room_for
from core.models.build import MODELS, build
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.settings import declarations

WORDS = Vocabulary.of("abcdefg")


def choices():
    """Every model with every one of its choices, one at a time."""
    for kind in MODELS.values():
        for one in declarations(kind):
            for value in one.choices:
                try:
                    yield kind(**{"width": 16, "layers": 1, "longest": 16, "heads": 2, one.name: value})
                except (SettingError, TypeError):
                    continue  # a choice that goes with another one only, or a model without heads


def made(settings):
    return build(settings, WORDS, WORDS, Seeds(1))


def test_what_is_built_was_asked_for():
    counted = 0
    for settings in choices():
        model = made(settings)
        with room_for(model.state_dict()):
            made(settings)
        held = {one.data_ptr(): one.numel() for one in model.parameters()}
        with (
            pytest.raises(SettingError, match="takes more than"),
            Allowance(2 * sum(held.values())),
        ):  # half of its bytes
            made(settings)
        counted += 1
    assert counted > 60


@pytest.mark.parametrize(
    "settings",
    [
        {"layers": 24, "width": 1024, "heads": 16, "feed_forward": 8},
        {"attention": "synthesizer", "layers": 24, "heads": 16, "longest": 4096},
    ],
)
def test_no_product_of_settings_in_their_ranges_asks_for_gigabytes(settings, monkeypatch):
    monkeypatch.setattr(
        "core.models.build.LARGEST", LARGEST // 100
    )  # the sum is the same, and the test takes less of it
    with pytest.raises(SettingError, match="takes more than 20 MB: that is as large as a model may be here"):
        made(TransformerSettings(**settings))


def test_an_allowance_counts_every_way_to_ask():
    for ask in (
        lambda: torch.empty(10, 10), lambda: torch.zeros((10, 10)), lambda: torch.ones(size=(10, 10)), lambda: torch.rand([10, 10]),
        lambda: torch.randn(torch.Size((10, 10))), lambda: torch.full((10, 10), 1.0), lambda: torch.arange(0, 100),
        lambda: torch.eye(10), lambda: torch.randint(9, (10, 10)), lambda: torch.linspace(0, 1, 100),
    ):  # fmt: skip
        with Allowance(400):
            ask()
        with pytest.raises(SettingError), Allowance(399):
            ask()
