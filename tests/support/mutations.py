"""Break a JSON value in one place: what a truncated, edited or hostile file may look like."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

GONE = object()  # in place of a value: remove the key

# No whole floats: JSON Schema takes 1.0 for an integer, we do not, and the tests say so separately.
NUMBERS = st.one_of(
    st.integers(-3, 20),
    st.sampled_from([2**53 - 1, 2**53, -(2**53), 10**400, 255, 256]),
    st.floats().filter(lambda v: v % 1 != 0),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["", "a", "3", "accuracy", "relu", "AAAA", "0" * 64, "x" * 600, "../x.json", "\x1b[31m", "\u202e", "\ud800"]
    ),
    st.text(max_size=8),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.one_of(
    LEAVES,
    st.lists(LEAVES, max_size=3),
    st.dictionaries(TEXTS, LEAVES, max_size=3),
    st.lists(st.lists(LEAVES, max_size=2), max_size=2),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside a JSON value, the value itself first."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in places(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a path (dict keys may be new)."""
    if not path:
        return new
    result = copy.deepcopy(value)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return result


def without(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy that lacks the key or item at a path."""
    result = copy.deepcopy(value)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return result


def edited(payload: Any, *edits: Any) -> Any:
    """A copy after edits given as path, value, path, value, …; a path is `labels:0`, the value GONE removes."""
    for path, value in zip(edits[::2], edits[1::2], strict=True):
        holder, keys = payload, []
        for part in path.split(":"):
            keys.append(int(part) if isinstance(holder, list) else part)
            holder = holder[keys[-1]] if isinstance(holder, list) else holder.get(part)
        payload = without(payload, tuple(keys)) if value is GONE else changed(payload, tuple(keys), value)
    return payload


@st.composite
def mutated(draw: st.DrawFn, examples: list[Any]) -> Any:
    """One of the examples with one place replaced, removed, nudged or added to."""
    example = draw(st.sampled_from(examples))
    path = draw(st.sampled_from(places(example)))
    here = example
    for key in path:
        here = here[key]
    how = draw(st.sampled_from(["replace", "replace", "nudge", "remove", "add"]))
    if how == "remove" and path:
        return without(example, path)
    if how == "add" and isinstance(here, dict):
        return changed(example, (*path, draw(TEXTS)), draw(VALUES))
    if how == "add" and isinstance(here, list):
        return changed(example, path, [*here, draw(VALUES)])
    if how == "nudge" and isinstance(here, int) and not isinstance(here, bool):
        return changed(example, path, here + draw(st.sampled_from([-1, 1])))
    if how == "nudge" and isinstance(here, float):
        return changed(example, path, here + draw(st.sampled_from([-0.3, 0.3])))
    return changed(example, path, draw(VALUES))
