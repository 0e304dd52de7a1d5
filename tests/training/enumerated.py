"""A model whose outputs can all be written down, and a reward for each of them."""

from collections.abc import Sequence
from itertools import product

import torch

from core.data.batch import Example, collate
from core.data.vocabulary import END, PAD, UNK, Vocabulary
from core.models.build import MODELS, build
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.training.episodes import log_probabilities
from core.training.rewards import Judge

TINY = Vocabulary.of("a")  # what may be written: <end>, <unk>, a
ALPHABET, LONGEST = (END, UNK, *TINY.encode("a")), 3
GIVEN = collate([Example(("a",), ("a",))], TINY, TINY)


def tiny_model() -> Seq2Seq:
    """Of at most three tokens, in double precision."""
    settings = MODELS["transformer"](width=8, heads=2, layers=1, positions="learned", longest=LONGEST + 1)
    net = build(settings, TINY, TINY, Seeds(3)).double().eval()
    net.decoder.longest = LONGEST
    return net


def everything() -> torch.Tensor:
    """All outputs there are: those that end, and those that are cut at the limit."""
    rows = []
    for length in range(1, LONGEST + 1):
        for tokens in product(ALPHABET, repeat=length):
            ended = tokens[-1] == END
            if END not in tokens[:-1] and (ended or length == LONGEST):
                rows.append([*tokens, *[PAD] * (LONGEST - length)])
    return torch.tensor([rows])


def value(words: Sequence[str]) -> float:
    """Some reward: no two outputs of different length or content are alike by accident."""
    return 0.3 * len(words) - 0.5 * words.count("<unk>") + 0.8 * (tuple(words) == ("a",))


def judge(vocabulary: Vocabulary = TINY) -> Judge:
    return Judge(lambda pairs: [value(output) for output, _ in pairs], vocabulary)


def flat(net: torch.nn.Module, loss: torch.Tensor) -> torch.Tensor:
    """The gradient of every weight in one row."""
    found = torch.autograd.grad(loss, list(net.parameters()), allow_unused=True)
    return torch.cat(
        [(one if one is not None else torch.zeros_like(at)).flatten() for one, at in zip(found, net.parameters())]
    )


def exact(net: torch.nn.Module) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Log-probability and reward of all outputs, and the gradient of the expected reward."""
    logp = log_probabilities(net, GIVEN, everything())[0].sum(-1)[0]
    rewards = judge()(everything(), GIVEN)[0].double()
    return logp.detach(), rewards, flat(net, (logp.exp() * rewards).sum())
