"""What many runs show, in sentences for readers who know no statistics.

Every number stands with what it may be luck in it. The page has the same functions in frontend/src/sweep/words.ts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.words import say, thing_named_by
from digit_classifier.words.numbers import certainty, ends, fixed, percent, significant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digit_classifier.artifacts import Payload

CURVE = "train_share"
LEAST = 0.0005  # half of the last digit of a difference in points: less is not worth a sentence


def sweep_sentences(sweep: Payload) -> list[str]:
    """The result of a sweep, then what to know of it; `sweep` is a sweep.json."""
    best = sweep["best"]
    if best is None:
        return [_sentence("sweep.nothing"), *_progress(sweep)]
    lines = _curve(sweep) if is_curve(sweep) else [_result(sweep), *_rivals(sweep), *_choice(sweep)]
    return [*lines, *_luck(sweep, best["setting"]), *_people(sweep), *_progress(sweep)]


def difference_sentence(sweep: Payload, row: int) -> str:
    """The best setting beside another: by how much it is better, and whether that may be luck."""
    table = sweep["differences"]
    mean, low, high, reason = (table[key][row] for key in ("mean", "low", "high", "reason"))
    best, other = (setting_name(sweep, index) for index in (sweep["best"]["setting"], table["other"][row]))
    if mean is None:
        return _sentence("sweep.difference.unknown", best=best, other=other, reason=say("sweep.reason.unpaired"))
    case = "equal" if mean == 0 else "better" if mean > 0 else "worse"
    start = say(f"sweep.difference.{case}", best=best, other=other, points=points(mean))
    if reason is not None:
        unit = sweep["settings"]["kind"][sweep["best"]["setting"]]
        return _sentence("sweep.difference.reason", difference=start, reason=_reason(reason, unit, table["count"][row]))
    verdict = "apart" if table["apart"][row] else "together" if low <= 0 <= high else "many"
    said = say(f"sweep.verdict.{verdict}")
    return _sentence("sweep.difference.interval", difference=start, low=signed(low), high=signed(high), verdict=said)


def is_curve(sweep: Payload) -> bool:
    """Whether nothing but the share of the training samples varies: a learning curve, which chooses nothing."""
    return [axis["name"] for axis in sweep["axes"]] == [CURVE]


def setting_name(sweep: Payload, index: int) -> str:
    """A setting by its values: `cnn`, or `epochs 20, learning rate 0.01`."""
    axes, values = sweep["axes"], sweep["settings"]["values"][index]
    if not axes:
        return say("sweep.only")
    if len(axes) == 1 and isinstance(values[0], str):
        return values[0]
    parts = [f"{axis['name'].replace('_', ' ')} {value_text(value)}" for axis, value in zip(axes, values, strict=True)]
    return ", ".join(parts)


def row_name(sweep: Payload, index: int) -> str:
    """The same in a row whose head names the settings: `20 · 0.01`."""
    if not sweep["axes"]:
        return say("sweep.only")
    return " · ".join(map(value_text, sweep["settings"]["values"][index]))


def axes_name(sweep: Payload) -> str:
    """That head: `epochs · learning rate`."""
    return " · ".join(axis["name"].replace("_", " ") for axis in sweep["axes"])


def value_text(value: Any) -> str:
    """A value of a setting as people write it: `128-64`, `0.0001`, `none`."""
    if value is None or value == []:
        return say("sweep.none")
    if isinstance(value, bool):
        return say("sweep.on" if value else "sweep.off")
    if isinstance(value, list):
        return "-".join(map(str, value))
    if isinstance(value, int | float):
        text = significant(value, 6)
        plain = value == 0 or 1e-6 <= abs(float(text)) < 1e21
        return text if plain else f"{float(text):.6g}".replace("e-0", "e-")
    return str(value)


def points(difference: float) -> str:
    """A difference of accuracies in percentage points, without its sign: `0.9`."""
    size = abs(100 * difference)
    texts = [fixed(size, decimals) for decimals in (1, 2, 3, 4)]
    return next((text for text in texts if size == 0 or float(text) > 0), texts[-1])


def signed(difference: float) -> str:
    """The same with its sign: `+0.9`."""
    return f"{'+' if difference > 0 else '−' if difference < 0 else '±'}{points(difference)}"


def _result(sweep: Payload) -> str:
    best, found = sweep["best"]["setting"], sweep["settings"]
    text = _accuracy(sweep, {key: found[key][best] for key in ("kind", "count", "mean", "low", "high", "reason")})
    if len(found["values"]) == 1:
        return f"{text[0].upper()}{text[1:]}."
    return _sentence("sweep.best", name=setting_name(sweep, best), result=text)


def _accuracy(sweep: Payload, found: Mapping[str, Any]) -> str:
    kind, count = found["kind"], found["count"]
    thing = thing_named_by(sweep["dataset"]["class_names"], table="feature_names" in sweep["dataset"])
    text = say(f"sweep.{kind}", count, share=percent(found["mean"]), things=say(thing, 2))
    if found["reason"] is not None:
        return say("sweep.without", result=text, reason=_reason(found["reason"], kind, count))
    low, high = ends(found["low"], found["high"])
    return say("sweep.with", result=text, interval=say("interval", low=low, high=high))


def _reason(reason: str, kind: str, count: int) -> str:
    return say(f"sweep.reason.{reason}", count, unit=say(f"sweep.unit.{kind}", count))


def _rivals(sweep: Payload) -> list[str]:
    """How many of the other settings may be as good, the smallest network among them, and how many cannot be told."""
    best, table = sweep["best"], sweep["differences"]
    unpaired = table["mean"].count(None)
    all_equal, others = best["not_told_apart"], len(table["other"]) - unpaired
    equal, lines = [index for index in all_equal if index != best["setting"]], []
    if others and not equal:
        lines.append(_sentence("sweep.rivals.none", others))
    elif others and len(equal) == 1:
        lines.append(_sentence("sweep.rivals.one", name=setting_name(sweep, equal[0])))
    elif others and len(equal) == others:
        lines.append(_sentence("sweep.rivals.all", others))
    elif others:
        lines.append(_sentence("sweep.rivals.some", len(equal), all=f"{others:,}"))
    if len({sweep["settings"]["parameters"][index] for index in all_equal}) > 1:
        lines.append(_sentence("sweep.smallest", name=setting_name(sweep, all_equal[0])))
    if unpaired:
        lines.append(_sentence("sweep.rivals.unpaired", unpaired))
    return lines


def _choice(sweep: Payload) -> list[str]:
    best = sweep["best"]
    lines, count = [], best["chosen_among"]
    if best["expected"] is None:
        if count > 1:  # no rival is left beside the winner of a halving
            lines.append(_sentence("sweep.choice.unknown", count))
    else:
        loss = best["claimed"] - best["expected"]
        if loss < LEAST:
            lines.append(_sentence("sweep.choice.free", count))
        else:
            lines.append(_sentence("sweep.choice", count, points=points(loss), expected=percent(best["expected"])))
    if best["confirmed"] is not None:
        lines.append(_sentence("sweep.confirmed", result=_accuracy(sweep, best["confirmed"])))
    return lines


def _curve(sweep: Payload) -> list[str]:
    means, values = sweep["settings"]["mean"], [each[0] for each in sweep["settings"]["values"]]
    scored = [(value, mean) for value, mean in zip(values, means, strict=True) if mean is not None]
    known = sorted(each for each in scored if isinstance(each[0], (int, float)))
    if len(known) <= 1:
        return [_result(sweep)]
    (least, worst), (most, final) = known[0], known[-1]
    return [
        _sentence("sweep.curve", most=percent(most), final=percent(final), least=percent(least), worst=percent(worst))
    ]


def _luck(sweep: Payload, best: int) -> list[str]:
    """What the interval is of: the start, the split, folds; and how much of it is the start."""
    found = {key: column[best] for key, column in sweep["settings"].items()}
    lines = []
    if found["kind"] == "starts" and found["wilson_low"] is not None:
        low, high = ends(found["wilson_low"], found["wilson_high"])
        own = 0 if found["low"] is None else found["high"] - found["low"]
        key = "size" if not own else "starts" if own < found["wilson_high"] - found["wilson_low"] else "both"
        interval = say("interval", low=low, high=high)
        lines.append(_sentence(f"sweep.luck.{key}", holdout=f"{found['holdout']:,}", interval=interval))
    if found["kind"] == "folds":
        lines.append(_sentence("sweep.luck.folds"))
    if found["start_share"] is not None:
        lines.append(_sentence("sweep.luck.share", share=certainty(found["start_share"])))
    return lines


def _people(sweep: Payload) -> list[str]:
    random = {"random", "folds"} & set(sweep["splits"])
    return [_sentence("sweep.writers")] if sweep["dataset"]["name"] == "digits" and random else []


def _progress(sweep: Payload) -> list[str]:
    done, failed = (sum(sweep["settings"][key]) for key in ("points", "failed"))  # listed or not
    lines = []
    if failed:
        lines.append(_sentence("sweep.failed", failed, all=f"{done:,}"))
    if done < sweep["planned"]:
        lines.append(_sentence("sweep.unfinished", done, all=f"{sweep['planned']:,}"))
    if sweep["environments"] > 1:
        lines.append(_sentence("sweep.environments", sweep["environments"]))
    return lines


def _sentence(key: str, count: int | None = None, **values: object) -> str:
    return f"{say(key, count, **values)}."
