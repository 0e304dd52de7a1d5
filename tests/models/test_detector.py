"""A small DETR: positions that decide and are not mixed, queries without order, every layer's answer, recorded attention."""

import pytest
import torch

from core.attention.multihead import MultiHeadAttention
from core.errors import SettingError, ShapeError
from core.models.detector import TinyDETR, grid_positions
from core.models.detector_settings import DetectorSettings
from core.recording.recorder import Recorder

SETTINGS = DetectorSettings(
    queries=5, width=16, heads=2, encoder_layers=2, decoder_layers=3, feed_forward=2, stride="4"
)


def detector() -> TinyDETR:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return TinyDETR(SETTINGS, classes=4).double().eval()


def images(batch: int = 2, rows: int = 12, columns: int = 20) -> torch.Tensor:
    return torch.rand(batch, 3, rows, columns, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_every_layer_answers_for_every_query_and_every_part_learns():
    network = detector()
    layers = network(images())
    assert len(layers) == 3
    for said in layers:
        assert said.scores.shape == (2, 5, 5) and said.boxes.shape == (2, 5, 4)
        assert ((said.boxes > 0) & (said.boxes < 1)).all()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(2):  # queries begin as zeros: what they look at each other for comes with the first step
        optimizer.zero_grad()
        sum(said.scores.logsumexp(-1).sum() + said.boxes.sum() for said in network(images())).backward()
        optimizer.step()
    still = {name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()}
    assert still == {"decoder.layers.0.around_self.norm.weight"}  # a scale of zeros


def test_its_attention_is_recorded_over_places_and_per_query():
    network = detector()
    with Recorder(network) as recorder, torch.no_grad():
        said = network(images())
    places = 3 * 5
    shapes = {path: tuple(recorder.tensor(path).shape[1:]) for path in recorder.paths}
    encoder = {f"encoder.layers.{at}.self_attention.attention": (2, places, places) for at in range(2)}
    decoder = {
        f"decoder.layers.{at}.{kind}_attention.attention": (2, 5, keys)
        for at in range(3)
        for kind, keys in (("self", 5), ("cross", places))
    }
    assert shapes == encoder | decoder
    for path in recorder.paths:
        torch.testing.assert_close(
            recorder.tensor(path).sum(-1).double(), torch.ones(2, 2, shapes[path][1]).double(), atol=1e-5, rtol=0
        )
    assert torch.equal(network(images())[-1].boxes, said[-1].boxes)  # to record changes nothing


def test_queries_have_no_order_but_are_not_the_same():
    """Queries in another order give the same answers in that order: no mask and no position is theirs."""
    network, order = detector(), torch.tensor([3, 0, 4, 1, 2])
    before = network(images())[-1]
    with torch.no_grad():
        network.decoder.queries.copy_(network.decoder.queries[order].clone())
    after = network(images())[-1]
    torch.testing.assert_close(after.boxes, before.boxes[:, order], atol=1e-10, rtol=0)
    assert not torch.allclose(before.boxes[:, 0], before.boxes[:, 1], atol=1e-6)


def test_a_picture_alone_is_answered_as_in_a_batch():
    network = detector()
    together, alone = network(images())[-1], network(images()[1:])[-1]
    torch.testing.assert_close(together.boxes[1:], alone.boxes, atol=1e-10, rtol=0)


def test_positions_decide_where_to_look_and_are_never_mixed():
    """With equal values whatever the weights, the result is W_o of that value: nothing of the positions is in it."""
    torch.manual_seed(0)
    attention = MultiHeadAttention(8, 2).double()
    states, places = torch.zeros(1, 6, 8).double(), grid_positions(2, 3, 8, torch.float64)[None]
    with Recorder(attention) as recorder:
        mixed = attention.between(states + places, states + places, states)
    assert torch.equal(mixed, torch.zeros_like(mixed)) and recorder.tensor("attention").std() > 0.01
    same = torch.rand(1, 6, 8, dtype=torch.float64)
    looked = attention.look(*attention.project(same))
    torch.testing.assert_close(attention.between(same, same, same), looked, atol=1e-12, rtol=0)


def test_every_layer_is_told_the_positions_anew():
    """Without them in one layer alone the answer is another: they do not come from below."""
    network, given = detector(), images(1)
    before = network(given)[-1].boxes
    for layer in (*network.encoder.layers, *network.decoder.layers):
        forward = layer.forward
        layer.forward = lambda *given, forward=forward: forward(*given[:-1], torch.zeros_like(given[-1]))
        assert not torch.allclose(network(given)[-1].boxes, before, atol=1e-9)
        layer.forward = forward
    assert torch.equal(network(given)[-1].boxes, before)


def test_what_does_not_fit_is_refused_with_a_way_out():
    with pytest.raises(ShapeError, match="stride=4: expected rows and columns that are multiples"):
        detector()(images(rows=10))
    with pytest.raises(SettingError, match="take a multiple of 4"):
        TinyDETR(DetectorSettings(width=18, heads=2), classes=2)
