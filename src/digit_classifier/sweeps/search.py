"""Which points come next: all at once, the better part of a rung, or what an optimiser asks for.

A search is a generator of batches. It reads the scores of the batch before from `score`, so that a search that goes on
from a file asks exactly what one without an interruption would have asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.errors import InputError, explain, option
from digit_classifier.sweeps.axes import frozen
from digit_classifier.sweeps.plan import all_points, first_settings, rung_sizes, rung_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from digit_classifier.artifacts import Payload
    from digit_classifier.sweeps.axes import Axis, Values
    from digit_classifier.sweeps.plan import Book, Point

    Score = Callable[[Values], float | None]  # mean accuracy of a setting over its states; None where a point failed

EXTRA = "pip install 'digit-classifier[search]'"


def point_batches(book: Book, plan: Payload, score: Score) -> Iterator[Iterable[Point]]:
    """The points of a plan, batch by batch: each is to be finished before the next is asked for."""
    if plan["method"] == "halving":
        yield from _halving(book, score)
    elif plan["method"] == "tpe":
        yield from _tpe(book, plan, score)
    else:
        yield all_points(book, map(frozen, plan["settings"]))


def _halving(book: Book, score: Score) -> Iterator[Iterable[Point]]:
    """Successive halving (Jamieson and Talwalkar, AISTATS 2016): few epochs for all, more for the better part."""
    left = first_settings(book.asked)
    sizes = rung_sizes(len(left), book.asked.request.halving or 2)
    for rung, size in enumerate(sizes):
        order = {values: place for place, values in enumerate(left)}
        if rung:
            scores = {values: score(rung_values(book, values, rung - 1, len(sizes))) for values in left}
            left = sorted(left, key=lambda each: (scores[each] is None, -(scores[each] or 0), order[each]))[:size]
        yield all_points(book, [rung_values(book, values, rung, len(sizes)) for values in left])


def require_optuna() -> Any:
    """Optuna, without its log; InputError where it is not installed."""
    try:
        import optuna
    except ImportError:
        raise InputError(explain(option("search", "tpe"), "the package optuna", "none", EXTRA)) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _tpe(book: Book, plan: Payload, score: Score) -> Iterator[Iterable[Point]]:
    """Tree-structured Parzen estimators (Bergstra and others, NeurIPS 2011), by Optuna's ask and tell.

    Optuna's own storage is not used: the study is made anew for each batch, from the point_batches before.
    """
    optuna = require_optuna()
    spread = {axis.name: _distribution(optuna, axis) for axis in book.asked.axes}
    asked: list[dict[str, Any]] = []
    while len(asked) < plan["trials"]:
        study = optuna.create_study(direction="maximize")
        study.add_trials([_trial(optuna, book, spread, params, score) for params in asked])
        batch = []
        for number in range(len(asked), min(len(asked) + plan["batch"], plan["trials"])):
            study.sampler = optuna.samplers.TPESampler(seed=(plan["seed"] + number) % 2**32)
            batch.append(_rounded(book.asked.axes, study.ask(spread).params))
        asked += batch
        yield all_points(book, [_values(book, params) for params in batch])


def _distribution(optuna: Any, axis: Axis) -> Any:
    if axis.values is not None:
        return optuna.distributions.CategoricalDistribution(list(range(len(axis.values))))
    kind = optuna.distributions.IntDistribution if axis.is_whole else optuna.distributions.FloatDistribution
    ends = (int(axis.low), int(axis.high)) if axis.is_whole else (axis.low, axis.high)
    return kind(*ends, log=axis.is_logarithmic)


def _rounded(axes: tuple[Axis, ...], params: dict[str, Any]) -> dict[str, Any]:
    return {
        axis.name: params[axis.name] if axis.values is not None else axis.rounded(params[axis.name]) for axis in axes
    }


def _values(book: Book, params: dict[str, Any]) -> Values:
    """The values that a trial asks for; those of a list are asked for by their place in it."""
    return frozen(
        params[axis.name] if axis.values is None else axis.values[params[axis.name]] for axis in book.asked.axes
    )


def _trial(optuna: Any, book: Book, spread: dict[str, Any], params: dict[str, Any], score: Score) -> Any:
    value = score(_values(book, params))
    state = optuna.trial.TrialState.FAIL if value is None else optuna.trial.TrialState.COMPLETE
    return optuna.trial.create_trial(params=params, distributions=spread, value=value, state=state)
