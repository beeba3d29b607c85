"""Trained runs to export, once for all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exported_runs import Runs, train_runs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    place: Path = tmp_path_factory.mktemp("runs") / "artifacts"
    return train_runs(place)
