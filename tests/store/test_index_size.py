"""What the store writes it reads, at the size that docs and limits promise: 100,000 runs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier.errors import RunError
from digit_classifier.store import index, json, publish
from digit_classifier.store.layout import MAX_INDEX_BYTES
from store_oracle import inner_text, listed_in, runs_in, snapshot
from tiny_runs import smallest_files, tiny_run

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
    entry = index.entry_of(tiny_run("20260101-000000", "2026-01-01T00:00:00Z", "l" * 80))
    mark = {"replayed": "2026-11-22T19:16:12Z", "tier": "metric-identical (1e-9)", "promised": "within seed noise"}
    extra = {"interrupted": True, "replay": mark | {"held": True, "differs": ["blas_kernel", "numpy_simd"]}}
    names = (f"20260101-{number:06}-{'a-slug-of-forty-characters-as-they-are-cut'[:40]}" for number in range(count))
    return [entry | extra | {"run_id": name} for name in names]


def test_an_index_of_a_hundred_thousand_runs_is_read_as_it_was_written(root: Path) -> None:
    runs = entries(100_000)
    index.write_index(root, 1, runs)
    assert index.load_index(root)["runs"] == runs
    text = (root / "index.json").read_bytes()
    assert inner_text((root / "index.css").read_bytes()) == text
    assert len(text) < MAX_INDEX_BYTES


@pytest.mark.parametrize("limit", ["bytes", "values"])
def test_an_index_that_no_reader_would_take_is_not_written(
    root: Path, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(root, *smallest_files()).directory.name
    before = snapshot(root)
    if limit == "bytes":
        monkeypatch.setattr(index, "MAX_INDEX_BYTES", len(before["index.json"]) + 10)
    else:
        counted = sum(map(before["index.json"].count, (b",", b"[", b"{")))
        monkeypatch.setattr(json, "MAX_VALUES", max(counted, 150))  # other files have no more
    while len(runs_in(snapshot(root))) < 20:
        try:
            publish(root, *smallest_files())
        except RunError as error:
            assert f"the run is saved, but the index is stale ({root / 'index.json'}: expected at most " in str(error)
            break
    else:
        pytest.fail("the limit was never met")
    tree = snapshot(root)
    assert first in listed_in(tree)
    assert len(listed_in(tree)) == len(runs_in(tree)) - 1
    assert index.load_index(root)["runs"]
