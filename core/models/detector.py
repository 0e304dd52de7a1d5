"""A small DETR: detection without anchors and without pruning duplicates, as a set that is written at once.

Convolutions make a vector of every place; places look at each other; a fixed number of learned queries look at each other
and at the places, all at the same time and with no order among them; each then says what it stands for, or "nothing", and
where. Positions are added to queries and keys in every layer, never to values.

Source: Carion et al. 2020, section 3.2 and appendix A.3, arXiv:2005.12872. Here the norm stands before each part, and the
convolutions are a few layers that learn with the rest.
"""

from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.absolute import sinusoids
from core.errors import SettingError, ShapeError
from core.language import tr
from core.models.detector_settings import DetectorSettings
from core.models.feed_forward import FeedForward
from core.models.parts import cross_attention_of, norm_of, residual_of, self_attention_of
from core.models.residual import RESIDUALS
from core.models.transformer_settings import TransformerSettings
from core.models.vision import Images
from core.shapes import States

Queries = Float[Tensor, "#batch time width"]  # the learned ones, added to states of the decoder
Places = Float[Tensor, "#batch place width"]  # what tells where each place is
PlaceStates = Float[Tensor, "batch place width"]


class Detections(NamedTuple):
    """What every query says, after one layer of the decoder.

    Attributes:
        scores: of every class, "nothing" last; boxes: middle and size, 0…1.
    """

    scores: Float[Tensor, "batch query class"]
    boxes: Float[Tensor, "batch query 4"]


class PlaceLayer(nn.Module):
    """A block of the encoder: every place looks at every place."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.self_attention = self_attention_of(settings, causal=False)
        self.feed_forward = FeedForward(settings.width, settings.inner)
        self.around_attention, self.around_feed_forward = residual_of(settings), residual_of(settings)

    def forward(self, states: PlaceStates, places: Places) -> PlaceStates:
        """Look, then change."""

        def look(normed: PlaceStates) -> PlaceStates:
            return self.self_attention.between(normed + places, normed + places, normed)

        changed: PlaceStates = self.around_feed_forward(self.around_attention(states, look), self.feed_forward)
        return changed


class QueryLayer(nn.Module):
    """A block of the decoder: queries look at each other, without order, and then at the places."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.self_attention = self_attention_of(settings, causal=False)
        self.cross_attention = cross_attention_of(settings)
        self.feed_forward = FeedForward(settings.width, settings.inner)
        self.around_self, self.around_cross, self.around_feed_forward = (residual_of(settings) for _ in range(3))

    def forward(self, states: States, queries: Queries, memory: PlaceStates, places: Places) -> States:
        """Look at each other, look at the picture, change."""

        def look_around(normed: States) -> States:
            return self.self_attention.between(normed + queries, normed + queries, normed)

        def look_across(normed: States) -> States:
            return self.cross_attention.between(normed + queries, memory + places, memory)

        states = self.around_cross(self.around_self(states, look_around), look_across)
        changed: States = self.around_feed_forward(states, self.feed_forward)
        return changed


class PlaceEncoder(nn.Module):
    """Convolutions, and blocks over what they saw."""

    def __init__(self, settings: DetectorSettings, channels: int) -> None:
        super().__init__()
        blocks = settings.blocks
        self.convolutions = _convolutions(settings, channels)
        self.layers = nn.ModuleList(PlaceLayer(blocks) for _ in range(settings.encoder_layers))
        self.after_stack = RESIDUALS[blocks.norm].after_stack(partial(norm_of, blocks))

    def forward(self, images: Images) -> tuple[PlaceStates, Places]:
        """A state of every place, row by row, and what tells where each is."""
        seen = self.convolutions(images)
        places = grid_positions(seen.shape[2], seen.shape[3], seen.shape[1], seen.dtype)[None]
        states = seen.flatten(2).transpose(1, 2)  # batch time width
        for layer in self.layers:
            states = layer(states, places)
        return self.after_stack(states), places


class QueryDecoder(nn.Module):
    """Learned queries, and blocks in which they look."""

    def __init__(self, settings: DetectorSettings) -> None:
        super().__init__()
        blocks = settings.blocks
        self.queries = nn.Parameter(nn.init.normal_(torch.empty(settings.queries, settings.width)))
        self.layers = nn.ModuleList(QueryLayer(blocks) for _ in range(settings.decoder_layers))
        self.after_stack = RESIDUALS[blocks.norm].after_stack(partial(norm_of, blocks))

    def forward(self, memory: PlaceStates, places: Places) -> list[States]:
        """The queries' states after each layer, normalized as after the last."""
        states = torch.zeros_like(self.queries).expand(len(memory), -1, -1)
        after = []
        for layer in self.layers:
            states = layer(states, self.queries[None], memory, places)
            after.append(self.after_stack(states))
        return after


class TinyDETR(nn.Module):
    """A set of boxes and their classes from a picture.

    Args:
        settings: sizes; classes: how many, "nothing" not counted; channels: of a picture.

    Raises:
        SettingError: a width whose halves, for rows and columns, have no pairs of sines and cosines.
    """

    def __init__(self, settings: DetectorSettings, *, classes: int, channels: int = 3) -> None:
        super().__init__()
        if settings.width % 4:
            raise SettingError(
                tr(
                    "width={width} cannot tell rows and columns apart in pairs: take a multiple of 4",
                    width=settings.width,
                )
            )
        self.settings, self.stride = settings, settings.step
        self.encoder, self.decoder = PlaceEncoder(settings, channels), QueryDecoder(settings)
        self.scores = nn.Linear(settings.width, classes + 1)
        width = settings.width
        self.boxes = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4)
        )

    def forward(self, images: Images) -> list[Detections]:
        """What queries say after each layer of the decoder; the last is the answer, the others learn as well.

        Raises:
            ShapeError: rows or columns that are no multiple of the stride.
        """
        if images.shape[2] % self.stride or images.shape[3] % self.stride:
            raise ShapeError(
                tr(
                    "images {tuple} do not fit stride={stride}: expected rows and columns that are multiples",
                    tuple=tuple(images.shape),
                    stride=self.stride,
                )
            )
        return [
            Detections(self.scores(states), self.boxes(states).sigmoid())
            for states in self.decoder(*self.encoder(images))
        ]


def grid_positions(
    rows: int, columns: int, width: int, dtype: torch.dtype = torch.float32
) -> Float[Tensor, "place width"]:
    """Where each place of a grid is, row by row: one half of the features tells the row, the other the column.

    >>> one = grid_positions(2, 3, 8)
    >>> tuple(one.shape), bool((one[0, :4] == one[2, :4]).all()), bool((one[0, 4:] == one[3, 4:]).all())
    ((6, 8), True, True)
    """
    row, column = (sinusoids(torch.arange(count), width // 2, dtype) for count in (rows, columns))
    both = torch.cat([row[:, None].expand(-1, columns, -1), column[None].expand(rows, -1, -1)], dim=-1)
    return both.flatten(0, 1)


def _convolutions(settings: DetectorSettings, channels: int) -> nn.Sequential:
    """Halved as often as the stride needs, each convolution followed by a norm over all of a picture; then one more look."""
    layers = list[nn.Module]()
    for _ in range(settings.step.bit_length() - 1):
        for number in range(settings.convolutions):
            stride = 2 if number == settings.convolutions - 1 else 1
            layers += [
                nn.Conv2d(channels, settings.width, 3, stride, padding=1),
                nn.GroupNorm(1, settings.width),
                nn.ReLU(),
            ]
            channels = settings.width
    return nn.Sequential(*layers, nn.Conv2d(settings.width, settings.width, 3, padding=1))
