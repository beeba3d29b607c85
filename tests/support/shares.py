"""What the suite takes of tests with very many cases; `make soak`, and EVERY_WAY=1, take all of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

WHOLE = "EVERY_WAY" in os.environ


def one_in(number: int, cases: Iterable[T]) -> list[T]:
    """One case in so many: the first, the last, and those between at equal steps."""
    found = list(cases)
    return found if WHOLE else [*found[:-1:number], *found[-1:]]
