"""`note`: a remark about a run, kept beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, path_of
from digit_classifier.cli.terminal import printable
from digit_classifier.errors import InputError, explain, show, typed_command

if TYPE_CHECKING:
    import argparse


def _arguments(parser: Parser, defaults: Defaults) -> None:  # noqa: ARG001 - as every command
    about = "a run directory, or an artifacts root for its latest run"
    parser.add_argument("path", metavar="RUN", help=about)
    about = "one line of at most 2,000 bytes, in place of the note before; without it the note is printed"
    parser.add_argument("text", nargs="?", default=None, metavar="TEXT", help=about)
    parser.add_argument("--remove", action="store_true", help="delete the note")


def _note(options: argparse.Namespace) -> int:
    from digit_classifier.artifacts import NOTE_LIMIT
    from digit_classifier.page.source import find_run
    from digit_classifier.store.root import note_of, record_note
    from digit_classifier.text import clean_text

    path = find_run(path_of(options))
    if options.remove:
        if options.text is not None:
            raise InputError(explain("TEXT", "none beside --remove", show(options.text), "leaving one of them out"))
        print("removed" if record_note(path, None) else "no note to remove")
        return 0
    if options.text is None:
        note = note_of(path)
        print(printable(note["text"] if note else f"no note; try {typed_command('note', path, 'TEXT')}"))
        return 0
    text = clean_text(options.text, NOTE_LIMIT + 1)
    if not text or len(text.encode()) > NOTE_LIMIT:
        came = f"{len(text.encode()):,} bytes" if text else "none that can be shown"
        raise InputError(
            explain("TEXT", f"1 to {NOTE_LIMIT:,} bytes of text", came, "a shorter one" if text else "words")
        )
    print(printable(f"noted in {record_note(path, text)}"))
    return 0


COMMAND = Command("note", "write a remark about a run, or print it", _arguments, _note)
