"""What came out when a run was trained again: how alike the results are, how alike they were promised to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.rules import CREATED, FILE_NAME, RUN_ID, Payload, require
from digit_classifier.artifacts.run_summary import FACT, KEY
from digit_classifier.artifacts.schema import (
    COUNT,
    FLAG,
    SHA256,
    arr,
    check_payload,
    document,
    line,
    nullable,
    number,
    obj,
    one_of,
)
from digit_classifier.errors import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BIT_IDENTICAL = "bit-identical"  # every number of every file
METRIC_IDENTICAL = "metric-identical (1e-9)"  # every prediction, and every score to nine digits
WITHIN_NOISE = "within seed noise"  # no more apart than two runs that differ by chance
DIFFERENT = "different"
TIERS = (BIT_IDENTICAL, METRIC_IDENTICAL, WITHIN_NOISE, DIFFERENT)  # each implies those after it, but for the last

PROMISES = {  # (arithmetic, environment) → the tier that is promised
    ("exact", "the same"): BIT_IDENTICAL,
    ("exact", "another"): BIT_IDENTICAL,
    ("ordinary", "the same"): BIT_IDENTICAL,
    # float32 sums in another order, which a long training amplifies: in 10 random states the log loss of the mlp moved
    # by up to 0.003, where its deviation between random states is 0.008 (docs/reproducibility.md).
    ("ordinary", "another"): WITHIN_NOISE,
}
CAUSES = {  # the facts that make an environment another one, likeliest cause of a difference first → what they change
    "blas_kernel": "the order of the sums in matrix products",
    "numpy_simd": "the last digit of exp and log",
    "machine": "every rounding the compiler chose",
    "processor": "which of the machine's instructions are used",
    "blas": "the order of the sums in matrix products",
    "blas_version": "the order of the sums in matrix products",
    "numpy": "the last digit of exp, log and sums",
    "blas_threads": "the order of the sums in matrix products",
    "digit_classifier": "anything that its changelog names",
    "python": "how NumPy was compiled",
    "system": "the last digit of the C library's log",
}

REPLAY = document(
    "replay",
    {
        "run_id": nullable(RUN_ID),
        "manifest_sha256": SHA256,
        "replayed": CREATED,
        "tier": one_of(*TIERS),
        "promised": one_of(*TIERS),
        "held": FLAG,
        "environment": arr(obj({"fact": KEY, "run": FACT, "here": FACT}), 0, len(CAUSES)),
        "artifacts": arr(
            obj(
                {
                    "file": FILE_NAME,
                    "equal": FLAG,
                    "places": COUNT,
                    "first": nullable(line(1, 300)),
                    "largest": nullable(number(0)),
                }
            ),
            1,
            32,
        ),
    },
)
MARK = obj(
    {
        "replayed": CREATED,
        "tier": one_of(*TIERS),
        "promised": one_of(*TIERS),
        "held": FLAG,
        "differs": arr(KEY, 0, len(CAUSES)),
    }
)


def environment_differences(run: Mapping[str, Any], here: Mapping[str, Any]) -> list[Payload]:
    """The facts that differ between two environments and may explain a difference, the likeliest first.

    A fact that only one of them knows counts as another: what was not recorded cannot be promised to be the same.
    """
    pairs = [(fact, run.get(fact), here.get(fact)) for fact in CAUSES if fact in run or fact in here]
    return [{"fact": fact, "run": one, "here": other} for fact, one, other in pairs if one != other]


def promise(config: Mapping[str, Any], environment: Sequence[Payload]) -> str:
    """The tier that is promised to a run with this configuration where these facts differ."""
    arithmetic = "exact" if config.get("exact", False) is True else "ordinary"
    return PROMISES[arithmetic, "another" if environment else "the same"]


def build_replay(
    run_id: str | None,
    manifest_sha256: str,
    replayed: str,
    tier: str,
    promised: str,
    environment: Sequence[Payload],
    artifacts: Sequence[Payload],
) -> Payload:
    """replays/<run id>.json; `environment` as `environment_differences` gives it, `replayed` is UTC."""
    return {
        "schema_version": 1,
        "run_id": run_id,
        "manifest_sha256": manifest_sha256,
        "replayed": replayed,
        "tier": tier,
        "promised": promised,
        "held": TIERS.index(tier) <= TIERS.index(promised),
        "environment": list(environment),
        "artifacts": list(artifacts),
    }


def build_mark(replay: Payload) -> Payload:
    """What the index says of a replay."""
    mark = {key: replay[key] for key in ("replayed", "tier", "promised", "held")}
    return mark | {"differs": [each["fact"] for each in replay["environment"]]}


def validate_replay_payload(payload: Payload) -> None:
    """Check replays/<run id>.json."""
    check_payload(payload, REPLAY, "replay")
    check_mark(payload, "replay")
    same = True
    for index, each in enumerate(payload["artifacts"]):
        where, fine = f"replay.artifacts[{index}]", each["equal"]
        require((each["places"] == 0) == fine, f"{where}.places", "0 exactly where files are equal", each["places"])
        require((each["first"] is None) == fine, f"{where}.first", "null exactly where files are equal", each["first"])
        same = same and fine
    tier = payload["tier"]
    require((tier == BIT_IDENTICAL) == same, "replay.tier", f"{show(BIT_IDENTICAL)} exactly where all are equal", tier)


def check_mark(mark: Payload, where: str) -> None:
    """The promise held exactly where the tier is the promised one, or above."""
    held = TIERS.index(mark["tier"]) <= TIERS.index(mark["promised"])
    require(mark["held"] == held, f"{where}.held", show(held), mark["held"])
