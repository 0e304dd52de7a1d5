"""Which encoder layers the decoder's layers look at: what is not connected changes nothing, and the counts are as said."""

import pytest
import torch

from core.models.build import build
from core.models.transformer_settings import TransformerSettings
from core.models.wiring import WIRINGS
from core.recording.recorder import Recorder
from core.seeds import Seeds
from tests.laws.models import LETTERS, batch

LAYERS, WIDTH = 3, 12
GIVEN = batch(["abcde", "hg"])


def wired(wiring, connections="", **more):
    settings = TransformerSettings(layers=LAYERS, width=WIDTH, heads=2, wiring=wiring, connections=connections, **more)
    return build(settings, LETTERS, LETTERS, Seeds(5)).double().eval()


def count(net):
    return sum(parameter.numel() for parameter in net.parameters())


def test_a_matrix_with_its_last_column_alone_is_the_original_bit_for_bit():
    with torch.no_grad():
        assert torch.equal(wired("matrix", "001/001/001")(GIVEN), wired("last")(GIVEN))
        assert torch.equal(wired("matrix", "100/010/001")(GIVEN), wired("layerwise")(GIVEN))
        assert not torch.equal(wired("matrix", "100/010/001")(GIVEN), wired("last")(GIVEN))


@pytest.mark.parametrize("source_layer", range(LAYERS))
def test_what_is_not_connected_changes_nothing_and_what_is_changes_the_output(source_layer):
    net = wired("matrix", "110/010/010")
    with torch.no_grad():
        memory = net.encoder(GIVEN.source, GIVEN.source_valid)
        layers = list(memory.layers)
        layers[source_layer] = torch.zeros_like(layers[source_layer])
        before = net.decoder(GIVEN.target_in, memory)
        after = net.decoder(GIVEN.target_in, memory._replace(layers=tuple(layers)))
    assert torch.equal(before, after) == (source_layer == 2)


def test_each_decoder_layer_sees_its_own_row_of_the_matrix():
    net = wired("matrix", "100/010/001")
    with torch.no_grad(), Recorder(net, "*decoder*cross*") as before:
        memory = net.encoder(GIVEN.source, GIVEN.source_valid)
        net.decoder(GIVEN.target_in, memory)
    changed = memory._replace(layers=(memory.layers[0], -memory.layers[1], memory.layers[2]))
    with torch.no_grad(), Recorder(net, "*decoder*cross*") as after:
        net.decoder(GIVEN.target_in, changed)
    first, second, _ = before.paths
    assert torch.equal(before.tensor(first), after.tensor(first))
    assert not torch.equal(before.tensor(second), after.tensor(second))


def test_parameters_are_counted_as_the_papers_have_them():
    last, norms = count(wired("last")), (LAYERS - 1) * 2 * WIDTH  # a layer norm for each encoder layer that is seen too
    assert count(wired("layerwise")) == last + norms
    assert count(wired("matrix", "110/011/001")) == last + norms
    assert count(wired("mixture")) == last + norms + LAYERS * LAYERS
    assert count(wired("multiview")) == last + norms + LAYERS * 4 * WIDTH * WIDTH


def test_post_norm_layers_are_normed_already():
    assert count(wired("layerwise", norm="post")) == count(wired("last", norm="post"))


@pytest.mark.parametrize("name", WIRINGS)
def test_the_matrix_says_what_is_looked_at(name):
    """A wiring is linear in the encoder's layers: its matrix are the factors of constant states."""
    wiring = WIRINGS[name](LAYERS, "110/010/011" if name == "matrix" else "")
    for source_layer in range(LAYERS):
        layers = tuple(torch.full((1, 2, 4), float(at == source_layer)) for at in range(LAYERS))
        memory = wired("last").encoder(GIVEN.source, GIVEN.source_valid)._replace(states=layers[-1], layers=layers)
        seen = torch.tensor([sum(float(view.detach()[0, 0, 0]) for view in views) for views in wiring(memory)])
        torch.testing.assert_close(seen, wiring.matrix()[:, source_layer].detach())


def test_a_mixture_begins_with_equal_shares_and_learns_others():
    net = wired("mixture").train()
    torch.testing.assert_close(net.decoder.wiring.matrix(), torch.full((LAYERS, LAYERS), 1 / LAYERS).double())
    net(GIVEN)[GIVEN.target_valid].logsumexp(-1).sum().backward()
    assert float(net.decoder.wiring.logits.grad.abs().sum()) > 0


def test_two_views_are_two_recorded_attentions():
    net = wired("multiview")
    with torch.no_grad(), Recorder(net, "*cross*") as recorder:
        net(GIVEN)
    assert len(recorder.paths) == 2 * LAYERS
