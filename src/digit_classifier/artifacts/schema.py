"""A checker for the few keywords of JSON Schema (draft 2020-12) that our files need, and shorthands to declare them.

Ours instead of Pydantic or jsonschema because the store and the sample seeder must run on a bare interpreter, and
because importing Pydantic takes longer than training a small network.
"""

from __future__ import annotations

import re
from itertools import chain
from math import isfinite
from typing import Any

from digit_classifier.errors import ArtifactError, at, show

Schema = dict[str, Any]

SAFE_INTEGER = 2**53 - 1  # beyond it JavaScript, and any reader that goes through float64, loses digits
_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
_NOUNS = {"boolean": "true or false", "number": "a finite number", "integer": "an integer", "string": "text"}
_NOUNS |= {"array": "a list", "object": "an object", "null": "null"}


def check(value: object, schema: Schema, where: str) -> None:
    """Raise ArtifactError at the first place where a value breaks its schema.

    Stricter than JSON Schema where files from elsewhere would hurt: numbers are finite, 1.0 is not an integer, integers
    stay within ±(2⁵³ − 1), text holds no half surrogate pair, a pattern covers the whole text, and only plain JSON
    types count. Every schema names its `type` and describes its extra keys, so the recursion is as deep as the
    schema, however deep the value.
    """
    if not _fits(value, schema):
        raise ArtifactError(f"{where}: expected {expected(schema)}, got {show(value)}")
    if isinstance(value, dict):
        _check_object(value, schema, where)
    elif isinstance(value, list) and not _all_fine(value, schema["items"]):
        for index, item in enumerate(value):
            check(item, schema["items"], f"{where}[{index}]")


def check_payload(payload: object, schema: Schema, where: str) -> None:
    """Check a whole file by the schema of its own version; one of a newer version is told apart from a broken one."""
    known = {each["properties"]["schema_version"]["const"]: each for each in alternatives(schema)}
    newest, version = max(known), payload.get("schema_version") if isinstance(payload, dict) else None
    if type(version) is int and version not in known:
        newer = ": written by a newer version of digit-classifier; try upgrading" if version > newest else ""
        wanted = " or ".join(map(str, known))
        raise ArtifactError(f"{where}.schema_version: expected {wanted}, got {show(version)}{newer}")
    check(payload, known[version] if type(version) is int else known[newest], where)


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas of a file's versions, oldest first."""
    found: list[Schema] = schema.get("oneOf", [schema])
    return found


def in_version(version: int, payload: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """What an older version of a file would have held: its keys alone."""
    (keys,) = (
        each["properties"] for each in alternatives(schema) if each["properties"]["schema_version"]["const"] == version
    )
    return {key: value for key, value in payload.items() if key in keys} | {"schema_version": version}


def _check_object(value: dict[Any, Any], schema: Schema, where: str) -> None:
    properties: Schema = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            raise ArtifactError(f"{at(where, key)}: expected {expected(properties[key])}, got nothing")
    for key, item in value.items():
        if key not in properties and schema["additionalProperties"] is False:
            known = ", ".join(properties)
            raise ArtifactError(f"{at(where, key)}: expected no such key, got {show(item)}; the keys are {known}")
        if "propertyNames" in schema and not _fits(key, schema["propertyNames"]):
            raise ArtifactError(f"{where}: expected keys to be {expected(schema['propertyNames'])}, got {show(key)}")
        inner = properties.get(key) or schema["additionalProperties"]
        if isinstance(item, (dict, list)) or not _fits(item, inner):  # paths are spelt out only where they may be shown
            check(item, inner, at(where, key))


def _fits(value: object, schema: Schema) -> bool:
    """Whether a value suits its schema, its items and properties aside."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        return "null" in kinds
    kind = _KINDS.get(type(value))
    if kind not in kinds and not (kind == "integer" and "number" in kinds):
        return False
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        return False
    if isinstance(value, float) or (isinstance(value, int) and kind != "boolean"):
        finite = isfinite(value) if isinstance(value, float) else -SAFE_INTEGER <= value <= SAFE_INTEGER
        return finite and not value < schema.get("minimum", value) and not value > schema.get("maximum", value)
    if isinstance(value, str):
        return _length_fits(value, schema, "Length") and _text_fits(value, schema)
    return not isinstance(value, list) or _length_fits(value, schema, "Items")


def _length_fits(value: str | list[Any], schema: Schema, what: str) -> bool:
    length = len(value)
    return bool(schema.get("min" + what, 0) <= length <= schema.get("max" + what, length))


def _text_fits(value: str, schema: Schema) -> bool:
    whole = value.isascii() or not re.search("[\ud800-\udfff]", value)  # half a character cannot be written as UTF-8
    return whole and ("pattern" not in schema or re.fullmatch(schema["pattern"], value) is not None)


def _all_fine(values: list[Any], schema: Schema) -> bool:
    """Whether a look at all values together proves that each one fits.

    A run has tens of thousands of numbers and an index thousands of rows, nearly always valid: extremes stand for
    numbers, and rows are taken column by column. False only means that they have to be checked one by one.
    """
    kind = schema["type"]
    if isinstance(kind, list):
        kind, values = kind[0], [value for value in values if value is not None]
    if "const" in schema or "enum" in schema:
        return False
    types = set(map(type, values))
    if kind in ("number", "integer"):
        return types <= ({int} if kind == "integer" else {int, float}) and _numbers_fine(values, schema)
    if kind == "string":
        return types <= {str} and _texts_fine(values, schema)
    if kind == "array":
        items = list(chain.from_iterable(values)) if types <= {list} else []
        return types <= {list} and _lengths_fine(values, schema, "Items") and _all_fine(items, schema["items"])
    if kind == "object":
        return types <= {dict} and _rows_fine(values, schema)
    return kind == "boolean" and types <= {bool}


def _numbers_fine(values: list[Any], schema: Schema) -> bool:
    low = max(schema.get("minimum", -SAFE_INTEGER), -SAFE_INTEGER)
    high = min(schema.get("maximum", SAFE_INTEGER), SAFE_INTEGER)
    # A NaN can hide from min and max, but not from the sum.
    return not values or bool(low <= min(values) and max(values) <= high and isfinite(sum(values)))


def _lengths_fine(values: list[Any], schema: Schema, what: str) -> bool:
    low, high = schema.get("min" + what, 0), schema.get("max" + what)
    return all(low <= length and (high is None or length <= high) for length in set(map(len, values)))


def _texts_fine(values: list[str], schema: Schema) -> bool:
    plain = _lengths_fine(values, schema, "Length") and all(map(str.isascii, values))
    return plain and ("pattern" not in schema or all(map(re.compile(schema["pattern"]).fullmatch, values)))


def _rows_fine(rows: list[dict[Any, Any]], schema: Schema) -> bool:
    if not rows or schema["additionalProperties"] is not False:
        return not rows
    keys, properties = rows[0].keys(), schema["properties"]
    if any(row.keys() != keys for row in rows) or not set(schema["required"]) <= keys <= properties.keys():
        return False
    return all(_all_fine([row[key] for row in rows], properties[key]) for key in keys)


def expected(schema: Schema) -> str:
    """What a schema asks for, in words; its description when it has one."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "description" in schema:
        words = [schema["description"], *(["null"] if "null" in kinds else [])]
    elif "const" in schema or "enum" in schema:
        words = [", ".join(show(value) for value in schema.get("enum", [schema.get("const")]) if value is not None)]
    else:
        words = [_in_words(kind, schema) for kind in kinds]
    return " or ".join(words)


def _in_words(kind: str, schema: Schema) -> str:
    if kind == "string":
        span = _span(schema, "Length")
        return f"text of {span} characters" if span else "text"
    if kind == "array":
        span = _span(schema, "Items")
        return f"a list of {span}" if span else "a list"
    span = _span(schema, "imum") if kind in ("number", "integer") else ""
    return span if kind == "number" and ".." in span else f"{_NOUNS[kind]} {span}".rstrip()


def _span(schema: Schema, what: str) -> str:
    low, high = schema.get("min" + what), schema.get("max" + what)
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}..{high}"
    return f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else ""


def _limits(**limits: object) -> Schema:
    return {name: limit for name, limit in limits.items() if limit is not None}


def number(low: float | None = None, high: float | None = None) -> Schema:
    """Declare a finite number."""
    return {"type": "number", **_limits(minimum=low, maximum=high)}


def integer(low: int | None = None, high: int | None = None) -> Schema:
    """Declare a whole number."""
    return {"type": "integer", **_limits(minimum=low, maximum=high)}


def text(low: int, high: int, pattern: str | None = None, description: str | None = None) -> Schema:
    """Declare text of low..high code points; a pattern is anchored at both ends and means the same in ECMAScript."""
    return {"type": "string", "minLength": low, "maxLength": high, **_limits(pattern=pattern, description=description)}


def line(low: int, high: int) -> Schema:
    """Declare text of one line: no control characters, no line or paragraph separators."""
    return text(low, high, r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$", f"one line of {low}..{high} characters")


def arr(items: Schema, low: int | None = None, high: int | None = None) -> Schema:
    """Declare a list of low..high items of one schema."""
    return {"type": "array", "items": items, **_limits(minItems=low, maxItems=high)}


def obj(required: Schema, optional: Schema | None = None, extra: Schema | None = None) -> Schema:
    """Declare an object with these keys and no others, unless `extra` says what others hold."""
    keys = {"properties": {**required, **(optional or {})}, "required": list(required)}
    return {"type": "object", **keys, "additionalProperties": extra or False}


def mapping(names: Schema, values: Schema) -> Schema:
    """Declare an object with free keys: a schema for the keys, one for the values."""
    return {"type": "object", "propertyNames": names, "additionalProperties": values}


def one_of(*values: str | float) -> Schema:
    """Declare a choice among values of one type."""
    choice = {"const": values[0]} if len(values) == 1 else {"enum": list(values)}
    return {"type": _KINDS[type(values[0])], **choice}


def nullable(schema: Schema) -> Schema:
    """Declare the same, or null."""
    choice = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **choice, "type": [schema["type"], "null"]}


def document(name: str, required: Schema, optional: Schema | None = None, version: int = 1) -> Schema:
    """Declare a whole JSON file: its name without the suffix, its keys, its schema version."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:digit-classifier:{name}:{version}",
        "title": f"{name}.json",
    }
    return head | obj({"schema_version": one_of(version), **required}, optional)


def versions(*documents: Schema) -> Schema:
    """Declare a file that has had several versions, oldest first: readers take all of them, writers the newest."""
    head = {key: documents[-1][key] for key in ("$schema", "title")}
    urn = documents[-1]["$id"].rpartition(":")[0]
    parts = [{key: part for key, part in each.items() if key not in ("$schema", "$id", "title")} for each in documents]
    return {**head, "$id": urn, "oneOf": parts}


UNIT = number(0, 1)
COUNT = integer(0)
FLAG: Schema = {"type": "boolean"}
SHA256 = text(64, 64, "^[0-9a-f]{64}$", "64 lower-case hexadecimal digits")
