"""What the nearest training sample answers: a classifier without training, to compare an accuracy with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.datasets.dataset import Examples

MOST = 10**9  # multiplications: under a second. Counted and not timed, so that every machine decides alike
BLOCK = 2**22  # distances at a time: memory stays bounded


class Neighbour(NamedTuple):
    """How a 1-nearest-neighbour classifier scores on a split."""

    accuracy: float | None  # None needs a reason
    reason: str | None = None


def nearest_neighbour(training: Examples, holdout: Examples) -> Neighbour:
    """Each hold-out sample gets the label of the nearest training sample, by squared differences of the features.

    The distances are whole numbers and exact; of equally near samples the first one counts (Cover and Hart, 1967).
    """
    known, asked = (side.samples.reshape(len(side), -1) for side in (training, holdout))
    if not np.issubdtype(known.dtype, np.integer):
        return Neighbour(None, "the features are no whole numbers")
    count = known.size * len(asked)
    if count > MOST:
        return Neighbour(None, f"it would take {count:,} multiplications, more than {MOST:,}")
    most = max(int(known.max()), int(asked.max())) ** 2 * known.shape[1]  # of any sum below
    dtype = np.float32 if 2 * most < 2**24 else np.float64
    columns: NDArray[np.floating[Any]] = known.T.astype(dtype)
    lengths = (columns * columns).sum(axis=0)
    step, right = max(1, BLOCK // len(known)), 0
    for first in range(0, len(asked), step):
        distances = _distances(asked[first : first + step].astype(dtype), columns, lengths)
        found = training.labels[distances.argmin(axis=1)]
        right += int(np.count_nonzero(found == holdout.labels[first : first + step]))
    return Neighbour(right / len(asked))


def _distances(rows: NDArray[Any], columns: NDArray[Any], lengths: NDArray[Any]) -> NDArray[Any]:
    """Squared distances (rows, columns), less the squared length of the row, which is the same for all columns."""
    products: NDArray[Any] = rows @ columns
    products *= -2
    products += lengths
    return products
