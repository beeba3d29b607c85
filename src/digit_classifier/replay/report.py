"""The outcome of a replay in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.replay.promise import CAUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digit_classifier.artifacts import Payload


def report(outcome: Payload) -> Iterator[str]:
    """The outcome as lines of text."""
    kept = "held" if outcome["held"] else "BROKEN"
    yield f"{outcome['run_id'] or 'run'}: {outcome['tier']}"
    yield f"promised: {outcome['promised']} ({kept})"
    for each in outcome["artifacts"]:
        yield f"  {each['file']:<22} {'equal' if each['equal'] else _difference(each)}"
    if outcome["environment"]:
        yield "environment, the likeliest cause first:"
    elif not outcome["held"]:
        yield "environment: nothing that is recorded differs; the code may have changed under the same version"
    for each in outcome["environment"]:
        one, other = _apart(each["run"], each["here"])
        yield f"  {each['fact']}: {one} in the run, {other} here; changes {CAUSES[each['fact']]}"


def _apart(*values: str | int | None) -> list[str]:
    """Two values of a fact; of two lists of words only what one has and the other has not."""
    words = [str(value).split() if value is not None else ["not recorded"] for value in values]
    if min(map(len, words)) < 5:
        return [" ".join(each) for each in words]
    return [" ".join(word for word in each if word not in other) or "less" for each, other in (words, words[::-1])]


def _difference(each: Payload) -> str:
    amount = "" if each["largest"] is None else f", by up to {each['largest']:.2g}"
    return f"differs in {each['places']:,} places{amount}; {each['first']}"
