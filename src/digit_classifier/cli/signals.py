"""Signals that end a program, answered as Ctrl-C is."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stopped(KeyboardInterrupt):
    """Another signal than Ctrl-C that ends a program; its number is the argument."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """While a run is in the making, SIGTERM and SIGHUP clean up behind it as Ctrl-C does."""

    def stop(number: int, _: object) -> None:
        raise Stopped(number)

    found = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    if threading.current_thread() is not threading.main_thread():
        found = []  # handlers can be set only there
    found = [number for number in found if signal.getsignal(number) is signal.SIG_DFL]  # nohup ignores SIGHUP: so do we
    before = {number: signal.signal(number, stop) for number in found}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
