"""Gradients of one output token with respect to the source: which source tokens would change its log-probability.

What is differentiated is log p of the token after a given beginning of the output, with respect to the vectors that the
embedding's table gives for the source tokens; their positions stay. Each method gives a number a token:

    saliency              ‖∂ log p / ∂x‖: how much a small change there would do, ≥ 0 (Simonyan et al. 2014, arXiv:1312.6034)
    input × gradient      Σ x · ∂ log p / ∂x: the same along the vector that stands there, signed (Denil et al. 2014)
    integrated gradients  Σ (x − x₀) · mean of the gradient on the way from x₀ to x: signed, and together they are the
                          difference of the two log-probabilities (Sundararajan et al. 2017, arXiv:1703.01365)

The way begins at x₀ = <unk> in place of every token but <end>. Vectors of zeros, the usual beginning, are no place to begin
at where a norm comes first and nothing has been added: all of the change would happen within a hair of zero.

By Captum (Kokhlikyan et al. 2020, arXiv:2009.07896), the extra `explain`. The model is not changed: the pass reads its
layers and is handed the vectors.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.data.batch import pad
from core.data.vocabulary import UNK
from core.errors import MissingExtra
from core.language import mark, tr
from core.models.encoder import AbstractEncoder
from core.models.seq2seq import Seq2Seq

STEPS = 64  # points on the way of integrated gradients
_CELLS = 1 << 20  # of attention at once: memory, not speed
Score = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Question:
    """Which output token is asked about.

    Attributes:
        source: numbers, <end> included; fed: <begin> and what was written before the token; token: its number.
    """

    source: tuple[int, ...]
    fed: tuple[int, ...]
    token: int


@dataclass(frozen=True, eq=False)
class Attribution:
    """A number for every source token.

    Attributes:
        name: of the method; values: one a token, <end> included.
        total: their sum; difference: log p of the token with the source minus that with <unk> for every source token, which
            the sum of integrated gradients should be; None for methods that do not promise it.
    """

    name: str
    values: Float[np.ndarray, " token"]
    total: float
    difference: float | None = None


def log_probs(
    model: Seq2Seq, question: Question, sources: Sequence[Sequence[int]], *, chunk: int = 256
) -> Float[np.ndarray, " source"]:
    """log p of the token, in nats, had each of these been the source; equal ones are computed once."""
    places = {tuple(source): at for at, source in enumerate(dict.fromkeys(map(tuple, sources)))}
    different, found = list(places), []
    with torch.no_grad():
        for first in range(0, len(different), chunk):
            tokens, valid = pad(different[first : first + chunk])
            found.append(_asked(model, model.encoder, question, tokens, valid))
    known = torch.cat(found).numpy()
    return known[[places[tuple(source)] for source in sources]]


def attributions(
    model: Seq2Seq, question: Question, methods: Sequence[str] | None = None, *, steps: int = STEPS
) -> list[Attribution]:
    """Ask every method about one output token.

    Args:
        model: in evaluation; nothing in it is changed, nor are gradients left in it.
        methods: names in METHODS; None for all. steps: points on the way of integrated gradients.

    Raises:
        MissingExtra: Captum is not installed.
    """
    captum = _captum()
    tokens, valid = pad([question.source])
    table = _embedding(model.encoder).table
    vectors = table(tokens).detach().clone().requires_grad_()
    nothing = table(torch.tensor([[UNK] * (len(question.source) - 1) + [question.source[-1]]])).detach()

    def score(given: Tensor) -> Tensor:
        """log p of the token for each row of vectors [row, time, width]."""
        rows = len(given)
        encoder = _handed(model.encoder, given)
        return _asked(model, encoder, question, tokens.expand(rows, -1), valid.expand(rows, -1))

    with torch.enable_grad():
        return [METHODS[name](captum, score, vectors, nothing, steps) for name in methods or METHODS]


def saliency(captum: ModuleType, score: Score, vectors: Tensor, nothing: Tensor, steps: int) -> Attribution:
    """Length of the gradient at each token."""
    gradient = captum.Saliency(score).attribute(vectors, abs=False)
    return _attribution(mark("saliency"), gradient.norm(dim=-1))


def input_x_gradient(captum: ModuleType, score: Score, vectors: Tensor, nothing: Tensor, steps: int) -> Attribution:
    """Each token's vector times the gradient there."""
    return _attribution(mark("input × gradient"), captum.InputXGradient(score).attribute(vectors).sum(dim=-1))


def integrated_gradients(captum: ModuleType, score: Score, vectors: Tensor, nothing: Tensor, steps: int) -> Attribution:
    """The gradient along the way from `nothing`, with what it should sum to."""
    method = captum.IntegratedGradients(score)
    at_once = max(1, min(steps, _CELLS // vectors.shape[1] ** 2))
    found = method.attribute(vectors, baselines=nothing, n_steps=steps, internal_batch_size=at_once)
    with torch.no_grad():
        difference = float(score(vectors) - score(nothing))
    return _attribution(mark("integrated gradients"), found.sum(dim=-1), difference)


METHODS: dict[str, Callable[[ModuleType, Score, Tensor, Tensor, int], Attribution]] = {
    "saliency": saliency,
    "input × gradient": input_x_gradient,
    "integrated gradients": integrated_gradients,
}


class _Given(nn.Module):
    """Stands where a table of vectors stood, and gives these instead."""

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        self.vectors = vectors

    def forward(self, tokens: Tensor) -> Tensor:
        """The vectors, whatever the tokens are."""
        return self.vectors


def _handed(encoder: AbstractEncoder, vectors: Tensor) -> AbstractEncoder:
    """An encoder that shares every layer with this one, but reads vectors; somebody else may use this one meanwhile."""
    embedding = _with_part(_embedding(encoder), "table", _Given(vectors))
    twin = _with_part(encoder, "embedding", embedding)
    assert isinstance(twin, AbstractEncoder)
    return twin


def _with_part(module: nn.Module, name: str, part: nn.Module) -> nn.Module:
    twin = copy.copy(module)
    twin.__dict__["_modules"] = module._modules | {name: part}  # a shallow copy shares the dictionary
    return twin


def _embedding(encoder: AbstractEncoder) -> nn.Module:
    return encoder.get_submodule("embedding")


def _asked(model: Seq2Seq, encoder: AbstractEncoder, question: Question, tokens: Tensor, valid: Tensor) -> Tensor:
    """log p of the token for every row, in double precision after the last layer: [row]."""
    fed = torch.tensor([question.fed]).expand(len(tokens), -1)
    logits = model.decoder(fed, encoder(tokens, valid))[:, -1]
    return torch.log_softmax(logits.double(), dim=-1)[:, question.token]


def _attribution(name: str, values: Tensor, difference: float | None = None) -> Attribution:
    numbers = values[0].detach().double().numpy()
    return Attribution(name, numbers, float(numbers.sum()), difference)


def _captum() -> ModuleType:
    try:
        import captum.attr as captum  # here, since it takes a second and is a choice of whoever installs
    except ImportError as error:
        raise MissingExtra("captum", "explain", tr("gradients of an output token")) from error
    return captum
