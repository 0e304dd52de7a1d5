"""Figures of the rivals: lines are means over seeds, axes show all there will be, and before any number there is a frame."""

import numpy as np
import pytest

from core.figures import rivals

SIZES = {"near": (200, 1000), "far": (300, 900)}
CHANCE = {"near": 1 / 6, "far": 0.5}


def row(network: str, images: int, accuracy: float, seed: int = 1) -> dict:
    return {"seed": seed, "task": "near", "network": network, "images": images, "accuracy": accuracy}


def named(figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


def test_a_line_goes_through_the_means_of_the_seeds_and_every_seed_is_marked():
    rows = [row("ViT", 200, 0.2), row("ViT", 1000, 0.5), row("ViT", 200, 0.4, seed=2)]
    figure = rivals.data_size(rows, SIZES, CHANCE, "light")
    (line,), (marks,) = named(figure, "ViT"), named(figure, "ViT, each seed")
    assert list(line.x) == [200, 1000] and list(line.y) == pytest.approx([0.3, 0.5])
    assert list(marks.y) == [0.2, 0.5, 0.4]


def test_both_tasks_have_their_axes_and_guessing_before_anything_is_measured():
    figure = rivals.data_size([], SIZES, CHANCE, "dark")
    assert [(list(line.x), line.y[0]) for line in named(figure, "guessing")] == [
        ([200, 1000], 1 / 6), ([300, 900], 0.5),
    ]  # fmt: skip
    assert list(figure.layout.xaxis.ticktext) == ["200", "1,000"] and list(figure.layout.xaxis2.ticktext) == [
        "300",
        "900",
    ]


def test_axes_stand_still_while_points_come():
    ranges = set()
    for lengths in ((4,), (4, 8), (4, 8, 16)):
        rows = [{"network": "GRU", "length": length, "gradient": 1 / length} for length in lengths]
        ranges.add(tuple(rivals.reach(rows, (4, 8, 16), "light").layout.xaxis.range))
    assert len(ranges) == 1


def test_times_are_drawn_in_microseconds_and_memory_in_mebibytes():
    rows = [{"network": "GRU", "length": 4, "token_by_token": 2e-5, "whole_text": 1e-6}]
    figure = rivals.token_times(rows, (4, 8), "light")
    assert [(trace.name, trace.y[0], trace.line.dash) for trace in figure.data] == [
        ("GRU, token by token", pytest.approx(20), "solid"), ("GRU, whole text", pytest.approx(1), "dash"),
    ]  # fmt: skip
    rows = [{"attention": "linear", "length": 64, "seconds": 0.002, "bytes": 3 * 2**20, "step": 4e-5}]
    drawn = rivals.length_cost(rows, (64, 128), "light").data
    assert [trace.y[0] for trace in drawn] == pytest.approx([2, 3, 40])


def test_pictures_stand_side_by_side_under_one_scale():
    figure = rivals.images([np.eye(3), np.zeros((3, 3))], ["a", "b"], "dark", high=1.6)
    assert [trace.zmax for trace in figure.data] == [1.6, 1.6]
    assert [title.text for title in figure.layout.annotations] == ["a", "b"]
