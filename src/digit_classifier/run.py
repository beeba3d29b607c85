"""The recipe: a configuration and a dataset in, everything that training found out."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from digit_classifier.datasets.dataset import DATASETS, SPLITS, Dataset, Split
from digit_classifier.errors import InputError, explain
from digit_classifier.learning.network import count_parameters
from digit_classifier.learning.training import architecture_of, train

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from digit_classifier.learning.network import Network
    from digit_classifier.learning.training import Epoch, History
    from digit_classifier.settings.run_config import RunConfig


@dataclass(frozen=True)
class Run:
    """What one run knows: its inputs, the trained network, and what the network says about both splits."""

    config: RunConfig
    split: Split
    network: Network
    history: History
    training_accuracy: float  # of the trained network, on the training images as they are
    holdout_probabilities: NDArray[np.float32]  # (holdout, classes)
    training_seconds: float


MAX_PARAMETERS = 2_000_000  # what model.json holds below its 16 MB; also more than 1,797 images can teach


def prepare(config: RunConfig, dataset: Dataset | None = None) -> Split:
    """Load and split the data; InputError when the settings do not fit it, before anything is trained."""
    dataset = dataset or DATASETS[config.dataset]()
    split = SPLITS[config.split](dataset, config.test_size, config.random_state)
    if config.sample_count > len(split.holdout_ids):
        most = f"at most {len(split.holdout_ids)}, the size of the hold-out"
        attempt = f"--sample-count {min(16, len(split.holdout_ids))}"
        raise InputError(explain("--sample-count", most, str(config.sample_count), attempt))
    try:
        parameters = count_parameters(architecture_of(config, split))
    except ValueError as error:
        small = f"{len(config.channels)} on images of which {error}"
        raise InputError(explain("--channels", "fewer convolutions", small, "--channels 16,32")) from None
    if parameters > MAX_PARAMETERS:
        most = f"at most {MAX_PARAMETERS:,} parameters in all"
        raise InputError(explain("--hidden-sizes", most, f"{parameters:,}", "smaller layers"))
    return split


def run_experiment(
    config: RunConfig,
    split: Split,
    on_epoch: Callable[[Epoch], None] | None = None,
    so_far: Callable[[Callable[[], Run]], None] | None = None,
) -> Run:
    """Train and evaluate on one BLAS thread: faster at this size, and the same bits whatever the environment says.

    `so_far` is called after each epoch but the last, with a function for the run as it is now.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        start = perf_counter()

        def interim(trained: Callable[[], tuple[Network, History]]) -> None:
            if so_far:
                so_far(lambda: evaluated(config, split, *trained(), perf_counter() - start))

        network, history = train(config, split, on_epoch=on_epoch, so_far=interim, clock=perf_counter)
        return evaluated(config, split, network, history, perf_counter() - start)


def evaluated(config: RunConfig, split: Split, network: Network, history: History, seconds: float) -> Run:
    """A network that was trained for so many seconds, with what it says about both splits."""
    guesses = network.probabilities(split.training_images).argmax(axis=1)
    return Run(
        config=config,
        split=split,
        network=network,
        history=history,
        training_accuracy=float((guesses == split.training_labels).mean()),
        holdout_probabilities=network.probabilities(split.holdout_images),
        training_seconds=seconds,
    )
