"""The statistics of many runs, against SciPy, NumPy, the formulas written out, and a fixed simulation."""

from __future__ import annotations

import json
import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from digit_classifier.sweeps import statistics as s
from digit_classifier.sweeps.statistics import best as bests
from digit_classifier.sweeps.statistics.differences import not_told_apart

GOLDEN = Path(__file__).parents[1] / "golden"
SPLITS = [0.95, 0.96, 0.93, 0.97, 0.955, 0.94, 0.965, 0.95, 0.945, 0.96]


def setting(*values: float, **more: object) -> s.Setting:
    """One start for each of some splits, 1,437 training and 360 held-out samples."""
    scores = {(f"split {index:02d}", 0): value for index, value in enumerate(values)}
    return s.Setting(scores, 1437, 360, **more)  # type: ignore[arg-type]


@given(st.floats(-40, 40), st.integers(1, 400))
def test_the_tail_of_t_is_scipys(t: float, freedom: int) -> None:
    assert s.t_tail(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 10, 29, 99, 1000, 9999])
def test_the_quantile_of_t_is_scipys(confidence: float, freedom: int) -> None:
    assert s.t_quantile(confidence, freedom) == pytest.approx(stats.t.ppf((1 + confidence) / 2, freedom), rel=1e-10)


def test_the_interval_over_splits_is_nadeau_and_bengios() -> None:
    found = s.estimate(setting(*SPLITS))
    margin = stats.t.ppf(0.975, 9) * np.std(SPLITS, ddof=1) * np.sqrt(1 / 10 + 360 / 1437)
    assert (found.kind, found.count, found.wilson) == ("splits", 10, None)
    assert (found.mean, found.spread) == pytest.approx((np.mean(SPLITS), np.std(SPLITS, ddof=1)))
    assert (found.low, found.high) == pytest.approx((np.mean(SPLITS) - margin, np.mean(SPLITS) + margin), rel=1e-12)
    assert margin / (stats.t.ppf(0.975, 9) * stats.sem(SPLITS)) == pytest.approx(1.87, abs=0.005)


def test_several_starts_of_a_split_count_as_one_split() -> None:
    twice = {
        (split, start): value + (start - 0.5) / 500 for (split, _), value in setting(*SPLITS).scores.items()
        for start in (0, 1)
    }  # fmt: skip
    one, two = s.estimate(setting(*SPLITS)), s.estimate(s.Setting(twice, 1437, 360))
    assert (two.count, two.low, two.high) == pytest.approx((one.count, one.low, one.high))


def test_starts_on_one_split_have_students_interval_and_wilsons_beside_it() -> None:
    values = [0.99, 0.9875, 0.9925, 0.99]
    found = s.estimate(s.Setting({("split", start): value for start, value in enumerate(values)}, 1437, 400))
    assert (found.kind, found.count) == ("starts", 4)
    expected = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-12)
    wilson = stats.binomtest(396, 400).proportion_ci(method="wilson")
    assert found.wilson == pytest.approx((wilson.low, wilson.high), rel=1e-12)
    assert found.wilson is not None
    assert found.low is not None
    assert found.wilson[0] < found.low


def test_blocks_are_folds_without_the_correction_for_random_splits() -> None:
    found = s.estimate(setting(*SPLITS[:5], blocks=True))
    expected = stats.t.interval(0.95, 4, loc=np.mean(SPLITS[:5]), scale=stats.sem(SPLITS[:5]))
    assert (found.kind, found.low, found.high) == ("folds", *map(pytest.approx, expected))


def test_an_interval_stays_among_the_accuracies() -> None:
    assert s.estimate(setting(1.0, 0.9, 1.0)).high == 1
    assert s.estimate(setting(0.0, 0.1, 0.0)).low == 0


@pytest.mark.parametrize(
    ("values", "reason"), [((), "none"), ((0.9,), "one"), ((0.9, 0.8), "two"), ((0.9,) * 9, "equal")]
)
def test_where_no_interval_can_be_given_there_is_a_reason(values: tuple[float, ...], reason: str) -> None:
    found = s.estimate(setting(*values))
    assert (found.low, found.high, found.reason) == (None, None, reason)
    assert (found.mean is None) == (not values)


def test_start_and_split_are_apart_as_in_an_analysis_of_variance() -> None:
    rng = np.random.default_rng(0)
    groups = [rng.normal(0.95 + 0.002 * rng.normal(), 0.003, size).tolist() for size in (8, 8, 7, 5, 1, 8)]
    scores = {(f"{split}", start): value for split, group in enumerate(groups) for start, value in enumerate(group)}
    found = s.variance(s.Setting(scores, 1437, 360))
    assert found is not None
    sizes = np.array([len(group) for group in groups])
    size = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    f = stats.f_oneway(*groups).statistic  # the ratio of the two mean squares
    assert found.split**2 == pytest.approx(max(0, (f - 1) * found.start**2 / size), rel=1e-9)
    pooled = sum((len(group) - 1) * np.var(group, ddof=1) for group in groups if len(group) > 1)
    assert found.start**2 == pytest.approx(pooled / (sizes.sum() - len(sizes)), rel=1e-9)
    assert found.start_share == pytest.approx(found.start**2 / (found.start**2 + found.split**2))


def test_the_parts_of_the_variance_come_back_from_data_made_of_them() -> None:
    rng = np.random.default_rng(1)
    scores = {
        (f"{split}", start): 0.9 + shift + 0.003 * rng.normal()
        for split, shift in enumerate(0.002 * rng.normal(size=400))
        for start in range(5)
    }
    found = s.variance(s.Setting(scores, 1437, 360))
    assert found is not None
    assert (found.start, found.split) == pytest.approx((0.003, 0.002), rel=0.08)


def test_one_start_or_one_split_shows_no_parts_of_the_variance() -> None:
    assert s.variance(setting(*SPLITS)) is None
    assert s.variance(s.Setting({("split", start): 0.9 for start in range(9)}, 1437, 360)) is None


def test_a_paired_difference_is_the_interval_of_the_differences() -> None:
    other = [value - step for value, step in zip(SPLITS, [0.01, 0.02, 0.0, 0.01, 0.015] * 2, strict=True)]
    steps = np.subtract(SPLITS, other)
    found = s.difference(setting(*SPLITS), setting(*other))
    error = np.std(steps, ddof=1) * np.sqrt(1 / 10 + 360 / 1437)
    margin = stats.t.ppf(0.975, 9) * error
    assert (found.low, found.high) == pytest.approx((steps.mean() - margin, steps.mean() + margin), rel=1e-9)
    (only,) = s.differences_to_best([setting(*SPLITS), setting(*other)])
    assert only.p == pytest.approx(2 * stats.t.sf(steps.mean() / error, 9), rel=1e-9)
    assert only.adjusted == only.p
    assert only.apart is (only.p is not None and only.p < 0.05)


def test_only_what_both_have_is_compared() -> None:
    one, other = setting(*SPLITS[:6]), setting(*SPLITS[:4])
    assert s.difference(one, other).count == 4
    assert s.difference(one, s.Setting({("another", 0): 0.9}, 1437, 360)).reason == "unpaired"
    less = s.Setting(other.scores, 400, 360)
    moved = s.Setting({key: value + index / 500 for index, (key, value) in enumerate(one.scores.items())}, 1437, 360)
    wide, narrow = s.difference(moved, less), s.difference(moved, other)
    assert wide.error is not None
    assert narrow.error is not None
    assert wide.error > narrow.error  # the training part that is smaller, and so the larger share


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_the_largest_of_the_bonferroni_of_all_that_rank_before(p_values: list[float]) -> None:
    """By its definition as a closed test: a hypothesis falls only if every intersection with it falls by Bonferroni."""
    count = len(p_values)
    for index, adjusted in enumerate(s.holm(p_values)):
        others = [other for other in range(count) if other != index]
        subsets = [(index, *rest) for size in range(count) for rest in combinations(others, size)]
        closed = max(min(1.0, len(subset) * min(p_values[each] for each in subset)) for subset in subsets)
        assert adjusted == pytest.approx(closed, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.data())
def test_holm_of_some_is_never_less_than_holm_of_all(p_values: list[float], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(p_values) - 1), min_size=1, unique=True))
    whole, part = s.holm(p_values), s.holm([p_values[index] for index in chosen], family=len(p_values))
    assert all(some >= whole[index] - 1e-12 for some, index in zip(part, chosen, strict=True))


def test_mcnemar_is_the_binomial_test_of_what_only_one_got_right() -> None:
    rng = random.Random(0)
    hits = [
        {("a", 0): [rng.random() < 0.9 for _ in range(360)], ("b", 0): [rng.random() < share for _ in range(360)]}
        for share in (0.95, 0.8)
    ]
    one, other = (s.Setting({}, 1437, 360, hits=each) for each in hits)
    pairs = s.mcnemar_pairs(one, other)
    assert [pair.split for pair in pairs] == ["a", "b"]
    for pair in pairs:
        assert pair.p == pytest.approx(
            stats.binomtest(pair.only_one, pair.only_one + pair.only_other).pvalue, rel=1e-12
        )
        rows = zip(hits[0][pair.split, 0], hits[1][pair.split, 0], strict=True)
        assert pair.only_one == sum(a and not b for a, b in rows)


def test_what_is_not_told_apart_stands_with_the_smallest_network_first() -> None:
    wobble = [0.004, -0.006, 0.003, 0.005, -0.004, 0.002, -0.003, 0.004, -0.005, 0.001]
    close = [value + step for value, step in zip(SPLITS, wobble, strict=True)]
    far = [value - 0.1 - step for value, step in zip(SPLITS, wobble, strict=True)]
    settings = [setting(*far, parameters=1), setting(*SPLITS, parameters=300), setting(*close, parameters=20)]
    found = s.differences_to_best(settings)
    assert s.best_setting(settings) == 2
    assert [(each.other, each.apart) for each in found] == [(0, True), (1, False)]
    assert not_told_apart(settings, found) == [2, 1]
    # two of three pairs are shown, but the best was chosen by looking at all three
    low, high = sorted(each.p or 0 for each in found)
    assert sorted(each.adjusted or 0 for each in found) == pytest.approx([3 * low, min(1, 2 * high)])


def test_of_equal_settings_the_smallest_network_is_the_best() -> None:
    assert s.best_setting([setting(0.9, parameters=9), setting(0.9, parameters=3), setting(0.9, parameters=5)]) == 1
    assert s.best_setting([setting()]) is None


def rivals(count: int, samples: int = 120, splits: int = 3) -> list[s.Setting]:
    rng = np.random.default_rng(count)
    held = {f"{split}": rng.permutation(samples)[:40].tolist() for split in range(splits)}
    settings = []
    for _ in range(count):
        hits = {(split, 0): (rng.random(40) < 0.8).tolist() for split in held}
        scores = {key: float(np.mean(each)) for key, each in hits.items()}
        settings.append(s.Setting(scores, 80, 40, hits=hits, held=held))
    return settings


def test_the_best_of_many_is_the_bootstrap_of_its_definition() -> None:
    """The same draws, and everything else one sample at a time."""
    settings = rivals(7)
    samples = sorted({sample for each in settings for ids in each.held.values() for sample in ids})
    drawn = bests._bootstraps(len(samples), 40, 5)
    assert drawn.sum(axis=0).tolist() == [len(samples)] * 40
    scores = []
    for times in drawn.T:
        times_of = dict(zip(samples, times, strict=True))

        def share(each: s.Setting, weight: object) -> float:
            pairs = [
                (hit, weight(times_of[sample]))  # type: ignore[operator] # noqa: B023
                for (split, _), hits in each.hits.items()
                for sample, hit in zip(each.held[split], hits, strict=True)
            ]
            return sum(hit * many for hit, many in pairs) / sum(many for _, many in pairs)

        winner = max(settings, key=lambda each: share(each, lambda times: times))
        scores.append(share(winner, lambda times: times == 0))
    found = s.best_of(settings, rounds=40, random_state=5)
    assert found is not None
    assert found.expected == pytest.approx(float(np.mean(scores)), rel=1e-12)
    assert found.claimed == pytest.approx(max(float(np.mean(list(each.scores.values()))) for each in settings))


def test_the_best_of_many_is_the_same_in_any_room(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = s.best_of(rivals(9))
    monkeypatch.setattr(bests, "_CELLS", 1)
    assert s.best_of(rivals(9)) == whole
    assert s.best_of(rivals(1)) is None


def test_choosing_among_equals_is_corrected_to_what_they_are_worth() -> None:
    """Every setting is worth 80 %: the claim grows with their number, the corrected value does not."""
    found = {count: s.best_of(rivals(count)) for count in (2, 8, 64)}
    claims = [each.claimed for each in found.values() if each]
    assert claims == sorted(claims)
    many = found[64]
    assert many is not None
    assert many.claimed - 0.8 > 0.06
    assert abs(many.expected - 0.8) < 0.03


def test_unstable_samples_are_those_that_are_sometimes_wrong() -> None:
    held = {"a": [3, 5, 7, 9], "b": [5, 3, 8, 9]}
    hits = {("a", 0): [1, 1, 0, 0], ("a", 1): [1, 0, 0, 0], ("b", 0): [0, 1, 0, 0]}
    setting = s.Setting({}, 10, 4, hits=hits, held=held)
    found = s.stability(setting, kept={("b", 0)})
    assert found.held_twice == 4  # 8 was held out once
    assert found.unstable == [s.Sample(5, 3, 2, ("a", 0), ("b", 0))]
    assert found.never_right == [s.Sample(9, 3, 3, None, ("b", 0)), s.Sample(7, 2, 2, None, ("a", 0))]


def coverage(trials: int, count: int) -> dict[str, float]:
    """Of nearest-mean classifiers in one dimension: how often each interval holds the accuracy of the whole world."""
    rng = random.Random(7)
    world = [(rng.gauss(label, 0.6), label) for label in (0, 1) for _ in range(20_000)]
    held = {"splits": 0, "plain": 0}
    for _ in range(trials):
        data = rng.sample(world, 200)
        scores, truths = {}, []
        for split in range(count):
            rng.shuffle(data)
            train, test = data[:160], data[160:]
            middles = [np.mean([x for x, label in train if label == wanted]) for wanted in (0, 1)]
            threshold = float(np.mean(middles))
            scores[f"{split}", 0] = sum((x > threshold) == label for x, label in test) / len(test)
            truths.append(1 - stats.norm.sf(threshold / 0.6) / 2 - stats.norm.cdf((threshold - 1) / 0.6) / 2)
        truth = float(np.mean(truths))
        corrected = s.estimate(s.Setting(scores, 160, 40))
        plain = s.estimate(s.Setting(scores, 160, 40, blocks=True))
        for name, found in (("splits", corrected), ("plain", plain)):
            low, high = (found.mean, found.mean) if found.low is None else (found.low, found.high)
            held[name] += (low or 0) <= truth <= (high or 0)
    return {name: hits / trials for name, hits in held.items()}


def test_the_corrected_interval_covers_and_the_plain_one_does_not() -> None:
    found = coverage(300, 10)
    assert found == json.loads((GOLDEN / "coverage.json").read_text(encoding="utf-8"))
    assert found["splits"] >= 0.94
    assert found["plain"] < 0.88
