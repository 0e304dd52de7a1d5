"""A generator and a discriminator of small pictures, with a place in the middle of each for an attention layer.

Both are normalized by their largest singular values (Miyato et al. 2018, arXiv:1802.05957), the generator too, as in the
Self-Attention GAN (Zhang et al. 2019, section 4, arXiv:1805.08318). What stands in the middle is made before and given: `Identity`
for the network of convolutions alone. All other weights come from one stream of chance, whatever stands there.
"""

from typing import TypeVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

NOISE = 16  # numbers that a picture is made from
WIDTH = 32  # channels of the map where the middle stands, in both networks
_DEEP = 64  # channels of the smaller maps
_SMALL = 2  # rows of the smallest map; a picture has four times as many
_LEAK = 0.1

Noise = Float[Tensor, "picture number"]
Pictures = Float[Tensor, "picture 1 row column"]  # ink −1…1
N = TypeVar("N", bound=nn.Module)


def normed(network: N) -> N:
    """The network itself, every convolution and linear map divided by its largest singular value from now on.

    The value is followed by a step of the power method at each pass in training; a pass in evaluation changes nothing.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            spectral_norm(module)
    return network


class Generator(nn.Module):
    """From noise to pictures of 8 × 8.

    Args:
        middle: from the map of 8 × 8 places and `WIDTH` channels to one of the same shape; normalized by whoever made it.
    """

    def __init__(self, middle: nn.Module) -> None:
        super().__init__()
        first = nn.Sequential(
            nn.Linear(NOISE, _DEEP * _SMALL**2), nn.Unflatten(1, (_DEEP, _SMALL, _SMALL)), nn.ReLU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(_DEEP, _DEEP, 3, padding=1), nn.ReLU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(_DEEP, WIDTH, 3, padding=1), nn.ReLU(),
        )  # fmt: skip
        last = nn.Sequential(nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(WIDTH, 1, 3, padding=1))
        self.decoder = nn.ModuleDict({"first": normed(first), "middle": middle, "last": normed(last)})
        self.ink = nn.Parameter(Tensor([4.0, 0.0]).clone())  # how strong, and how much at least: what norms take away

    def forward(self, noise: Noise) -> Pictures:
        """One picture for each row of noise."""
        states = noise
        for part in self.decoder.values():
            states = part(states)
        return (self.ink[0] * states + self.ink[1]).tanh()


class Discriminator(nn.Module):
    """From pictures of 8 × 8 to how real each looks: above 0 real, below 0 made.

    Args:
        middle: as in `Generator`.
    """

    def __init__(self, middle: nn.Module) -> None:
        super().__init__()
        first = nn.Sequential(nn.Conv2d(1, WIDTH, 3, padding=1), nn.LeakyReLU(_LEAK))
        last = nn.Sequential(
            nn.Conv2d(WIDTH, _DEEP, 4, stride=2, padding=1), nn.LeakyReLU(_LEAK),
            nn.Conv2d(_DEEP, _DEEP, 4, stride=2, padding=1), nn.LeakyReLU(_LEAK),
            nn.Flatten(), nn.Linear(_DEEP * _SMALL**2, 1),
        )  # fmt: skip
        self.encoder = nn.ModuleDict({"first": normed(first), "middle": middle, "last": normed(last)})

    def forward(self, pictures: Pictures) -> Float[Tensor, " picture"]:
        """One number a picture, without bounds."""
        states = pictures
        for part in self.encoder.values():
            states = part(states)
        return states.squeeze(1)
