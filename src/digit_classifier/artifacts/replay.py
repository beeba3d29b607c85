"""The outcome of training a run again: how alike the results are, how alike they were promised to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
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
    from collections.abc import Sequence

__all__ = ["REPLAY", "build_mark", "build_replay", "validate_replay_payload"]

BIT_IDENTICAL = "bit-identical"  # every number of every file
METRIC_IDENTICAL = "metric-identical (1e-9)"  # every prediction, and every score to nine digits
WITHIN_NOISE = "within seed noise"  # no more different than two runs that differ by chance
DIFFERENT = "different"
TIERS = (BIT_IDENTICAL, METRIC_IDENTICAL, WITHIN_NOISE, DIFFERENT)  # each implies those after it, but for the last

MAX_FACTS = 11  # of the environment: as many as replay.promise knows causes
SCHEMA = document(
    "replay",
    {
        "run_id": nullable(RUN_ID),
        "manifest_sha256": SHA256,
        "replayed": CREATED,
        "tier": one_of(*TIERS),
        "promised": one_of(*TIERS),
        "held": FLAG,
        "environment": arr(obj({"fact": KEY, "run": FACT, "here": FACT}), 0, MAX_FACTS),
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
        "differs": arr(KEY, 0, MAX_FACTS),
    }
)


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
    check_payload(payload, SCHEMA, "replay")
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


REPLAY = Artifact("replay.json", SCHEMA, build_replay, validate_replay_payload, compared=False)
