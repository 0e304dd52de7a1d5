"""Which device is chosen, and what is said where there is none."""

import warnings

import pytest
import torch

from core.devices import CPU, chosen, exact, placed, where
from core.errors import SettingError


def there(monkeypatch, cuda: bool, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("name", "cuda", "mps", "wanted"),
    [("auto", True, True, "cuda"), ("", False, True, "mps"), ("auto", False, False, "cpu"), ("cpu", True, True, "cpu")],
)
def test_an_accelerator_is_taken_if_one_is_there(monkeypatch, name, cuda, mps, wanted):
    there(monkeypatch, cuda, mps)
    monkeypatch.setenv("ATTNLAB_DEVICE", name)
    assert chosen() == torch.device(wanted)


def test_what_is_not_there_is_refused_with_what_is(monkeypatch):
    there(monkeypatch, cuda=False, mps=True)
    monkeypatch.setenv("ATTNLAB_DEVICE", "cuda")
    with pytest.raises(SettingError, match=r"finds no cuda device here: .* one that is here: cpu, mps"):
        chosen()
    monkeypatch.setenv("ATTNLAB_DEVICE", "tpu")
    with pytest.raises(SettingError, match="no device 'tpu': choose auto, cpu, cuda, mps"):
        chosen()


def test_new_tensors_are_made_where_a_block_says():
    assert where(torch.nn.Linear(2, 3)) == CPU == where(torch.nn.ReLU())
    with placed(torch.device("meta")):
        assert torch.zeros(2).device.type == "meta"
        with placed(CPU):
            assert torch.zeros(2).device == CPU
    assert torch.zeros(2).device == CPU
    assert (exact(CPU), exact(torch.device("mps"))) == (torch.float64, torch.float32)


def test_a_cuda_device_computes_recurrences_as_exactly_as_the_cpu(monkeypatch):
    there(monkeypatch, cuda=True, mps=False)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setenv("ATTNLAB_DEVICE", "cuda")
    with warnings.catch_warnings():
        chosen()
    assert not torch.backends.cudnn.allow_tf32
