"""JSON text as it is written and read back, and its twin in a style sheet."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digit_classifier.errors import ArtifactError
from digit_classifier.store.json import decode, encode, twin, untwin
from store_oracle import inner_text

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON))
def test_text_decodes_to_the_payload_it_was_encoded_from(payload: dict[str, Any]) -> None:
    text = encode(payload)
    assert text.isascii()
    assert text.endswith(b"}\n")
    assert json.loads(text) == payload
    if _levels(payload) <= 16:
        assert decode(text, "x.json") == payload
        assert encode(decode(text, "x.json")) == text


def _levels(value: object) -> int:
    children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(_levels, children), default=0)


def test_text_has_a_line_per_key_and_lists_on_one_line() -> None:
    text = encode({"b": {"z": [1, {"k": [2.5]}], "a": {}}, "a": "é"})
    assert text == b'{\n  "b": {\n    "z": [1,{"k":[2.5]}],\n    "a": {}\n  },\n  "a": "\\u00e9"\n}\n'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, -float("inf")], {1, 2}, b"x", {"a": {3: 4}}])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ArtifactError, match=r"^(bad|a): expected"):
        encode({"bad": value})


HOSTILE = {
    "nothing": b"",
    "a list": b"[]",
    "not UTF-8": b'{"a": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "two values": b"{} {}",
    "duplicate keys": b'{"a": {"b": 1, "b": 2}}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": [-Infinity]}',
    "an overflow": b'{"a": 1e999}',
    "a large integer": b'{"a": 9007199254740992}',
    "a huge integer": b'{"a": ' + b"9" * 100_000 + b"}",
    "17 levels": b'{"a":' * 17 + b"1" + b"}" * 17,
    "a million levels": b'{"a":' + b"[" * 1_000_000,
    "a closed deep list": b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "half a surrogate pair": b'{"a": "\\uD834"}',
    "a control character": b'{"a": "\x00"}',
    "a comment": b'{"a": 1} // x',
    "too much": b'{"a": "' + b"x" * 2_000_000 + b'"}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_gets_an_error_that_names_the_file(text: bytes) -> None:
    with pytest.raises(ArtifactError, match=r"^x\.json: expected .*; try "):
        decode(text, "x.json", max_bytes=1_500_000)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,0123456789.eE-+\\untrfalse ', max_size=60).map(str.encode))
def test_no_bytes_raise_anything_but_an_artifact_error(text: bytes) -> None:
    try:
        decode(text, "x.json")
    except ArtifactError:
        return
    assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize("size", [0, 1, 374_999, 375_000, 375_001, 1_200_000])
def test_a_twin_carries_its_text_in_chunks_a_browser_reads(size: int) -> None:
    text = os.urandom(size)
    sheet = twin(text)
    assert inner_text(sheet) == text
    assert untwin(sheet, "x.css") == text
    chunks = [part.split('"')[1] for part in sheet.decode().split(";")]
    assert int(chunks[0]) == len(chunks) - 1
    assert max(map(len, chunks)) <= 500_000


@pytest.mark.parametrize(
    "sheet",
    [
        b"",
        b":root{}",
        twin(b"a") + b"*{color:red}",
        twin(b"a").replace(b'--n:"1"', b'--n:"2"'),
        b':root{--n:"1";--b0:"A"}\n',
    ],
)
def test_a_style_sheet_that_is_no_twin_is_refused(sheet: bytes) -> None:
    with pytest.raises(ArtifactError, match=r"^x\.css: "):
        untwin(sheet, "x.css")
