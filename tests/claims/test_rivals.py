"""The experiments beside self-attention's rivals: what they measure is what they say, and verdicts follow their rules."""

import pytest
import torch

from core.attention.attention import Attention
from core.attention.multiplicative import ScaledDotProduct
from core.claims import data_size, length_cost, reach
from core.claims.claim import Measured
from core.claims.data_size import GLYPHS, SIZE, TASKS, DataSize, crosses, leads
from core.claims.experiment import Experiment, run
from core.claims.length_cost import LengthCost, most_bytes
from core.claims.reach import READERS, WIDTH, Reach, gradient
from core.seeds import Seeds


def ways_back(output: torch.Tensor, first: torch.Tensor) -> int:
    """Fewest operations between an output and a leaf, counted in the graph that gradients follow."""
    reached, count = {output.grad_fn}, 0
    while reached:
        if any(getattr(node, "variable", None) is first for node in reached):
            return count
        reached = {after for node in reached for after, _ in node.next_functions if after is not None}
        count += 1
    raise AssertionError("there is no way")


@pytest.mark.parametrize("name", READERS)
def test_the_path_that_is_told_is_the_one_that_gradients_take(name):
    """Recurrent networks: as many operations more with every token. Self-attention: the same number for every length."""
    reader, counts = READERS[name](), {}
    for length in (2, 5, 9):
        inputs = [torch.ones(1, WIDTH) for _ in range(length)]
        inputs[0].requires_grad_()
        counts[length] = ways_back(reader.last(inputs), inputs[0])
    step = (counts[5] - counts[2]) // 3
    assert counts[9] - counts[5] == 4 * step
    assert (step > 0) == (reader.path(9) > reader.path(2)) == (name != "self-attention")


@pytest.mark.parametrize("name", READERS)
def test_the_gradient_is_the_norm_of_the_whole_jacobian(name):
    reader = READERS[name]().double()
    chance, length = torch.Generator(), 4
    inputs = [
        torch.randn(WIDTH, generator=chance.manual_seed(1) if not at else chance, dtype=torch.float64)
        for at in range(length)
    ]
    jacobian = torch.autograd.functional.jacobian(
        lambda first: reader.last([first[None], *(one[None] for one in inputs[1:])])[0], inputs[0]
    )
    assert gradient(reader, length, chance.manual_seed(1)) == pytest.approx(float(jacobian.norm()), rel=1e-9)


def test_a_recurrent_network_is_read_alike_token_by_token_and_in_one_go():
    states = torch.randn(1, 6, WIDTH, generator=torch.Generator().manual_seed(2))
    reader = READERS["self-attention"]()
    whole = reader.attention(states, reader.attention.prepare(states))
    torch.testing.assert_close(reader.last(states.unbind(1)), whole[:, -1], atol=1e-6, rtol=0)


def test_self_attention_reaches_the_first_token_and_recurrent_networks_lose_it():
    found = run(Reach(), [1, 2, 3])
    assert found.verdict == "shown" and found.effect > 100 * found.baseline
    ends = {(row["network"], row["length"]): row["gradient"] for row in found.rows if row["seed"] == 1}
    for name in ("GRU", "LSTM"):
        shrunk = [ends[name, length] for length in reach.LENGTHS]
        assert shrunk == sorted(shrunk, reverse=True)


def test_bytes_are_counted_as_they_are_held():
    ones = torch.ones(1000)

    def twice() -> None:
        first = ones + 1  # 4,000 bytes
        del first
        second = ones + 2
        second.view(10, 100)  # a view holds nothing new
        torch.cat([second, second])  # 8,000 more

    assert most_bytes(twice) == 12_000
    assert most_bytes(lambda: ones.add_(0)) == 0


def test_a_softmax_holds_its_weights_and_linear_attention_no_such_thing():
    length, heads = 128, 3
    query = torch.zeros(1, heads, length, 8)
    held = most_bytes(lambda: Attention(ScaledDotProduct())(query, query, query))
    assert held >= heads * length * length * 4
    found = run(LengthCost(), [1])
    assert found.verdict == "shown"
    last = {row["attention"]: row["bytes"] for row in found.rows if row["length"] == length_cost.LENGTHS[-1]}
    assert last["linear"] * 10 < last["softmax"]


@pytest.mark.parametrize("name", TASKS)
def test_images_show_what_their_labels_say(name):
    task = TASKS[name]
    seen = task.sample(Seeds(3).generator("test"), 400)
    assert seen.images.shape == (400, 1, SIZE, SIZE)
    assert set(seen.labels.tolist()) == set(range(task.classes))
    # with the noise taken away (the same generator draws it first) only glyphs are left
    noise = data_size._NOISE * torch.randn(400, 1, SIZE, SIZE, generator=Seeds(3).generator("test"))
    clean = (seen.images - noise).round()
    fields = clean.sum(dim=(1, 2, 3)) / GLYPHS[0].sum()
    assert (fields == (1 if name == "local pattern" else 2)).all()
    windows = clean.unfold(2, 3, 1).unfold(3, 3, 1)[:, 0]  # batch row column 3 3
    if name == "local pattern":
        is_there = (windows[..., None, :, :] == GLYPHS).all(-1).all(-1).any(1).any(1)  # batch glyph
        assert is_there[torch.arange(400), seen.labels].all()
    else:
        cells = windows[:, ::3, ::3].flatten(1, 2)  # batch cell 3 3
        what = (cells[:, :, None] == GLYPHS).all(-1).all(-1)  # batch cell glyph
        kinds = what.any(1).sum(1)
        assert torch.equal(kinds == 1, seen.labels == 1) and (what.sum((1, 2)) == 2).all()


def rows(vit: list[float], cnn: list[float]) -> list[dict]:
    return [
        {"task": "local pattern", "network": network, "images": images, "accuracy": value}
        for network, values in (("ViT", vit), ("CNN, mean", cnn))
        for images, value in zip(TASKS["local pattern"].images, values)
    ]


def test_a_crossing_is_told_only_where_curves_cross():
    apart, across = rows([0.2, 0.3, 0.4], [0.5, 0.6, 0.7]), rows([0.2, 0.3, 0.8], [0.5, 0.6, 0.7])
    assert not crosses(apart, "local pattern") and crosses(across, "local pattern")
    assert leads(across, "local pattern") == pytest.approx([0.3, 0.3, -0.1])
    assert not crosses(apart[:4], "local pattern")  # what is not measured yet is not counted


def test_the_verdict_wants_every_size_of_both_tasks():
    def found(lead: float) -> Measured:
        table = tuple(
            {"task": task, "network": network, "images": images, "accuracy": 0.5 + lead * (network == rule.fits)}
            for task, rule in TASKS.items()
            for images in rule.images
            for network in (rule.fits, rule.other)
        )
        return Measured(0.6, 0.5, table)

    claim = DataSize()
    assert claim.verdict([found(0.1), found(0.2)]) == "shown"
    assert claim.verdict([found(0.1), found(0.01)]) == "not shown"
    assert claim.verdict([found(-0.1)]) == "contradicted"


def test_a_short_run_fills_the_table_cell_by_cell_and_comes_out_the_same_again():
    tables = []
    for _ in range(2):
        experiment = Experiment(DataSize(), [4], budget=0.01)
        experiment.go_on()
        tables.append(experiment.rows)
    assert tables[0] == tables[1] and len(tables[0]) == sum(len(rule.images) for rule in TASKS.values()) * 3


@pytest.mark.slow
def test_the_prior_helps_where_it_is_true_and_hurts_where_it_is_false():
    found = run(DataSize(), [1, 2, 3])
    assert found.verdict == "shown" and found.effect > found.baseline + 0.1
