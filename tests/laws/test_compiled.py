"""What was compiled is the plain path, whatever a search makes of it."""

import pytest
import torch

from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.frontier import Force, Rules
from core.decoding.greedy import GreedySearch
from core.decoding.stepper import Stepper
from core.models.compiled.ahead import Compiled
from core.models.compiled.architecture import architecture
from core.models.fast.table import fast
from core.runs.compiled import offered
from core.training.evaluation import rules_for
from tests.laws.models import CHOICES, model
from tests.laws.stepped import assert_same, both, plain_of
from tests.laws.test_searches import sources

pytestmark = pytest.mark.xdist_group("compiled")  # in one process: they are built once
WIDTH = 3
TRANSFORMERS = [name for name in CHOICES if name.startswith("transformer")]
SEARCHES = [
    GreedySearch(), BeamSearch(width=3), BeamSearch(width=1), BeamSearch(width=3, length_norm="mean", stop="never"),
    BeamSearch(width=3, length_norm="reward", length_penalty=0.5, stop="k_finished"), BeamSearch(width=3, stop="top_finished"),
]  # fmt: skip
every_search = pytest.mark.parametrize("search", SEARCHES, ids=[f"{one.name}-{n}" for n, one in enumerate(SEARCHES)])


# ---------------------------------------------------------------- the same
@every_search
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_every_search_that_can_be_followed_weighs_and_records_the_same(compiled, search, name):
    net, ready = model(name), compiled(name)
    for numbers in sources(["h", "ab", "hgfedcba"]):
        both(ready, net, search, numbers, rules_for(net, numbers))


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_sources_of_every_length_give_the_same_and_no_plain_step_is_taken(compiled, name):
    net, ready = model(name), compiled(name)
    searches = [GreedySearch(), BeamSearch(width=3)]
    never = (*net.never_generated, net.end)  # so that all steps are taken
    for length in (*range(1, 9), 16, 17, 31, 40):
        numbers = [*[6 + (7 * at) % 8 for at in range(length - 1)], net.end]
        for search in searches:
            both(ready, net, search, numbers, Rules(net.end, net.never_generated, 12, length))
    ready._plain.step = lambda tokens, state: pytest.fail("a plain step was taken")
    for search in searches:
        (frontier,) = decode(search, ready, [numbers], [Rules(net.end, never, 12, length)])
        assert frontier.step == 12 == len(frontier.best.tokens())


@every_search
@pytest.mark.parametrize("name", ["transformer-pre-learned", "transformer-pre-sinusoidal"])
def test_outputs_that_end_early_and_limits_of_every_length(compiled, search, name):
    net = model(name)
    net.decoder.output.bias.data[net.end] += 2.5
    ready = compiled(name, net)
    (numbers,) = sources(["cabbage"])
    early = both(ready, net, search, numbers, rules_for(net, numbers))
    assert early.step < rules_for(net, numbers).max_new_tokens or search.stop == "never"
    for longest in range(1, 6):
        both(ready, net, search, numbers, Rules(net.end, net.never_generated, longest, len(numbers)))


@pytest.mark.parametrize("search", [GreedySearch(), BeamSearch(width=3)])
@pytest.mark.parametrize("longest", [64, 65, 66, 150])
def test_buffers_grow_and_nothing_changes(compiled, search, longest):
    name = "transformer-pre-sinusoidal"
    net = model(name)
    (numbers,) = sources(["abcdefgh"])
    rules = Rules(net.end, (*net.never_generated, net.end), longest, len(numbers))  # it never ends
    assert both(compiled(name), net, search, numbers, rules).step == longest


def test_what_a_search_did_not_ask_for_can_be_asked_for_later(compiled):
    """The loop stops by a bound of its own; a search that goes on is served, from the loop too."""
    name = "transformer-pre-none"
    net = model(name)
    net.decoder.output.bias.data[net.end] += 3.0
    ready = compiled(name, net)
    (numbers,) = sources(["hgfedcba"])
    ahead = ready.run(numbers, WIDTH, 90, net.end, net.never_generated)
    stopped = len(ahead)
    assert stopped < 90
    search = BeamSearch(width=3, stop="never")
    walks = [
        Stepper(one, search, numbers, Rules(net.end, net.never_generated, 90, 9)) for one in (ahead, plain_of(net))
    ]
    for walk in walks:
        walk.finish()
    assert len(ahead) == 90
    assert [n.tokens() for n in walks[0].frontier.finished] == [n.tokens() for n in walks[1].frontier.finished]


@pytest.mark.parametrize("search", [GreedySearch(), BeamSearch(width=3)])
@pytest.mark.parametrize("name", ["transformer-pre-learned", "transformer-pre-none"])
def test_a_branch_from_what_was_run_ahead_is_the_plain_one(compiled, search, name):
    net = model(name)
    (numbers,) = sources(["hgfedcba"])
    rules = rules_for(net, numbers)
    ahead = compiled(name).run(numbers, search.follows, rules.max_new_tokens, net.end, net.never_generated)
    walks = [Stepper(one, search, numbers, rules) for one in (ahead, plain_of(net))]
    for forced in (9, 6, 11):
        for walk in walks:
            walk.finish()
            while walk.frontier.step > 2:
                walk.back()
            walk.forward(Force(forced))
            walk.finish()
        assert_same(walks[0].frontier, walks[1].frontier)


def test_ties_cost_speed_never_truth(compiled):
    """Two tokens that are equally probable everywhere: the plain rule decides, whatever the loop took."""
    name = "transformer-pre-sinusoidal"
    net = model(name)
    output = net.decoder.output
    output.weight.data[7], output.bias.data[7] = output.weight.data[13], output.bias.data[13] + 0
    output.bias.data[[7, 13]] += 2.0
    ready = compiled(name, net)
    for search in (GreedySearch(), BeamSearch(width=3)):
        (numbers,) = sources(["cabbage"])
        tokens = both(ready, net, search, numbers, rules_for(net, numbers)).best.tokens()
        assert 7 in tokens


# ---------------------------------------------------------------- what cannot be run ahead is stepped
def test_other_widths_sources_and_models_are_stepped(compiled, built):
    name = "transformer-pre-learned"
    net = model(name)
    ready = compiled(name)
    never = net.never_generated
    assert ready.run([6, 7, 2], 5, 9, net.end, never) is None
    for source in ([], [6, 14, 2], [-1, 2], [6] * 65):  # nothing, no tokens of the vocabulary, longer than 64 positions
        assert ready.run(source, 1, 9, net.end, never) is None
    (numbers,) = sources(["abc"])
    both(ready, net, BeamSearch(width=5), numbers, rules_for(net, numbers))
    ahead = ready.run(numbers, 1, 9, net.end, never)
    (other,) = sources(["fed"])
    begin, plain = torch.tensor([[net.begin]]), plain_of(net)
    assert torch.equal(
        ahead.step(begin, ahead.start([other])).log_probs, plain.step(begin, plain.start([other])).log_probs
    )
    assert (
        Compiled(net, architecture(net), fast(net), "*", lambda width: None).run(numbers, 5, 9, net.end, never)
        is not None
    )
    gru = fast(model("gru-dot"))
    assert offered(built["pre"], model("gru-dot"), gru, "*") is gru
    assert architecture(model(name).double()) is None
