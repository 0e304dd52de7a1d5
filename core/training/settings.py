"""How a training runs, whatever the task and the model."""

from dataclasses import dataclass

from core.precision import PRECISIONS
from core.settings import Settings, setting
from core.training.attention_losses import FADES
from core.training.likelihood import SMOOTHINGS
from core.training.optimizer import OPTIMIZERS
from core.training.schedules import SCHEDULES


@dataclass(frozen=True)
class TrainingSettings(Settings):
    """Steps, batches, optimizer, and how often to look."""

    steps: int = setting(1000, low=1, high=1_000_000, step=100, help="optimizer steps")
    batch_size: int = setting(64, low=1, high=4096, step=8, help="examples in a step")
    workers: int = setting(
        1,
        low=1,
        high=64,
        help="processes that share the examples of a step; they pay for large models, a core for each",
    )
    precision: str = setting(
        "float32", choices=tuple(PRECISIONS), help="of what passes through the model; weights are float32 always"
    )
    learning_rate: float = setting(
        2e-3, above=0.0, high=1.0, step=1e-4, help="the highest rate; 0.003 for small models, 0.0005 for large"
    )
    warmup: int = setting(50, low=0, high=100_000, step=10, help="steps in which the rate rises from 0 to its highest")
    schedule: str = setting("linear", choices=tuple(SCHEDULES), help="the rate after the warm-up")
    optimizer: str = setting("adam", choices=tuple(OPTIMIZERS), help="adamw decays weights apart from the gradient")
    beta2: float = setting(
        0.98, low=0.5, high=0.9999, step=0.01, help="memory of squared gradients; 0.95 learns fast on small tasks"
    )
    weight_decay: float = setting(0.0, low=0.0, high=1.0, step=0.01, help="pull of every weight towards 0")
    clip: float = setting(1.0, low=0.0, high=1000.0, step=0.5, help="largest norm of the gradient; 0 = never clipped")
    label_smoothing: float = setting(
        0.0, low=0.0, high=0.9, step=0.05, help="probability given away to the wrong tokens"
    )
    smoothing_kind: str = setting(
        "uniform", choices=SMOOTHINGS, help="who gets it: all tokens, the others, the others but <pad>"
    )
    guidance: float = setting(
        0.0, low=0.0, high=1000.0, step=1.0, help="pull of cross-attention to the diagonal; 0 = none, try 5"
    )
    guidance_width: float = setting(
        0.2, above=0.0, high=10.0, step=0.05, help="how far from the diagonal is near, as part of the length"
    )
    guidance_layers: str = setting("all", help="guided layers: all, or numbers from 1 on as 1,2; -1 is the last")
    guidance_heads: str = setting("all", help="guided heads of each: all, or numbers from 1 on as 1,2")
    guidance_fade: str = setting("constant", choices=tuple(FADES), help="what becomes of it over its steps")
    guidance_steps: int = setting(
        0, low=0, high=1_000_000, step=50, help="steps that it lasts from where it is switched on; 0 = to the end"
    )
    coverage: float = setting(
        0.0, low=0.0, high=100.0, step=0.5, help="price of looking twice at a source token; 0 = none, try 1"
    )
    evaluate_every: int = setting(
        100, low=1, high=1_000_000, step=10, help="steps between evaluations on held-out examples"
    )
    evaluate_on: int = setting(200, low=1, high=100_000, step=50, help="held-out examples to decode at an evaluation")
    record_every: int = setting(
        10, low=0, high=1_000_000, step=5, help="steps between recordings of the probe's attention; 0 = never"
    )
    from_run: str = setting(
        "", help="run whose weights it begins with: same model, same vocabularies; empty = fresh ones"
    )
    checkpoint_every: int = setting(500, low=1, high=1_000_000, step=50, help="steps between checkpoints")
