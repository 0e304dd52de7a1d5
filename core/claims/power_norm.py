"""Why batch norm does not go with text, measured: what it divides by varies from batch to batch.

PowerNorm's gain (under one BLEU in its paper) does not show in a small model, and is not claimed. What can be measured is
the cause its authors name. A model with batch norm is trained, then stands still and reads 200 training batches: how much
do the statistics of its norms' inputs vary among them? The texts are made: frequencies follow Zipf's law, and a text has few
words of its own that it repeats, as texts do. The baseline is the same model on the same words in the same frequencies,
but dealt out at random, so that every token is a draw of its own. (Zipf's law alone makes no difference: measured.)
Beside batch norm's mean and variance stands power norm's quadratic mean, and the layer norm's variance within a token,
averaged over the batch; the layer norm itself uses each token's own, which no other token can change.

For completeness the table has the held-out losses of equal trainings with layer, batch and power norm. What differs there
by less than it does between seeds is noise.
"""

from collections.abc import Generator, Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, Sampler, cross_entropy, labeler, learn, steps
from core.models.norm import AbstractNorm
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

KINDS = ("dealt", "text")
STATISTICS = ("mean", "variance", "quadratic mean", "token's variance")
COMPARED = ("layer", "batch", "power")
_VOCABULARY, _BATCH, _LENGTH, _BATCHES = 400, 32, 16, 200
_OWN = 4  # words of a text


class PowerNormCause(AbstractClaim):
    """How much the statistics of batches vary, for words as in texts and for the same words dealt out at random."""

    name = "power_norm"
    lecture = (28,)
    statement = (
        "Statistics of batches vary more over texts, which repeat their words, than over words dealt out at random"
    )
    source = "Shen et al. 2020, section 3, arXiv:2003.07845"
    effect_is = "variation of a batch's variance, texts"
    baseline_is = "the same, words dealt out at random"
    unit = "standard deviation over batches / mean"
    rule = (
        "shown when the variance varies at least 1.2 times as much for texts. Fewer independent words a batch make all "
        "statistics vary more, the quadratic mean too: neither a failure of batch norm nor a gain of PowerNorm is claimed"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Statistics with batch norm on both kinds of tokens, then equal trainings with three norms."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(400, budget)
        jobs = [("batch", "dealt"), *((norm, "text") for norm in COMPARED)]
        for at, (norm, kind) in enumerate(jobs):
            sample = partial(shifted, kind)
            network = labeler(_settings(norm), _VOCABULARY, _VOCABULARY, seeds)
            for now in learn(network, sample, seeds, last, rate=2e-3):
                yield Progress((at + 0.8 * now.step / last) / len(jobs), tuple(rows))
            network.eval()
            loss = _held_out(network, sample, seeds)
            if norm == "batch":
                batches = steps(_BATCHES, budget) + 2  # a deviation takes two
                found = yield from _vary(network, sample, seeds, batches, Progress((at + 0.8) / len(jobs), tuple(rows)))
                rows += [_row("statistics", kind, norm, name, value) for name, value in zip(STATISTICS, found)]
            rows.append(_row("loss", kind, norm, "held-out loss", loss))
        varied = {row["tokens"]: float(row["value"] or 0) for row in rows if row["measured"] == "variance"}
        return Measured(varied["text"], varied["dealt"], tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where words dealt out vary more."""
        shows = [one.effect >= 1.2 * one.baseline for one in found]
        return judged(shows, [one.baseline >= 1.2 * one.effect for one in found])


def shifted(kind: str, generator: torch.Generator) -> Labelled:
    """Sequences of several lengths; a token is asked for the one before it.

    Args:
        kind: "text": a sequence repeats a few words of its own; "dealt": every token is a draw of its own. In both the
            word of rank r has a probability in proportion to 1/r.
    """
    weights = 1 / torch.arange(1, _VOCABULARY + 1, dtype=torch.float64)
    tokens = torch.multinomial(weights, _BATCH * _LENGTH, True, generator=generator).view(_BATCH, _LENGTH)
    if kind == "text":
        tokens = tokens[:, :_OWN].gather(1, torch.randint(_OWN, (_BATCH, _LENGTH), generator=generator))
    lengths = torch.randint(_LENGTH // 2, _LENGTH + 1, (_BATCH, 1), generator=generator)
    valid = torch.arange(_LENGTH) < lengths
    return Labelled(tokens * valid, valid, tokens.roll(1, 1), valid & (torch.arange(_LENGTH) > 0))


def variation(batches: Float[Tensor, "batch what feature"]) -> list[float]:
    """Of each statistic over batches, its features averaged.

    The mean may be near 0, so it is compared with the root of the variance (which stands second); the others with
    themselves.
    """
    spread, level = batches.std(0), batches.mean(0)
    scale = torch.cat([level[1:2].sqrt(), level[1:]])
    return [float(value) for value in (spread / scale).nanmean(1)]


def _vary(
    network: nn.Module, sample: Sampler, seeds: Seeds, batches: int, now: Progress
) -> Generator[Progress, None, list[float]]:
    """The variation of every statistic over so many batches, averaged over the network's norms."""
    seen: dict[str, list[Tensor]] = {}

    def watch(name: str, module: nn.Module, given: tuple[Tensor, Tensor]) -> None:
        rows = given[0][given[1]]
        within = rows.var(1, unbiased=False).mean().expand(rows.shape[1])
        statistics = torch.stack([rows.mean(0), rows.var(0, unbiased=False), rows.square().mean(0), within])
        seen.setdefault(name, []).append(statistics)

    norms = [(name, module) for name, module in network.named_modules() if isinstance(module, AbstractNorm)]
    hooks = [module.register_forward_pre_hook(partial(watch, name)) for name, module in norms]
    network.train()
    for at in range(batches):
        batch = sample(seeds.generator("batches", at))
        with torch.no_grad():
            network(batch.tokens, batch.valid)
        yield now
    for hook in hooks:
        hook.remove()
    found = torch.tensor([variation(torch.stack(values)) for values in seen.values()])
    return found.mean(0).tolist()


@torch.no_grad()
def _held_out(network: nn.Module, sample: Sampler, seeds: Seeds) -> float:
    losses = [cross_entropy(network, sample(seeds.generator("held out", at))) for at in range(8)]
    return float(torch.stack(losses).mean())


def _settings(normalization: str) -> TransformerSettings:
    return TransformerSettings(layers=2, width=32, heads=2, norm="post", normalization=normalization)


def _row(part: str, tokens: str, norm: str, measured: str, value: float) -> Row:
    return {"part": part, "tokens": tokens, "norm": norm, "measured": measured, "value": value}
