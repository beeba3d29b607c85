"""Plugins with faults, one each; and one that writes a folder."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

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
    """A reader that counts its classes from 1."""
    data = read(where)
    return replace(data, labels=data.labels + 1)


def read_floats(where: str) -> Dataset:
    """A reader that scales the pixels itself."""
    data = read(where)
    return replace(data, images=data.samples / 16)


def read_and_leave(where: str) -> Dataset:
    """A reader that ends the program."""
    sys.exit(f"no\n{where}")


def export_folder(bundle: Bundle, target: Path) -> None:
    """A folder."""
    target.mkdir()
    (target / "labels.txt").write_text("\n".join(bundle.payloads["metrics.json"]["labels"]), encoding="utf-8")


def export_nothing(bundle: Bundle, target: Path) -> None:
    """An exporter that forgot to write."""
