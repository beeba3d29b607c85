"""The end of a process: whoever waits for it, or follows it, still has the last word."""

from __future__ import annotations

import subprocess
import sys

import pytest


def test_what_others_registered_for_the_exit_is_done() -> None:
    code = """if True:
        import atexit, sys
        from digit_classifier.cli.main import command
        atexit.register(print, "left")
        sys.argv = ["digit-classifier", "settings"]
        command()"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr, result.stdout.splitlines()[-1]) == (0, "", "left")


@pytest.mark.parametrize(
    ("follower", "says"),
    [(["cProfile", "-m"], "function calls"), (["trace", "--count", "--summary", "-C", "counts", "--module"], "cov%")],
    ids=["cProfile", "trace"],
)
def test_a_profiler_prints_what_it_found(follower: list[str], says: str, tmp_path) -> None:
    call = [sys.executable, "-m", *follower, "digit_classifier", "settings"]
    result = subprocess.run(call, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert says in result.stdout
