"""The accuracy of a run in one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.store import Bundle


def export(bundle: Bundle, target: Path) -> None:
    """Write the line."""
    target.write_text(f"{bundle.payloads['metrics.json']['accuracy']}\n", encoding="utf-8")
