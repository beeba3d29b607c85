"""What the store writes it reads, at a size that no one file could have: 100,000 runs."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier.store import index, segments
from digit_classifier.store.layout import MAX_SEGMENT_BYTES
from store_oracle import inner_text, listed_in, snapshot
from tiny_runs import tiny_run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def root() -> Iterator[Path]:
    """In memory where there is any: the disk is not what is tested."""
    place = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    yield Path(place)
    shutil.rmtree(place)


def entries(count: int) -> list[dict[str, Any]]:
    """So many runs: each with a long label and name, interrupted, and trained again elsewhere."""
    files = tiny_run("20260101-000000", "2026-01-01T00:00:00Z", "l" * 80)
    summary, metrics = (json.loads(files[name]) for name in ("run_summary.json", "metrics.json"))
    entry = index.entry_of_payloads(summary, metrics, files["manifest.json"])
    mark = {"replayed": "2026-11-22T19:16:12Z", "tier": "metric-identical (1e-9)", "promised": "within seed noise"}
    extra = {"interrupted": True, "replay": mark | {"held": True, "differs": ["blas_kernel", "numpy_simd"]}}
    names = (f"20260101-{number:06}-{'a-slug-of-forty-characters-as-they-are-cut'[:40]}" for number in range(count))
    return [entry | extra | {"run_id": name} for name in names]


def test_an_index_of_a_hundred_thousand_runs_is_read_as_it_was_written(root: Path) -> None:
    runs = entries(100_000)
    segments.write_index(root, 1, runs)
    assert [run for run, _ in segments.read_listing(root).runs] == runs
    tree = snapshot(root)
    assert listed_in(tree) == [run["run_id"] for run in runs]
    for path, data in tree.items():
        if path.endswith(".json"):
            assert inner_text(tree[path.replace(".json", ".css")]) == data
            assert len(data) < (100_000 if path == "index.json" else MAX_SEGMENT_BYTES)  # 100 to 200 runs
