"""The golden file that the page's exact training is tested with is what Python computes today."""

from __future__ import annotations

import base64
import json
import sys
import zlib
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[1] / "golden"
PACKED = "eN"  # how zlib's best compression begins in base64


def unpacked(value: Any) -> Any:
    """The bytes themselves, however a version of zlib packs them."""
    if isinstance(value, dict):
        return {key: unpacked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    return zlib.decompress(base64.b64decode(value)) if isinstance(value, str) and value.startswith(PACKED) else value


def test_every_room_computes_what_the_pages_tests_expect(monkeypatch: Any) -> None:
    monkeypatch.syspath_prepend(str(GOLDEN))
    from make_exact_steps import payload

    assert unpacked(json.loads(json.dumps(payload()))) == unpacked(
        json.loads((GOLDEN / "exact_steps.json").read_text())
    )
    sys.modules.pop("make_exact_steps")
