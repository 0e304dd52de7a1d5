"""Claims that need no training, or next to none: they show as they stand, and a broken mechanism is found out."""

from collections.abc import Sequence

import pytest
import torch

from core.attention.linear import LinearAttention
from core.attention.multihead import MultiHeadAttention
from core.claims import frame_rate, no_future
from core.claims.claim import Measured, Row
from core.claims.experiment import run
from core.claims.shipped import drawn
from core.claims.table import CLAIMS
from core.errors import DataError
from core.models.embedding import TokenEmbedding
from core.runs.trained import load

QUICK = (
    "one_hot", "frame_rate", "node_order", "same_word", "no_future", "linear_recurrence", "record_mix", "telling", "step_by_step",
    "cross_entropy", "cross_sources",
)  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_what_needs_no_training_shows_with_any_seed(name):
    assert run(CLAIMS[name](), [7]).verdict == "shown"


# ---------------------------------------------------------------- broken, each is contradicted
def test_an_embedding_that_forgets_its_table_is_found_out(monkeypatch):
    forward = TokenEmbedding.forward
    monkeypatch.setattr(TokenEmbedding, "forward", lambda one, tokens, places: forward(one, tokens.flip(1), places))
    assert run(CLAIMS["one_hot"](), [0]).verdict == "contradicted"


def test_another_hop_is_found_out(monkeypatch):
    monkeypatch.setattr(frame_rate, "log_mel", lambda sound: sound.samples[::320])
    assert run(CLAIMS["frame_rate"](), [0]).verdict == "contradicted"


def test_a_mask_that_lets_one_through_is_found_out(monkeypatch):
    monkeypatch.setattr(no_future, "causal", lambda length: torch.ones(1, 1, length, length, dtype=torch.bool).tril(1))
    assert run(CLAIMS["no_future"](), [0]).verdict == "contradicted"


def test_a_recurrence_that_forgets_is_found_out(monkeypatch):
    step = LinearAttention.step
    monkeypatch.setattr(
        LinearAttention,
        "step",
        lambda one, *parts: (step(one, *parts)[0], parts[-1]),  # its state never changes
    )
    assert run(CLAIMS["linear_recurrence"](), [0]).verdict == "contradicted"


def test_states_that_know_their_place_are_found_out(monkeypatch):
    look = MultiHeadAttention.look
    monkeypatch.setattr(
        MultiHeadAttention,
        "look",
        lambda one, query, *rest: look(one, query * torch.arange(1, query.shape[2] + 1)[:, None], *rest),
    )
    assert run(CLAIMS["same_word"](), [0]).verdict == "contradicted"


# ---------------------------------------------------------------- verdicts
def row(**values: float) -> tuple[Row, ...]:
    return (dict(values),)


def sorting(trained: float) -> tuple[Row, ...]:
    return ({"decoder": "pointer network", "numbers": 8, "exact": trained},)


@pytest.mark.parametrize(
    ("name", "found", "verdict"),
    [
        ("block", [Measured(0.99, 0.3)], "shown"),
        ("block", [Measured(0.99, 0.6)], "not shown"),
        ("block", [Measured(0.8, 0.9)], "contradicted"),
        ("fully_connected", [Measured(0.01, 0.04), Measured(0.01, 0.05)], "shown"),
        ("fully_connected", [Measured(0.01, 0.04), Measured(0.01, 0.03)], "not shown"),
        ("fully_connected", [Measured(0.03, 0.02)], "contradicted"),
        ("one_wrong", [Measured(0.49, 0.7)], "shown"),
        ("one_wrong", [Measured(0.55, 0.7)], "not shown"),
        ("one_wrong", [Measured(0.71, 0.7)], "contradicted"),
        ("likeliest", [Measured(0.91, 0.8), Measured(0.9, 0.1)], "shown"),
        ("likeliest", [Measured(0.9, 0.85)], "not shown"),
        ("likeliest", [Measured(0.69, 0.8)], "contradicted"),
        ("summaries", [Measured(0.5, 0.05)], "shown"),
        ("summaries", [Measured(0.49, 0.0)], "not shown"),
        ("summaries", [Measured(0.1, 0.2)], "contradicted"),
        ("spoken_chance", [Measured(0.61, 0.5)], "shown"),
        ("spoken_chance", [Measured(0.55, 0.5)], "not shown"),
        ("spoken_chance", [Measured(0.3, 0.5)], "contradicted"),
        ("pointer_network", [Measured(0.5, 0.2, sorting(0.8))], "shown"),
        ("pointer_network", [Measured(0.5, 0.2, sorting(0.6))], "not shown"),
        ("pointer_network", [Measured(0.1, 0.2, sorting(0.8))], "contradicted"),
        ("encoders", [Measured(0.9, 0.3)], "shown"),
        ("encoders", [Measured(0.9, 0.31)], "not shown"),
        ("encoders", [Measured(0.1, 0.1)], "contradicted"),
        ("head_off", [Measured(2.0, 0.2, row(fall=2.0, error=0.5))], "shown"),
        ("head_off", [Measured(2.0, 0.2, row(fall=2.0, error=1.5))], "not shown"),
        ("head_off", [Measured(2.0, 1.5, row(fall=2.0, error=0.1))], "contradicted"),
        ("three_tasks", [Measured(0, 0, ({"model": 0.92, "nearest known sentence": 0.8}, {"model": 0.52, "nearest known sentence": 0.4}))], "shown"),
        ("three_tasks", [Measured(0, 0, ({"model": 0.9, "nearest known sentence": 0.8}, {"model": 0.5, "nearest known sentence": 0.5}))], "not shown"),
        ("three_tasks", [Measured(0, 0, ({"model": 0.7, "nearest known sentence": 0.8}, {"model": 0.4, "nearest known sentence": 0.5}))], "contradicted"),
    ],
)  # fmt: skip
def test_a_verdict_follows_its_rule(name: str, found: Sequence[Measured], verdict: str):
    assert CLAIMS[name]().verdict(found) == verdict


def test_sentences_of_a_shipped_run_are_the_seeds_own_and_known():
    trained = load("demo/reverse-transformer")
    first, again, other = (drawn(trained, seed, 12) for seed in (1, 1, 2))
    assert first == again != other and len({one.source for one in first}) == 12
    with pytest.raises(DataError, match="has only 0 held-out sentences to read here, not 2"):
        drawn(load("demo/chat-transformer"), 0, 2)  # every target has a name that no vocabulary holds
