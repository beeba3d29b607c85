"""The network's numbers as a safetensors file, under the names of PyTorch's `state_dict`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digit_classifier.exporters.source import arrays_of, facts_of, payload

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.store import Bundle

LIBRARY = "safetensors"
MARK = b'"__metadata__":{"digit_classifier":'  # near the start of a file of ours


def export(bundle: Bundle, target: Path) -> None:
    """Write `layers.N.weight`, `layers.N.bias`, `offset` and `scale`; what they are is in the metadata, as JSON."""
    from safetensors.numpy import save

    about = facts_of(bundle) | {"layers": payload(bundle, "run_summary.json")["model"]["layers"]}
    data = save(arrays_of(bundle), {"digit_classifier": json.dumps(about, ensure_ascii=False)})
    target.write_bytes(data)  # save_file makes a file that nobody else can read
