from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digit_classifier.artifacts import ARTIFACTS, Artifact
from digit_classifier.artifacts import schema as s
from digit_classifier.artifacts.__main__ import schema_files
from digit_classifier.errors import ArtifactError, show
from mutations import VALUES, mutated

SCORE = s.obj(
    {"f1-score": s.nullable(s.UNIT), "support": s.COUNT}, optional={"reasons": s.mapping(s.text(1, 9), s.line(0, 500))}
)
ZOO = s.document(
    "zoo",
    {
        "report": s.obj({"accuracy": s.UNIT}, extra=SCORE),
        "matrix": s.arr(s.arr(s.COUNT, 2, 2), 1, 3),
        "curve": s.arr(s.nullable(s.number(low=0))),
        "sha256": s.SHA256,
        "kind": s.one_of("relu", "softmax"),
        "level": s.one_of(0.95),
        "name": s.text(1, 5),
        "flag": s.FLAG,
        "config": s.mapping(
            s.text(1, 9, "^[a-z_]+$"), {"type": ["string", "number", "null", "array"], "items": s.integer(1, 9)}
        ),
        "any": s.number(),
        "list": s.nullable(s.arr(s.integer(), 1)),
    },
    optional={"note": s.line(0, 500)},
)
EXAMPLE: dict[str, Any] = {
    "schema_version": 1,
    "report": {"accuracy": 0.5, "3": {"f1-score": None, "support": 4, "reasons": {"f1-score": "never seen"}}},
    "matrix": [[1, 2], [3, 4]],
    "curve": [0.5, None, 2],
    "sha256": "0123456789abcdef" * 4,
    "kind": "relu",
    "level": 0.95,
    "name": "añ𝟛",
    "flag": True,
    "config": {"hidden": [1, 2], "rate": 0.1, "label": None},
    "any": -1.5,
    "list": None,
    "note": "",
}
ORACLE = jsonschema.Draft202012Validator(ZOO)


def plain(value: Any) -> bool:
    """The rules we add to JSON Schema."""
    if isinstance(value, dict):
        return all(plain(key) and plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    if isinstance(value, str):
        return not any("\ud800" <= c <= "\udfff" for c in value) and not value.endswith("\n")
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**53


def refusal(value: Any, schema: s.Schema, where: str = "v") -> str | None:
    try:
        s.check(value, schema, where)
    except ArtifactError as error:
        return str(error)
    return None


def test_the_declarations_are_valid_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(ZOO)


@given(mutated([EXAMPLE]))
def test_it_accepts_and_refuses_what_the_jsonschema_package_does(value: Any) -> None:
    assert (refusal(value, ZOO) is None) == (ORACLE.is_valid(value) and plain(value))


@given(st.sampled_from(list(ZOO["properties"].values())), VALUES)
def test_each_declaration_alone_agrees_with_the_jsonschema_package(schema: s.Schema, value: Any) -> None:
    oracle = jsonschema.Draft202012Validator(schema)
    assert (refusal(value, schema) is None) == (oracle.is_valid(value) and plain(value))


@given(
    st.lists(
        st.one_of(st.integers(-2, 300), st.floats().filter(lambda v: v % 1 != 0), st.just(2**60), st.just(True)),
        max_size=6,
    )
)
def test_a_list_of_numbers_passes_exactly_when_each_of_them_does(values: list[float]) -> None:
    for item in (s.number(), s.UNIT, s.integer(0, 255), s.COUNT, s.number(high=2)):
        assert (refusal(values, s.arr(item)) is None) == all(refusal(value, item) is None for value in values)


@pytest.mark.parametrize(
    ("value", "schema", "message"),
    [
        (1.2, s.UNIT, "v: expected 0..1, got 1.2"),
        (math.nan, s.UNIT, "v: expected 0..1, got nan"),
        (math.inf, s.number(), "v: expected a finite number, got inf"),
        (True, s.COUNT, "v: expected an integer ≥ 0, got true"),
        (1.0, s.COUNT, "v: expected an integer ≥ 0, got 1.0"),
        (2**53, s.number(), f"v: expected a finite number, got {2**53}"),
        (10**400, s.COUNT, "v: expected an integer ≥ 0, got an integer of 1329 bits"),
        (10, s.integer(0, 9), "v: expected an integer 0..9, got 10"),
        ("b", s.nullable(s.UNIT), "v: expected 0..1 or null, got 'b'"),
        ("tanh", s.one_of("relu", "softmax"), "v: expected 'relu', 'softmax', got 'tanh'"),
        ("", s.text(1, 40), "v: expected text of 1..40 characters, got ''"),
        ("0" * 63 + "\n", s.SHA256, "v: expected 64 lower-case hexadecimal digits, got '" + "0" * 56 + "..."),
        ("a\x1b[31m\u202e\nb", s.SHA256, r"v: expected 64 lower-case hexadecimal digits, got 'a\x1b[31m\u202e\nb'"),
        ("\ud800", s.text(0, 9), r"v: expected text of 0..9 characters, got '\ud800'"),
        ([1], s.arr(s.UNIT, 2, 2), "v: expected a list of 2, got a list of 1"),
        ([0.5, [0.5]], s.arr(s.UNIT), "v[1]: expected 0..1, got a list of 1"),
        ((1, 2), s.arr(s.UNIT), "v: expected a list, got Python's tuple"),
        ({}, SCORE, "v['f1-score']: expected 0..1 or null, got nothing"),
        ({"f1-score": 1, "support": 0, "x y": 3}, SCORE, "v['x y']: expected no such key, got 3; the keys are"),
        ({1: "x"}, s.mapping(s.text(1, 9), s.line(0, 500)), "v: expected keys to be text of 1..9 characters, got 1"),
    ],
)
def test_the_message_names_place_expectation_and_value(value: Any, schema: s.Schema, message: str) -> None:
    assert (refusal(value, schema) or "accepted").startswith(message)


def test_a_path_names_every_level() -> None:
    broken = EXAMPLE | {"report": {"accuracy": 0.5, "3": {"f1-score": 1.2, "support": 4}}}
    assert refusal(broken, ZOO, "zoo") == "zoo.report['3']['f1-score']: expected 0..1 or null, got 1.2"
    assert (
        refusal(EXAMPLE | {"matrix": [[1, 2], [3, -4]]}, ZOO, "zoo")
        == "zoo.matrix[1][1]: expected an integer ≥ 0, got -4"
    )


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "got a list of 1" in (refusal(EXAMPLE | {"matrix": deep}, ZOO) or "")


@given(VALUES)
def test_a_shown_value_is_one_short_printable_line(value: Any) -> None:
    assert show(value).isprintable()
    assert len(show(value)) <= 60


def test_a_newer_file_says_that_upgrading_helps() -> None:
    with pytest.raises(ArtifactError, match=r"zoo\.schema_version: expected 1, got 2: written by a newer version"):
        s.check_payload({"schema_version": 2, "new": True}, ZOO, "zoo")
    for version in (0, "2", True, None):
        with pytest.raises(ArtifactError, match=r"zoo\.schema_version: expected 1, got"):
            s.check_payload(EXAMPLE | {"schema_version": version}, ZOO, "zoo")


@pytest.mark.parametrize("value", [None, 3, [], "text"])
def test_a_file_that_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(ArtifactError, match="zoo: expected an object, got"):
        s.check_payload(value, ZOO, "zoo")


# A file that has had three forms, of which the second was never published: an amount became two.
FIRST = s.document("purse", {"coins": s.COUNT, "owner": s.text(1, 9)})
THIRD = s.document("purse", {"coins": s.mapping(s.text(1, 9), s.COUNT)}, optional={"owner": s.line(1, 9)}, version=3)
PURSE = s.versions(FIRST, THIRD)
PURSES: list[Any] = [
    {"schema_version": 1, "coins": 3, "owner": "Ada"},
    {"schema_version": 3, "coins": {"gold": 1, "silver": 2}},
    {"schema_version": 3, "coins": {}, "owner": "Ada"},
]


def purse_refusal(value: Any) -> str | None:
    try:
        s.check_payload(value, PURSE, "purse")
    except ArtifactError as error:
        return str(error)
    return None


@pytest.mark.parametrize("purse", PURSES)
def test_every_published_version_of_a_file_is_read(purse: Any) -> None:
    assert purse_refusal(purse) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 4}, "purse.schema_version: expected 1 or 3, got 4: written by a newer version of"),
        (
            {"schema_version": 4, "new": 1},
            "purse.schema_version: expected 1 or 3, got 4: written by a newer version of",
        ),
        ({"schema_version": 2}, "purse.schema_version: expected 1 or 3, got 2"),
        ({"schema_version": 0}, "purse.schema_version: expected 1 or 3, got 0"),
        ({"schema_version": "3"}, "purse.schema_version: expected 3, got '3'"),
        ({"schema_version": True}, "purse.schema_version: expected 3, got true"),
        ({"schema_version": 1}, "purse.owner: expected text of 1..9 characters, got nothing"),
        ({"coins": 3}, "purse.coins: expected an object, got 3"),  # of the first version, in the third
    ],
)
def test_a_file_is_checked_as_the_version_that_it_says_it_is(change: dict[str, Any], message: str) -> None:
    refused = purse_refusal(PURSES[1] | change) or "accepted"
    assert refused.startswith(message)
    assert ("newer" in refused) == ("newer" in message)


@given(mutated(PURSES))
def test_several_versions_are_accepted_and_refused_as_the_jsonschema_package_does(value: Any) -> None:
    oracle = jsonschema.Draft202012Validator(PURSE)
    assert (purse_refusal(value) is None) == (oracle.is_valid(value) and plain(value))


def test_the_published_schema_of_several_versions_is_valid_and_lists_them_oldest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    purse = Artifact("purse.json", PURSE, dict, lambda _: None)
    monkeypatch.setitem(ARTIFACTS, "purse.json", purse)
    published = json.loads(schema_files()["purse.schema.json"])
    jsonschema.Draft202012Validator.check_schema(published)
    assert published == PURSE
    assert (published["$id"], published["title"]) == ("urn:digit-classifier:purse", "purse.json")
    assert [each["properties"]["schema_version"]["const"] for each in published["oneOf"]] == [1, 3]
    assert [s.check(purse, each, "purse") for purse, each in zip(PURSES, published["oneOf"], strict=False)] == [
        None
    ] * 2
