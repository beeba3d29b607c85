#!/usr/bin/env python
"""Train on the digits with this example's config.yaml: `digit-classifier train`, runnable from a bare checkout.

Keep this file readable for old interpreters up to the version check: it has to tell them what is missing.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is the one file an older Python may meet
    sys.stderr.write(
        "error: python: expected 3.11 or newer, got %d.%d; try python3.11 run_demo.py\n" % sys.version_info[:2]
    )
    sys.exit(2)

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..", "..", "src")
if os.path.isdir(os.path.join(SOURCE, "digit_classifier")):
    sys.path.insert(0, os.path.normpath(SOURCE))  # beside the source, run the source

try:
    from digit_classifier.artifacts import *  # noqa: F403 - the validate_* functions
    from digit_classifier.cli.arguments import Defaults
    from digit_classifier.cli.main import COMMANDS, leave, main
except KeyboardInterrupt:
    sys.stderr.write("error: interrupted: nothing was begun\n")
    sys.exit(130)


def run_demo(argv: "list[str] | None" = None) -> int:
    """Run the demo with these words (default: the command line's); returns the exit code.

    They are flags of `train`, or another command of `digit-classifier` and its own: `run_demo.py verify`.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    page = os.path.join(HERE, "web_demo", "index.html")
    defaults = Defaults(
        config_file=os.path.join(HERE, "config.yaml"),
        artifacts_root=os.path.join(HERE, "web_demo", "artifacts"),
        program=(sys.executable, os.path.abspath(__file__)),
        page=page if os.path.isfile(page) else None,
    )
    named = words[:1] and words[0] in [command.name for command in COMMANDS]
    return main(words if named else ["train"] + words, defaults)


if __name__ == "__main__":
    leave(run_demo())
