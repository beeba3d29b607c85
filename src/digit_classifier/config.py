"""Settings (placeholder, being written): the fields that training reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class RunConfig:
    dataset: str = "digits"
    model: Literal["mlp", "logistic"] = "mlp"
    hidden_sizes: tuple[int, ...] = (128, 64)
    optimizer: Literal["sgd", "adamw"] = "adamw"
    epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 0.01
    lr_decay: float = 0.01
    momentum: float = 0.9
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    shift_pixels: float = 0.7
    scaling: Literal["standard", "max"] = "max"
    test_size: float = 0.2
    random_state: int = 42
    sample_count: int = 16
    run_label: str | None = None
    artifacts_root: str = "artifacts"
    output_dir: str | None = None
    roc_per_class: bool = False
    learning_rate_trace: bool = False
    timing_stats: bool = False
