"""ONNX's operator conformance cases as an outside check: attention and its scores, layer norm, softmax, rotary positions.

Inputs and expected outputs are those of onnx 1.22's backend tests. A case with an option that is not offered here is
skipped by name, with the reason; where the data is not beside the checkout, all are.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import pad

from core.attention.attention import Attended, Attention
from core.attention.masks import Masks, causal, valid_keys
from core.attention.multihead import KeysValues
from core.attention.multiplicative import DotProduct, ScaledDotProduct
from core.attention.normalizers import softmax
from core.attention.rotary import turn_halves, turn_neighbors
from core.models.norms import LayerNorm

DATA = Path(__file__).parents[3] / "shared" / "data" / "ref-onnx-ops"
CLOSE = 2e-5
Case = dict[str, Any]


def cases(name: str) -> list[Any]:
    """The cases of one operator; without the data, one that says so."""
    path = DATA / f"{name}.jsonl"
    if not path.exists():
        why = pytest.mark.skip(reason="ref-onnx-ops is not beside this checkout (shared/data)")
        return [pytest.param({}, id=f"{name}: no data", marks=why)]
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return [pytest.param(case, id=case["case"]) for case in found]


def tensors(values: dict[str, Any]) -> dict[str, Tensor]:
    """Decoded arrays by name; JSON writes infinities as words."""
    kinds = {"float32": torch.float32, "float16": torch.float16, "int64": torch.int64, "bool": torch.bool}
    return {
        name: torch.tensor(
            [float(x) if isinstance(x, str) else x for x in one["data"]], dtype=kinds[one["dtype"]]
        ).reshape(one["shape"])
        for name, one in values.items()
    }


def agree(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, atol=CLOSE, rtol=0)


# ---------------------------------------------------------------- attention
def missing(case: Case) -> str | None:
    """The option of a case that is not offered here."""
    if "softcap" in case["nodes"][0].get("attrs", {}):
        return "softcap: scores are not squashed before the mask here"
    if "fp16" in case["case"]:
        return "float16: attention computes in float32 or float64 here"
    return None


def shared(states: Tensor, heads: int) -> Tensor:
    """Keys or values of a group, for each of its heads."""
    return states.repeat_interleave(heads // states.shape[1], dim=1)


def looked_at(given: dict[str, Tensor]) -> KeysValues:
    """Keys and values with those of the past before them."""
    new = KeysValues(given["K"], given["V"])
    return KeysValues(given["past_key"], given["past_value"]).append(new) if "past_key" in given else new


def attend(case: Case, given: dict[str, Tensor]) -> tuple[Attended, Attended]:
    """With masks and biases, and without any."""
    attrs, query = case["nodes"][0].get("attrs", {}), given["Q"]
    heads, queries = query.shape[1:3]
    past, keys = given["past_key"].shape[2] if "past_key" in given else 0, looked_at(given).key.shape[2]
    scale = attrs.get("scale")
    attention = Attention(ScaledDotProduct()) if scale is None else Attention(DotProduct(), temperature=1 / scale)
    masks, bias = Masks(), None
    if attrs.get("is_causal"):  # queries follow the past, they are not the last of the keys
        masks &= Masks({"past": causal(keys)[:, :, past : past + queries]})
    if "nonpad_kv_seqlen" in given:
        masks &= Masks({"padding": valid_keys(torch.arange(keys) < given["nonpad_kv_seqlen"][:, None])})
    extra = given.get("attn_mask")
    if extra is not None:
        extra = extra[(None,) * (4 - extra.dim())]
        extra = pad(extra, (0, keys - extra.shape[-1]))  # may be shorter than the keys, where these are padding
        if extra.dtype == torch.bool:
            masks &= Masks({"given": extra})
        else:
            bias = extra
    key, value = (shared(one, heads) for one in looked_at(given))
    return attention(query, key, value, masks.together(), bias), attention(query, key, value)


@pytest.mark.parametrize("case", cases("attention"))
def test_attention_its_cache_and_its_scores_are_onnxs(case):
    reason = missing(case)
    if reason is not None:
        pytest.skip(f"{case['case']}: {reason}")
    given, expected = tensors(case["inputs"]), tensors(case["outputs"])
    found, bare = attend(case, given)
    agree(found.context, expected["Y"])
    if "present_key" in expected:
        assert torch.equal(looked_at(given).key, expected["present_key"])
        assert torch.equal(looked_at(given).value, expected["present_value"])
    if "qk_matmul_output" in expected:
        mode = case["nodes"][0].get("attrs", {}).get("qk_matmul_output_mode", 0)
        agree({0: bare.scores, 2: found.scores, 3: found.weights}[mode], expected["qk_matmul_output"])


# ---------------------------------------------------------------- layer norm, softmax
@pytest.mark.parametrize("case", cases("layernorm"))
def test_layer_norm_is_onnxs_with_the_normalized_axes_as_one(case):
    attrs = case["nodes"][0].get("attrs", {})
    if "epsilon" in attrs:
        pytest.skip(f"{case['case']}: epsilon={attrs['epsilon']:.3g}, and the norms here have one of their own")
    given, expected = tensors(case["inputs"]), tensors(case["outputs"])
    width = given["W"].numel()
    norm = LayerNorm(width)
    with torch.no_grad():
        norm.weight.copy_(given["W"].flatten())
        norm.bias.copy_(given["B"].flatten())
        agree(norm(given["X"].reshape(1, -1, width)).reshape(expected["Y"].shape), expected["Y"])


@pytest.mark.parametrize("case", cases("softmax"))
def test_softmax_is_onnxs_along_any_axis(case):
    node = case["nodes"][0]
    if node["op"] == "LogSoftmax":
        pytest.skip(f"{case['case']}: a normalizer gives weights, not their logarithms")
    scores, expected = tensors(case["inputs"])["x"], tensors(case["outputs"])["y"]
    axis = node.get("attrs", {}).get("axis", -1)
    last = scores.movedim(axis, -1)
    found = softmax(last.reshape(1, 1, -1, last.shape[-1])).reshape(last.shape).movedim(-1, axis)
    agree(found, expected)


# ---------------------------------------------------------------- rotary positions, GELU
@pytest.mark.parametrize("case", cases("rotary"))
def test_rotary_positions_are_onnxs_in_both_layouts(case):
    attrs = case["nodes"][0].get("attrs", {})
    if "rotary_embedding_dim" in attrs:
        pytest.skip(f"{case['case']}: all features of a head are turned here, not the first ones only")
    given, expected = tensors(case["inputs"]), tensors(case["outputs"])["output"]
    cosine, sine = given["cos_cache"], given["sin_cache"]
    if "position_ids" in given:
        cosine, sine = cosine[given["position_ids"]], sine[given["position_ids"]]
    # the case's numbers are not of one angle: each pair is an angle and a length, so turned and then stretched
    by, length = torch.atan2(sine, cosine)[:, None], torch.hypot(sine, cosine)[:, None]
    if attrs.get("interleaved"):
        found = turn_neighbors(given["input"], by) * length.repeat_interleave(2, -1)
    else:
        found = turn_halves(given["input"], by) * length.repeat(1, 1, 1, 2)
    agree(found, expected)


@pytest.mark.parametrize("case", cases("gelu"))
def test_gelu_is_not_here(case):
    pytest.skip(f"{case['case']}: feed-forward parts have the ReLU of Vaswani et al. 2017")
