"""What holds for the loss of every model: batches, pads."""

import pytest
import torch

from core.training.likelihood import Likelihood
from tests.laws.models import EVERY, WORDS, batch, model, smoothing, widen

every_model = pytest.mark.parametrize("name", EVERY)


@every_model
def test_the_loss_of_a_batch_is_that_of_its_items_by_tokens(name):
    net, objective = model(name), Likelihood(smoothing(name))
    whole = batch(WORDS)
    parts = [batch([word]) for word in WORDS]
    with torch.no_grad():
        summed = sum(float(objective(net, part, 1).terms["likelihood"]) * part.target_tokens for part in parts)
        together = float(objective(net, whole, 1).terms["likelihood"]) * whole.target_tokens
    assert together == pytest.approx(summed, abs=1e-4)


@every_model
def test_pads_get_no_gradient_also_with_smoothing(name):
    net, given = model(name), widen(batch(["abc", "hgfedcba"]), 2)
    kept = {}
    handle = net.register_forward_hook(
        lambda module, inputs, output: kept.setdefault("logits", output.requires_grad_(True)).retain_grad()
    )
    Likelihood(smoothing(name))(net, given, 1).terms["likelihood"].backward()
    handle.remove()
    gradient = kept["logits"].grad
    assert (gradient[~given.target_valid] == 0).all() and gradient[given.target_valid].abs().sum() > 0
