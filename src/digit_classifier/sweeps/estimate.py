"""How long a sweep will take: one of its points is trained, and nothing is written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from digit_classifier.sweeps.axes import frozen
from digit_classifier.sweeps.compute import computed, pack, task_for, unpack
from digit_classifier.sweeps.plan import first_settings, rung_values, rungs

if TYPE_CHECKING:
    from digit_classifier.artifacts import Payload
    from digit_classifier.sweeps.plan import Book


def seconds_of_a_point(book: Book, plan: Payload) -> float:
    """The time of the first point here, or of one in the middle of the ranges of a search."""
    asked = book.asked
    found = first_settings(asked)
    if plan["method"] == "tpe":
        values = frozen(
            axis.values[0] if axis.values else axis.rounded((axis.low * axis.high) ** 0.5 or axis.high / 2)
            for axis in asked.axes
        )
    elif plan["halving"]:
        count = rungs(len(found), plan["halving"])
        values = rung_values(book, found[0], min(count - 1, count // 2), count)
    else:
        values = found[len(found) // 2]
    point = book.point(values, asked.states[0])
    task = task_for(point.recipe, book.config_of(point), plan["created"], keep=plan["keep"] == "all")
    loaded = unpack(pack(book.data))
    began = time.perf_counter()
    computed(task, loaded)
    return time.perf_counter() - began
