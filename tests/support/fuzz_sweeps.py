"""The files of a sweep, for `fuzz` to break: its plan, the lines of its points, and what is derived."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import digit_classifier as dc
from sweep_tools import QUICK


@cache
def sweep_files() -> dict[str, list[Any]]:
    """Good payloads by the name of their schema, of a sweep that was just made."""
    with tempfile.TemporaryDirectory() as root:
        dc.sweep(**QUICK, grid={"momentum": [0.0, 0.5]}, seeds="0:2", jobs=1, artifacts_root=root)
        (directory,) = (path for path in Path(root, "sweeps").iterdir() if path.is_dir())
        lines = [json.loads(line) for line in (directory / "points.jsonl").read_text().splitlines()]
        derived = {name: [json.loads((directory / name).read_text())] for name in ("plan.json", "sweep.json")}
    return {**derived, "point.json": lines}
