"""Self-attention that is a convolution: heads that look at a fixed offset each.

Source: Cordonnier et al. 2020, arXiv:1911.03584, theorem 1. A pixel's query has no content; it scores a key that lies δ away
by where that is from the head's centre Δ:

    v·r_δ = −α (‖δ‖² − 2 Δ·δ) = −α ‖δ − Δ‖² + α ‖Δ‖²,    v = −α (1, −2Δ₁, −2Δ₂),   r_δ = (‖δ‖², δ₁, δ₂)

The last term is the same for all keys, so a softmax does not see it: with α large nearly all weight is on the one pixel at
δ = Δ. One head per tap of a kernel, and the tap as the head's part of W_O, are the convolution. Its zero padding is keys
whose values are zeros; without them a head whose pixel lies outside looks at the nearest inside, and borders differ.

Sizes: an image [batch, channel, row, column]; heads × 2 centres; W_V channel → heads · dim; W_O heads · dim → channel. Weights
are [batch, head, query pixel, key pixel], pixels row by row, the padding counted among the keys.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.attention import Attention
from core.attention.score import AbstractScore
from core.errors import SettingError, ShapeError
from core.language import tr
from core.shapes import Bias, Keys, Prepared, Scores

Image = Float[Tensor, "batch channel row column"]
Sides = tuple[int, int]  # above and below, left and right
SHARP = 20.0  # an α at which a neighbour of the centre has the weight e⁻²⁰, 2·10⁻⁹


class NoContent(AbstractScore):
    """0 for every pair: what is added to the scores decides alone."""

    def prepare(self, key: Keys) -> Prepared:
        """The keys themselves."""
        return key

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """Zeros."""
        return query.new_zeros(*query.shape[:3], prepared.shape[2])


class QuadraticRelativeAttention(nn.Module):
    """Pixels that look at other pixels by where they are.

    Args:
        channels: features of a pixel that comes, and of one that goes.
        centres: where each head looks, rows down and columns right of the query; they can be learned.
        alpha: how sharply, above 0; one a head, can be learned.
        dim: features of a value.
        padding: zeros around the image that are keys: rows on each side, columns on each side.
        reach: rows and columns of a window, less one; pixels whose window lies inside image and padding are queries.
        offset: whether something is added to every pixel that goes.

    Attributes:
        padding, reach: both (0, 0), every pixel looks, and at pixels only.
        attention: its taps show scores, their bias (all there is in them) and weights, per head.

    Raises:
        SettingError: an alpha that is not above 0.
    """

    def __init__(
        self,
        channels: tuple[int, int],
        centres: Sequence[tuple[float, float]],
        alpha: float,
        dim: int,
        padding: Sides = (0, 0),
        reach: Sides = (0, 0),
        offset: bool = True,
    ) -> None:
        super().__init__()
        if alpha <= 0:
            raise SettingError(
                tr("alpha={alpha:g} does not draw a head to its centre: choose a number above 0", alpha=alpha)
            )
        self.padding, self.reach = padding, reach
        self.centres = nn.Parameter(torch.tensor(centres, dtype=torch.get_default_dtype()))
        self.alpha = nn.Parameter(torch.full((len(centres),), float(alpha)))
        self.w_value = nn.Linear(channels[0], len(centres) * dim, bias=False)
        self.w_output = nn.Linear(len(centres) * dim, channels[1], bias=offset)
        self.attention = Attention(NoContent())

    @classmethod
    def from_conv(cls, conv: nn.Conv2d, alpha: float = SHARP) -> "QuadraticRelativeAttention":
        """The attention that computes what a convolution computes; the larger α, the nearer.

        Args:
            conv: any kernel, dilation and channels; stride 1, zero padding, one group.
            alpha: how sharply heads look.

        Raises:
            SettingError: a convolution that this attention cannot be.
        """
        reach = tuple((size - 1) * gap for size, gap in zip(conv.kernel_size, conv.dilation))
        padding = _padding(conv, reach)
        taps = [(row, column) for row in range(conv.kernel_size[0]) for column in range(conv.kernel_size[1])]
        centres = [tuple(at * gap - far // 2 for at, gap, far in zip(tap, conv.dilation, reach)) for tap in taps]
        channels = (conv.in_channels, conv.out_channels)
        made = cls(channels, centres, alpha, conv.in_channels, padding, reach, conv.bias is not None).to(conv.weight)
        with torch.no_grad():
            made.w_value.weight.copy_(torch.eye(conv.in_channels).repeat(len(taps), 1))  # a head passes pixels on
            made.w_output.weight.copy_(conv.weight.permute(0, 2, 3, 1).flatten(1))  # out row·column·in
            if conv.bias is not None:
                made.w_output.bias.copy_(conv.bias)
        return made

    def forward(self, image: Image) -> Float[Tensor, "batch out down right"]:
        """Let every query mix the pixels.

        Raises:
            ShapeError: an image that is smaller than the window.
        """
        down, right = (
            size + 2 * pad - far for size, pad, far in zip(image.shape[2:], self.padding, self.reach)
        )  # queries
        if down < 1 or right < 1:
            raise ShapeError(
                tr(
                    "an image of {shape} × {shape2} pixels is smaller than the window that heads reach over; "
                    "expected at least {reach} × {reach2}",
                    shape=image.shape[2],
                    shape2=image.shape[3],
                    reach=self.reach[0] + 1 - 2 * self.padding[0],
                    reach2=self.reach[1] + 1 - 2 * self.padding[1],
                )
            )
        (above, left) = self.padding
        pixels = nn.functional.pad(image, (left, left, above, above)).flatten(2).transpose(1, 2)  # batch key channel
        heads = len(self.centres)
        value = self.w_value(pixels).unflatten(-1, (heads, -1)).transpose(1, 2)  # batch head key dim
        asking = pixels.new_zeros(len(image), heads, down * right, 1)
        key = pixels.new_zeros(len(image), heads, pixels.shape[1], 1)
        context = self.attention(asking, key, value, None, self.bias(down, right)).context
        mixed: Tensor = self.w_output(context.transpose(1, 2).flatten(2))  # batch query channel
        return mixed.transpose(1, 2).unflatten(2, (down, right))

    def bias(self, rows: int, columns: int) -> Bias:
        """v·r_δ for so many rows and columns of queries, and all keys."""
        apart = []
        for queries, far in zip((rows, columns), self.reach):
            # the first query's window begins at the first key
            key, query = torch.arange(queries + far), torch.arange(queries) + far // 2
            apart.append((key - query[:, None]).to(self.alpha))  # query key, along one side of the image
        down, right = apart[0][:, None, :, None], apart[1][None, :, None, :]  # query query key key
        shape = (*down.shape[:1], right.shape[1], down.shape[2], right.shape[3])
        away = torch.stack([part.expand(shape).flatten(2).flatten(0, 1) for part in (down, right)], -1)
        squares = away.square().sum(dim=-1)  # query key
        towards = torch.einsum("qkd,hd->hqk", away, self.centres)
        return (-self.alpha[:, None, None] * (squares - 2 * towards))[None]


def _padding(conv: nn.Conv2d, reach: Sides) -> Sides:
    """Rows and columns of zeros on each side of a convolution's image.

    Raises:
        SettingError: a convolution that attention cannot be.
    """
    same = conv.padding == "same"
    problem = None
    if tuple(conv.stride) != (1, 1):
        problem = tr("a stride of {stride} × {stride2}: choose stride=1", stride=conv.stride[0], stride2=conv.stride[1])
    elif conv.groups != 1:
        problem = tr("groups={groups}: choose groups=1", groups=conv.groups)
    elif conv.padding_mode != "zeros":
        problem = tr("padding_mode={padding_mode}: choose zeros", padding_mode=conv.padding_mode)
    elif same and any(far % 2 for far in reach):
        problem = tr(
            "padding=same around a window of even size, with more zeros on one side: choose numbers for the padding"
        )
    if problem is not None:
        raise SettingError(tr("no attention is made of a convolution with {problem}", problem=problem))
    if same:
        return (reach[0] // 2, reach[1] // 2)
    return (0, 0) if conv.padding == "valid" else tuple(conv.padding)
