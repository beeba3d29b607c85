"""The same Hypothesis examples on every machine and in every run; `make soak` looks for new ones.

Of a test marked `one_in(n)` the suite takes every n-th case: n has no factor in common with the numbers of widths,
places and states that are combined, so that each of them is taken. `make soak` takes all.
"""

from collections import defaultdict

import pytest
from hypothesis import settings

from shares import one_in

settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile("suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cases = defaultdict(list)
    for item in items:
        if mark := item.get_closest_marker("one_in"):
            cases[mark.args[0], item.path, item.originalname].append(item)  # type: ignore[attr-defined]
    left_out = {item for (number, *_), found in cases.items() for item in set(found) - set(one_in(number, found))}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
