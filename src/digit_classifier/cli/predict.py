"""`predict`: what a run's network says of pictures and rows from elsewhere."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, near
from digit_classifier.cli.terminal import is_watched, printable
from digit_classifier.errors import InputError, explain, loading, nearest, option, show
from digit_classifier.text import as_path

if TYPE_CHECKING:
    import argparse

HONEST = (
    "The accuracy of the run is of its own hold-out. It says nothing about such samples: how they were made, chosen "
    "and prepared decides."
)
PREPARATIONS = {
    "none": "as they are, in the run's size",
    "fit": "scaled and cut in the middle to it",
    "uci": "as the bundled digits were made: ink in two levels, counted in blocks",
}


def _arguments(parser: Parser, defaults: Defaults) -> None:
    parser.usage = f"{parser.prog} RUN PATH ... [--prepare HOW] [--save-prepared DIR]"
    parser.epilog = HONEST
    about = f"a run directory, or an artifacts root for its latest run, such as {near(defaults.artifacts_root)}"
    parser.add_argument("path", metavar="RUN", help=about)
    about = "a picture, a folder with pictures, or any file that train reads; labels are not needed"
    parser.add_argument("samples", metavar="PATH", nargs="+", help=about)
    kinds = "; ".join(f"{name}: {what}" for name, what in PREPARATIONS.items())
    about = f"how pictures become samples (default: as the run's data set asks); {kinds}"
    parser.add_argument("--prepare", metavar="HOW", help=about)
    parser.add_argument("--save-prepared", metavar="DIR", help="write what the network saw, as PNG pictures")


def _predict(options: argparse.Namespace) -> int:
    from digit_classifier.cli.arguments import path_of
    from digit_classifier.page.source import find_run
    from digit_classifier.store import read_bundle

    if options.prepare not in (None, *PREPARATIONS):
        attempt = option("prepare", nearest(options.prepare, PREPARATIONS) or "fit")
        raise InputError(explain("--prepare", f"one of {', '.join(PREPARATIONS)}", show(options.prepare), attempt))
    bundle = read_bundle(find_run(path_of(options)))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with loading():
        from digit_classifier.run.predict import predictions, read_prepared, save_samples

    dataset = {"channels": 1, **bundle.payloads["run_summary.json"]["dataset"]}
    parts = [read_prepared(as_path(path), dataset, options.prepare) for path in options.samples]
    if options.save_prepared is not None:
        save_samples(parts, dataset, as_path(options.save_prepared))
    plain = "utf" not in (getattr(sys.stdout, "encoding", None) or "").lower()  # then every other letter is escaped
    for names, samples in parts:
        for line in predictions(names, samples, bundle.payloads):
            print(json.dumps(line, ensure_ascii=plain))
    if is_watched():
        print(printable(HONEST), file=sys.stderr)
    return 0


COMMAND = Command("predict", "say what a run makes of pictures and rows from elsewhere", _arguments, _predict)
