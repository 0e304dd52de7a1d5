"""Rewards for models that copy: names that no vocabulary holds are drawn, weighed and judged as what they are."""

import pytest
import torch

from core.data.batch import Example, collate
from core.data.copying import copyable
from core.data.vocabulary import Vocabulary
from core.models.build import MODELS, build
from core.seeds import Seeds
from core.tasks.copying import Copying
from core.training.episodes import cast, limits, log_probabilities, write
from core.training.evaluation import free_run
from core.training.objective_settings import Makings
from core.training.rewarded import Mixer, SelfCritical
from core.training.rewards import Judge
from core.training.settings import TrainingSettings

COPIED = copyable((Vocabulary.of("abcx"), Vocabulary.of("abch")))
ITEMS = [
    Example(tuple("abmaz"), tuple("hmz")),
    Example(tuple("nabc"), tuple("ncb")),
    Example(tuple("cab"), tuple("hc")),
]
COPYING = {
    "pointer_generator": MODELS["recurrent"](width=12, copy="pointer_generator"),
    "copynet": MODELS["recurrent"](width=12, copy="copynet"),
    "pointer": MODELS["recurrent"](width=12, copy="pointer", pointing="once"),
    "transformer": MODELS["transformer"](width=12, heads=2, layers=1, copy="pointer_generator"),
}


@pytest.mark.parametrize("kind", COPYING)
def test_what_is_copied_is_written_weighed_and_judged_by_its_own_name(kind):
    net, given = build(COPYING[kind], *COPIED, Seeds(3)).eval(), collate(ITEMS, *COPIED)
    longest, asked = limits(net, given), []
    written = write(
        net, given, longest, cast(given, longest, torch.zeros_like(longest), (2, 1), (Seeds(1), "policy", 1))
    )
    logp, real = (part.detach() for part in log_probabilities(net, given, written))
    sources = [COPIED[0].encode_source(item.source) for item in ITEMS]
    for item, (source, rows) in enumerate(zip(sources, written.tolist())):
        for slot, row in enumerate(rows):
            state, fed = net.start([source]), net.begin
            for at, token in enumerate(row[: int(real[item, slot].sum())]):
                step = net.step(torch.tensor([[fed]]), state)
                law = step.log_probs[0, 0].index_fill(-1, torch.tensor(net.never_generated), -torch.inf)
                assert float(logp[item, slot, at]) == pytest.approx(float(law.log_softmax(-1)[token]), abs=1e-4)
                state, fed = step.state, token

    def rewarding(pairs):
        asked.extend(pairs)
        return [0.0] * len(pairs)

    Judge(rewarding, COPIED[1])(written, given)
    greedy = free_run(net, [item.source for item in ITEMS], COPIED)
    by_reference = {item.target: item for item in ITEMS}
    assert {reference for _, reference in asked} == set(by_reference)
    assert {tuple(words) for words in greedy} <= {output for output, _ in asked}
    names = {(name, reference) for output, reference in asked for name in output if name in "mzn"}
    assert names and all(name in by_reference[reference].source for name, reference in names)


@pytest.mark.parametrize("objective", [SelfCritical(draws=12), Mixer(draws=12, every=1)])
def test_a_rewarded_name_is_copied_more_often(objective):
    """A name that no vocabulary has earns the reward, and a few steps raise its share."""
    net, given = build(COPYING["pointer_generator"], *COPIED, Seeds(3)), collate(ITEMS[:1], *COPIED)
    wants = Judge(lambda pairs: [float("z" in output) for output, _ in pairs], COPIED[1])
    made = objective.rewarded(wants, Makings(Copying(), TrainingSettings(), Seeds(1), lambda address: None, width=12))
    optimizer, rewards = torch.optim.Adam(net.parameters(), lr=0.02), []
    for step in range(1, 16):
        optimizer.zero_grad()
        found = made(net, given, step)
        torch.stack(list(found.terms.values())).sum().backward()
        optimizer.step()
        rewards.append(found.reward)
    assert sum(rewards[-4:]) / 4 > sum(rewards[:4]) / 4 + 0.15
