"""Work in a forked child, and its result."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def fork(work: Callable[[], object]) -> tuple[int, int]:
    """Start the work in a child; returns what identifies it."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(sender, str(work()).encode())
        except BaseException as error:
            os.write(sender, repr(error).encode()[:4000])
            raise
        finally:
            os._exit(0)
    os.close(sender)
    return child, receiver


def result(forked: tuple[int, int]) -> int:
    """Wait for a child; the number that its work returned, or AssertionError with what it raised."""
    child, receiver = forked
    with os.fdopen(receiver, "rb") as answer:
        text = answer.read().decode()
    os.waitpid(child, 0)
    assert text.isdecimal(), text
    return int(text)
