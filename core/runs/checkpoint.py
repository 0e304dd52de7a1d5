"""Weights and optimizer of a step, complete or absent, so that a training can go on where it was.

A checkpoint is a folder `checkpoints/step-000400` that is written under a hidden name, synchronized with the disk and
renamed in; one that is there is whole, unless the disk itself broke or somebody edited it, and then the next older one
is taken, with a warning. Weights are safetensors, everything else JSON: nothing is ever unpickled.
"""

import json
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import Tensor

from core.errors import RunError
from core.language import tr
from core.runs import atomic
from core.runs.folder import RunFolder

_NAME = re.compile(r"step-(\d{6,12})(\.old)?")
_SCHEMA = "attnlab/checkpoint/1"
_BESIDE = "beside"  # weights that are learned beside the model
_LOOKS = 3  # a reader may lose the folder it was about to read to the writer's pruning; then there is a newer one


@dataclass(frozen=True)
class Checkpoint:
    """One step, read back.

    Attributes:
        step: the last step that is in the weights.
        model: weights by name, float32 where they were kept in half precision.
        optimizer: tensors by name, as `flatten_optimizer` named them; empty in a compact checkpoint.
        state: the JSON that was given to `save`.
        warnings: newer checkpoints that could not be read, in words.
    """

    step: int
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    state: dict[str, Any]
    warnings: tuple[str, ...] = ()


def save(
    run: RunFolder,
    step: int,
    model_tensors: Mapping[str, Tensor],
    optimizer_tensors: Mapping[str, Tensor],
    state: Mapping[str, Any],
    *,
    keep: int = 3,
) -> None:
    """Write the checkpoint of a step, then remove all but the `keep` of the highest steps (and this one).

    Args:
        step: counted from 1; 0 is before training.
        state: anything that is JSON: data position, optimizer facts, random state.
        keep: at least 1.

    Raises:
        RunError: the disk is full or refuses; every earlier checkpoint is intact and no part of this one is left.
    """
    facts = {"schema": _SCHEMA, "step": step, "compact": False, "state": dict(state)}
    files = {
        "model.safetensors": pack(model_tensors),
        "optimizer.safetensors": pack(optimizer_tensors),
        "state.json": _json(facts),
    }
    _put(run, step, files)
    _prune(run, keep, just_saved=step)


def save_compact(run: RunFolder, step: int, model_tensors: Mapping[str, Tensor]) -> None:
    """Write weights alone, in half precision: for reading and sharing, not for resuming.

    Raises:
        RunError: a weight is not finite in half precision (above 65504), or the disk refuses.
    """
    halves = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in model_tensors.items()}
    for name, tensor in halves.items():
        if not bool(torch.isfinite(tensor).all()):
            raise RunError(tr(
                "{name} has values that half precision cannot hold (above 65504 or not finite); "
                "keep the full checkpoint instead, or train again: such weights have diverged", name=name))  # fmt: skip
    facts = {"schema": _SCHEMA, "step": step, "compact": True, "state": {}}
    _put(run, step, {"model.safetensors": pack(halves), "state.json": _json(facts)})


def load(run: RunFolder, step: int | None = None, *, without: Collection[Path] = ()) -> Checkpoint | None:
    """Read the newest checkpoint that is whole, or the one of `step`; None where a run has none at all.

    Args:
        without: folders that are passed over, as if they were not there.

    Raises:
        RunError: none can be read (says what is wrong with each), or there is none of `step`.
    """
    warnings: list[str] = []
    seen: list[tuple[int, Path]] = []
    for _ in range(_LOOKS):
        seen, warnings = places(run, without), []
        for number, folder in seen:
            if step is None or number == step:
                try:
                    return _read(folder, number, tuple(warnings))
                except RunError as error:
                    warnings.append(str(error))
        if places(run, without) == seen:
            break
    if warnings:
        raise RunError(tr(
            "{address} has no checkpoint that can be read: {warnings}; "
            "restore the run from a copy, or train it anew under another name", address=run.address,
            warnings="; ".join(warnings)))  # fmt: skip
    if not seen:
        return None
    raise RunError(tr(
        "{address} has no checkpoint of step {step}; choose one of: {map}", address=run.address,
        step=step, map=", ".join(map(str, steps(run)))))  # fmt: skip


def steps(run: RunFolder) -> list[int]:
    """Steps that have a checkpoint, in order; whether each can be read shows when it is loaded."""
    return sorted({number for number, _ in places(run)})


def remove(run: RunFolder, folders: Iterable[Path]) -> None:
    """Remove checkpoints, one after the other; when this returns, not even a power cut brings one back.

    Raises:
        RunError: the disk refuses.
    """
    for folder in folders:
        with atomic.disk_errors(tr("removing {folder} of {address}", folder=folder.name, address=run.address)):
            atomic.remove_folder(folder)
            atomic.sync_folder(folder.parent)


def places(run: RunFolder, without: Collection[Path] = ()) -> list[tuple[int, Path]]:
    """Steps and folders of checkpoints, newest first; `.old` after its successor: it counts only until that is in place."""
    try:
        paths = sorted((run.path / "checkpoints").iterdir(), key=lambda path: path.name)
    except OSError:
        return []
    found = [(int(match[1]), path) for path in paths if (match := _NAME.fullmatch(path.name)) and path not in without]
    return sorted(found, key=lambda pair: -pair[0])


def flatten_optimizer(state_dict: Mapping[str, Any]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Split the state of an optimizer (Adam, AdamW, SGD …) into tensors and JSON.

    Args:
        state_dict: the optimizer's; and under `beside`, where there are any, weights that are learned beside the model.

    Returns:
        Tensors named `PARAMETER.NAME`, those beside the model `beside.NAME`, and the rest: group settings and what is not a
        tensor.

    >>> weight = torch.nn.Parameter(torch.ones(2)); weight.grad = torch.ones(2)
    >>> adam = torch.optim.Adam([weight]); adam.step()
    >>> tensors, facts = flatten_optimizer(adam.state_dict())
    >>> sorted(tensors)
    ['0.exp_avg', '0.exp_avg_sq', '0.step']
    """
    tensors: dict[str, Tensor] = {f"{_BESIDE}.{name}": one for name, one in state_dict.get(_BESIDE, {}).items()}
    plain: dict[str, dict[str, Any]] = {}
    for index, values in state_dict["state"].items():
        plain[str(index)] = {}
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"{index}.{name}"] = value
            else:
                plain[str(index)][name] = value
    return tensors, {"plain": plain, "groups": [dict(group) for group in state_dict["param_groups"]]}


def restore_optimizer(tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What `flatten_optimizer` split, put together for `optimizer.load_state_dict`, bit for bit.

    Raises:
        RunError: the two do not belong together.
    """
    try:
        state: dict[int, dict[str, Any]] = {int(index): dict(values) for index, values in facts["plain"].items()}
        beside: dict[str, Tensor] = {}
        for path, tensor in tensors.items():
            index, _, name = path.partition(".")
            (beside if index == _BESIDE else state[int(index)])[name] = tensor
        groups = [
            # JSON has no tuples; the lists of an optimizer's settings (betas) were tuples, the list of parameters was not
            {
                name: tuple(value) if isinstance(value, list) and name != "params" else value
                for name, value in group.items()
            }
            for group in facts["groups"]
        ]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise RunError(tr(
            "the optimizer's tensors and settings do not fit each other ({error!r}); the checkpoint was edited: "
            "resume from an older one", error=error,
        )) from error  # fmt: skip
    return {"state": state, "param_groups": groups} | ({_BESIDE: beside} if beside else {})


def pack(tensors: Mapping[str, Tensor]) -> bytes:
    """Safetensors bytes; tied weights are written twice, for the format refuses to share them."""
    seen: set[int] = set()
    separate: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        plain = tensor.detach().cpu().contiguous()
        place = plain.untyped_storage().data_ptr()
        separate[name] = plain.clone() if place in seen else plain
        seen.add(place)
    return safetensors.save(separate)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _put(run: RunFolder, step: int, files: Mapping[str, bytes]) -> None:
    run.check_writable(tr("no checkpoint can be added"))
    folder = run.path / "checkpoints"
    target = folder / f"step-{step:06d}"
    draft = folder / f".{target.name}.{secrets.token_hex(6)}.tmp"
    with atomic.disk_errors(tr("writing the checkpoint of step {step} of {address}", step=step, address=run.address)):
        try:
            draft.mkdir(parents=True)
            for name, data in files.items():
                atomic.write_synced(draft / name, data)
            atomic.sync_folder(draft)
            if target.exists():  # the step was done before and is done again after a resumption: never be without it
                old = folder / f"{target.name}.old"
                atomic.remove_folder(old)
                target.rename(old)
                draft.rename(target)
                atomic.remove_folder(old)
            else:
                draft.rename(target)
            atomic.sync_folder(folder)
        except BaseException:
            if draft.exists():
                atomic.remove_folder(draft)
            raise


def _prune(run: RunFolder, keep: int, just_saved: int) -> None:
    numbers = steps(run)
    kept = {just_saved, *numbers[-max(1, keep) :]}
    remove(run, [folder for number, folder in places(run) if number not in kept])


def _read(folder: Path, step: int, warnings: tuple[str, ...]) -> Checkpoint:
    facts = atomic.read_json(folder / "state.json", tr("the checkpoint before it is used"))
    if not isinstance(facts, dict) or facts.get("schema") != _SCHEMA or not isinstance(facts.get("state"), dict):
        raise RunError(tr(
            "{folder}: expected a state of schema {schema}; made by a newer Attention Lab or edited",
            folder=folder / "state.json", schema=_SCHEMA))  # fmt: skip
    if facts.get("step") != step:
        raise RunError(tr(
            "{folder}: says step {get!r}, the folder says {step}; it was renamed or edited",
            folder=folder / "state.json", get=facts.get("step"), step=step))  # fmt: skip
    model = _unpack(folder / "model.safetensors")
    if facts.get("compact") is True:
        return Checkpoint(step, {name: _full(tensor) for name, tensor in model.items()}, {}, facts["state"], warnings)
    return Checkpoint(step, model, _unpack(folder / "optimizer.safetensors"), facts["state"], warnings)


def _full(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.dtype == torch.float16 else tensor


def _unpack(path: Path) -> dict[str, Tensor]:
    try:
        return safetensors.load(path.read_bytes())
    except OSError as error:
        raise RunError(tr("{path} cannot be read ({strerror})", path=path, strerror=error.strerror)) from error
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise RunError(tr("{path} is truncated or edited ({error})", path=path, error=error)) from error
