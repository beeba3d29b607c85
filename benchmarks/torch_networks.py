"""Two small PyTorch networks, trained as ours are: AdamW, one-cycle rate, label smoothing, moved images."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH, SHIFT, SMOOTHING, DECAY = 64, 0.75, 0.1, 0.01


def mlp() -> nn.Module:
    """64-128-64-10: 17,226 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


def cnn() -> nn.Module:
    """Convolutions of 16, 32 and 32 channels with batch norm, 2 × 2 pooling, 64 units: 47,690 parameters."""
    channels = (1, 16, 32, 32)
    steps: list[nn.Module] = []
    for a, b in pairwise(channels):
        steps += [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU()]
    return nn.Sequential(*steps, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 10))


def parameters(model: nn.Module) -> int:
    """Weights and biases."""
    return sum(part.numel() for part in model.parameters())


def fit(model: nn.Module, images: NDArray[Any], labels: NDArray[Any], epochs: int, peak: float) -> None:
    """Train in place on images (samples, 1, 8, 8) of 0..16."""
    inputs, targets = as_inputs(images), torch.from_numpy(labels)
    steps = epochs * -(-len(targets) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    model.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(targets)).split(BATCH):
            loss = loss_of(model(moved(inputs[rows])), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def moved(inputs: torch.Tensor) -> torch.Tensor:
    """Every image shifted by up to SHIFT pixels in both directions, bilinear."""
    theta = torch.eye(2, 3).repeat(len(inputs), 1, 1)
    theta[:, :, 2] = (torch.rand(len(inputs), 2) * 2 - 1) * SHIFT * 2 / inputs.shape[-1]
    grid = functional.affine_grid(theta, list(inputs.shape), align_corners=False)
    return functional.grid_sample(inputs, grid, align_corners=False)


def as_inputs(images: NDArray[Any]) -> torch.Tensor:
    """Images (samples, 1, 8, 8), from 0 to 1."""
    return torch.from_numpy((images / 16).astype(np.float32))


def accuracy(model: nn.Module, images: NDArray[Any], labels: NDArray[Any]) -> float:
    """Share of images that are classified correctly."""
    model.eval()
    with torch.no_grad():
        return float((model(as_inputs(images)).argmax(1).numpy() == labels).mean())
