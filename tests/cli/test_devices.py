"""--device on the command line."""

import pytest
import torch


@pytest.fixture
def attnlab(command_line, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setenv("ATTNLAB_DEVICE", "cpu")
    monkeypatch.setenv("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return command_line


@pytest.mark.parametrize(
    "command",
    [
        ["decode", "demo/reverse-transformer", "abc"],
        ["attend", "demo/reverse-transformer", "abc"],
        ["evaluate", "demo/reverse-transformer", "-n", "2"],
        ["train", "--task", "reverse", "--steps", "1"],
    ],
)
def test_a_device_that_is_not_here_is_one_line_and_exit_code_2(attnlab, command):
    code, out, said = attnlab(*command, "--device", "cuda")
    assert code == 2 and "PyTorch finds no cuda device here" in said and said.count("\n") <= 1 and out == ""


def test_the_cpu_is_chosen_by_name(attnlab):
    code, out, _ = attnlab("decode", "demo/reverse-transformer", "attention", "--device", "cpu")
    assert code == 0 and out.strip() == "noitnetta"


def test_what_is_computed_on_the_cpu_only_says_so(attnlab, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    code, _, said = attnlab("train", "--task", "sentiment", "--device", "cuda")
    assert code == 2 and "task=sentiment is computed on the CPU only: leave --device cuda out" in said
