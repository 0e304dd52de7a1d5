"""Where a trainer stands, as bytes: what the leader of a team tells the others before the first step.

The bytes are safetensors, with the weights, the optimizer's tensors and, as a tensor of bytes, the JSON of everything else.
"""

import json

import torch
from safetensors import torch as safetensors

from core.runs import checkpoint
from core.training.loop import Trainer
from core.training.team import AbstractTeam

_MODEL, _OPTIMIZER, _STATE = "model.", "optimizer.", "state"


def packed(trainer: Trainer) -> bytes:
    """All that another trainer of the same configuration needs to stand there."""
    model, optimizer, state = trainer.state()
    tensors, facts = checkpoint.flatten_optimizer(optimizer)
    rest = json.dumps({**state, "optimizer": facts}).encode()
    return checkpoint.pack(
        {f"{_MODEL}{name}": one for name, one in model.items()}
        | {f"{_OPTIMIZER}{name}": one for name, one in tensors.items()}
        | {_STATE: torch.frombuffer(bytearray(rest), dtype=torch.uint8)}
    )


def lead(trainer: Trainer, team: AbstractTeam) -> None:
    """Be the first of a team, and tell the others where one stands."""
    trainer.team = team
    team.tell(packed(trainer))


def join(trainer: Trainer, team: AbstractTeam) -> None:
    """Be another of a team, and stand where its leader does."""
    trainer.team = team
    unpack(trainer, team.tell(b""))


def unpack(trainer: Trainer, data: bytes) -> None:
    """Let a trainer stand where `packed` was asked."""
    tensors = safetensors.load(data)
    state = json.loads(tensors.pop(_STATE).numpy().tobytes())
    model, optimizer = (
        {name.removeprefix(part): one for name, one in tensors.items() if name.startswith(part)}
        for part in (_MODEL, _OPTIMIZER)
    )
    trainer.restore(model, checkpoint.restore_optimizer(optimizer, state["optimizer"]), state)
