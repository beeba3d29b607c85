"""From the results of a sweep's points to the columns of sweep.json."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.sweep import MAX_FULL, MAX_PAIRS, MAX_SAMPLES
from digit_classifier.sweeps import statistics as s

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from digit_classifier.artifacts import Payload

ESTIMATE = ("kind", "count", "mean", "low", "high", "spread", "reason")
DIGITS = 7  # significant ones of a derived number: no measurement here has more


def aggregate(
    settings: Sequence[s.Setting],
    point_of: Mapping[tuple[int, s.Key], int],
    *,
    kept: Collection[int] = (),
    confirmed: s.Setting | None = None,
    candidates: Sequence[int] | None = None,
) -> dict[str, Any]:
    """The keys `settings` (without `values`, `points`, `failed`), `best`, `differences`, `pairs` and `stability`.

    `point_of` gives the number of the point of a setting's split and start, `kept` the numbers of the points whose run
    is in the store; `confirmed` is the best setting on splits that chose nothing. Of more than 64 settings only those
    of the highest accuracy have McNemar's tests and samples. The best is chosen among the `candidates`, which are the
    last rung of a halving; all settings if not given.
    """
    rivals = [
        each if candidates is None or index in candidates else replace(each, scores={}, hits={})
        for index, each in enumerate(settings)
    ]
    best = s.best_setting(rivals)
    differences = s.differences_to_best(rivals)
    full = _ranked(settings)[:MAX_FULL]
    return {
        "settings": _settings(settings),
        "best": None if best is None else _best(rivals, best, differences, confirmed),
        "differences": _columns(
            ("other", "count", "mean", "low", "high", "reason", "p", "adjusted", "apart"),
            [_difference(each) for each in differences],
        ),
        "pairs": _columns(
            ("other", "point", "only_best", "only_other", "p"),
            [
                (each.other, point_of[each.one, (pair.split, pair.start)], pair.only_one, pair.only_other, pair.p)
                for each in differences
                if each.other in full
                for pair in each.pairs
            ][:MAX_PAIRS],
        ),
        "stability": [
            _stability(index, settings[index], point_of, kept) for index in sorted(full) if settings[index].hits
        ],
    }


def _settings(settings: Sequence[s.Setting]) -> Payload:
    rows = []
    for each in settings:
        found, parts = s.estimate(each), s.variance(each)
        wilson = found.wilson or (None, None)
        apart = (parts.start, parts.split, parts.start_share) if parts else (None, None, None)
        rows.append((each.parameters, each.training, each.holdout, *_estimate(found), *wilson, *apart))
    names = ("parameters", "training", "holdout", *ESTIMATE, "wilson_low", "wilson_high")
    return _columns((*names, "start", "split", "start_share"), rows)


def _estimate(found: s.Estimate) -> tuple[Any, ...]:
    return tuple(getattr(found, name) for name in ESTIMATE)


def _difference(each: s.Difference) -> tuple[Any, ...]:
    found = each.estimate
    return (
        each.other, found.count, found.mean, found.low, found.high, found.reason, each.p, each.adjusted, each.apart
    )  # fmt: skip


def _best(
    settings: Sequence[s.Setting], best: int, differences: Sequence[s.Difference], confirmed: s.Setting | None
) -> Payload:
    worth = s.best_of(settings)
    mean = s.estimate(settings[best]).mean
    again = s.estimate(confirmed) if confirmed else None
    wilson = again.wilson or (None, None) if again else ()
    names = (*ESTIMATE, "wilson_low", "wilson_high")
    return {
        "setting": best,
        "chosen_among": sum(bool(each.scores) for each in settings),
        "claimed": _short(mean),
        "expected": _short(worth.expected) if worth else None,
        "not_told_apart": s.not_told_apart(settings, differences) or [best],
        "confirmed": dict(zip(names, map(_short, (*_estimate(again), *wilson)), strict=True)) if again else None,
    }


def _stability(index: int, setting: s.Setting, point_of: Mapping[tuple[int, s.Key], int], kept: Collection[int]) -> Any:
    found = s.stability(setting, {key for key in setting.hits if point_of[index, key] in kept})

    def listed(samples: list[s.Sample]) -> Payload:
        rows = [
            (
                each.sample_id,
                each.held,
                each.wrong,
                *(None if key is None else point_of[index, key] for key in (each.right_point, each.wrong_point)),
            )
            for each in samples[:MAX_SAMPLES]
        ]
        return _columns(("sample_id", "held", "wrong", "right_point", "wrong_point"), rows)

    return {
        "setting": index,
        "held_twice": found.held_twice,
        "unstable": listed(found.unstable),
        "never_right": listed(found.never_right),
        "unstable_in_all": len(found.unstable),
        "never_right_in_all": len(found.never_right),
    }


def _ranked(settings: Sequence[s.Setting]) -> list[int]:
    """The settings by their mean, the highest first; those without scores last."""
    means = [s.estimate(each).mean for each in settings]
    return sorted(range(len(settings)), key=lambda index: (means[index] is None, -(means[index] or 0), index))


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Payload:
    return {name: [_short(row[place]) for row in rows] for place, name in enumerate(names)}


def _short(value: Any) -> Any:
    """A number with as many digits as it deserves; anything else as it is."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
