"""Write the published JSON Schemas from their one declaration: `python -m digit_classifier.artifacts`."""

from __future__ import annotations

import json
from pathlib import Path

from digit_classifier.artifacts import ARTIFACTS, SWEEP_ARTIFACTS

FOLDER = Path(__file__).with_name("schemas")


def schema_files() -> dict[str, str]:
    """Text of each published schema by file name."""
    return {
        name.replace(".json", ".schema.json"): json.dumps(each.schema, indent=2) + "\n"
        for name, each in (ARTIFACTS | SWEEP_ARTIFACTS).items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in schema_files().items():
        FOLDER.joinpath(name).write_text(text, encoding="utf-8", newline="\n")
