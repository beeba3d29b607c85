"""What a person wrote about a run."""

from __future__ import annotations

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import CREATED, RUN_ID, Payload, check_line, require
from digit_classifier.artifacts.schema import SHA256, check_payload, document, line

__all__ = ["NOTE", "NOTE_LIMIT", "build_note", "check_note", "validate_note_payload"]

NOTE_LIMIT = 2000  # bytes of UTF-8
TEXT = line(1, NOTE_LIMIT)
SCHEMA = document("note", {"run_id": RUN_ID, "manifest_sha256": SHA256, "written": CREATED, "text": TEXT})


def build_note(run_id: str, manifest_sha256: str, written: str, text: str) -> Payload:
    """notes/<run id>.json; `written` is UTC."""
    return {
        "schema_version": 1,
        "run_id": run_id,
        "manifest_sha256": manifest_sha256,
        "written": written,
        "text": text,
    }


def check_note(text: str, where: str) -> None:
    """The text is clean, and not longer than a note is."""
    check_line(text, NOTE_LIMIT, where)
    size = len(text.encode())
    require(size <= NOTE_LIMIT, where, f"at most {NOTE_LIMIT} bytes", size)


def validate_note_payload(payload: Payload) -> None:
    """Check notes/<run id>.json."""
    check_payload(payload, SCHEMA, "note")
    check_note(payload["text"], "note.text")


NOTE = Artifact("note.json", SCHEMA, build_note, validate_note_payload, compared=False)
