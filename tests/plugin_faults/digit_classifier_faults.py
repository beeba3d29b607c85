"""Plugins with faults, one each; and one that writes a folder."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from digit_classifier_toy import read

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier import Bundle, Dataset


def read_wrongly(where: str) -> list[str]:
    """A reader that forgot what it should return."""
    return [where]


def export_wrongly(bundle: Bundle, target: Path) -> None:
    """An exporter that fails half-way."""
    target.write_text("half", encoding="utf-8")
    raise KeyError(bundle.manifest["run_id"])


def read_out_of_range(where: str) -> Dataset:
    """A reader that takes row numbers for labels."""
    data = read(where)
    return replace(data, labels=np.arange(len(data.labels)))


def read_floats(where: str) -> Dataset:
    """A reader that leaves fractions in the pixels."""
    data = read(where)
    return replace(data, samples=data.samples / 3)


def read_and_leave(where: str) -> Dataset:
    """A reader that ends the program."""
    sys.exit(f"no\n{where}")


def export_folder(bundle: Bundle, target: Path) -> None:
    """A folder."""
    target.mkdir()
    (target / "labels.txt").write_text("\n".join(bundle.payloads["metrics.json"]["labels"]), encoding="utf-8")


def export_nothing(bundle: Bundle, target: Path) -> None:
    """An exporter that forgot to write."""
