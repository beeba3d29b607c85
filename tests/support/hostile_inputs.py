"""Named inputs that once broke a reader, or are known to break readers of their kind; made when asked for.

Add here what a fuzzer finds, under a name that says what it is.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from fuzz import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

MARKS = "\u0315\u0300"  # combining marks whose normal order is the other


def _packed(text: bytes) -> bytes:
    squeeze = zlib.compressobj(9, wbits=31)
    return squeeze.compress(text) + squeeze.flush()


def _filled(item: bytes, size: int = 15_900_000) -> bytes:
    return b'{"a":[' + b",".join([item] * (size // (len(item) + 1))) + b"]}"


def _npz(shape: bytes) -> bytes:
    import io
    import zipfile

    head, stream = b"{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + b"}", io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x02\x00" + len(head).to_bytes(4, "little") + head)
    return stream.getvalue()


def _empty_picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    side = (4000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + b"\x08\x06\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")


def _object(count: int) -> bytes:
    keys = [b'"k%d":0' % number for number in range(count)]
    return b"{" + b",".join([*keys, keys[-1]]) + b"}"


JSON: dict[str, Callable[[], bytes]] = {
    "a million keys, the last one twice": lambda: _object(1_000_000),  # took the square of their number
    "millions of empty objects": lambda: _filled(b"{}"),  # 25 times the file's size in memory
    "millions of empty lists": lambda: _filled(b"[]"),
    "millions of numbers": lambda: _filled(b"1.5"),
    "millions of texts": lambda: _filled(b'"\\u00e9"'),
    "one long number": lambda: b'{"a":' + b"9" * 15_000_000 + b"}",
    "one long fraction": lambda: b'{"a":0.' + b"9" * 15_000_000 + b"}",
    "one long text": lambda: b'{"a":"' + b"x" * 15_000_000 + b'"}',
    "one long key": lambda: b'{"' + b"x" * 15_000_000 + b'":0}',
    "only opening brackets": lambda: b"[" * 3_000_000,
    "deep objects": lambda: b'{"a":' * 1_000_000,
    "a key that is half a surrogate pair": lambda: b'{"\\ud800":1}',
    "spaces": lambda: b" " * 15_000_000,
}
CASES: dict[str, dict[str, Callable[[], bytes]]] = {
    **dict.fromkeys(NAMES, JSON),
    "style sheet": {
        "millions of chunks": lambda: b":root{" + b'--b0:"";' * 1_000_000 + b"}",
        "a chunk that ends the sheet": lambda: b':root{--n:"1";--b0:"QUFB"}</style><script>alert(1)</script>"}\n',
    },
    "text": {
        "a tower of accents": lambda: ("e" + MARKS * 60_000).encode(),  # normalising took the square of its height
        "a megabyte of spaces": lambda: b" " * 1_000_000,
        "a long word of one letter that decomposes": lambda: "각".encode() * 300_000,
        "eighteen letters for one": lambda: "\ufdfa".encode() * 20_000,
    },
    "YAML": {
        "an alias bomb": lambda: b"a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
        "a list of itself": lambda: b"epochs: &a [*a]",
        "thousands of lists": lambda: b"epochs: " + b"[" * 60_000,
        "thousands of items": lambda: b"- " * 30_000 + b"x",
        "thousands of keys that are keys": lambda: b"? " * 30_000 + b"x",
        "thousands of sizes": lambda: b"hidden_sizes: [" + b"1," * 30_000 + b"]",
        "a label of accents": lambda: b"run_label: e" + MARKS.encode() * 16_000,
        "a long key": lambda: b"x" * 60_000 + b": 1",
        "an object of Python": lambda: b"epochs: !!python/object/apply:os.system ['true']",
        "a merge": lambda: b"<<: {epochs: 3}",
        "two documents": lambda: b"epochs: 1\n---\nepochs: 2\n",
        "a tag that is no tag": lambda: b"epochs: !<tag:%> 1",
        "a directive": lambda: b"%YAML 9.9\n---\nepochs: 1",
        "an escape beyond Unicode": lambda: b'run_label: "\\Uffffffff"',  # chr() refuses with another error
        "an escape just beyond Unicode": lambda: b'run_label: "\\U00110000"',
        "half a surrogate pair": lambda: b'run_label: "\\ud800"',
        "a place that no file system can name": lambda: b'output_dir: "\\ud800"',
        "an octal number": lambda: b"seed: 010",
        "blank lines": lambda: b"run_label: |\n" + b"\n" * 60_000,
    },
    "flags": {
        "a long word": lambda: b"train --epochs " + b"9" * 100_000,
        "a label of accents": lambda: b"train --run-label e" + MARKS.encode() * 30_000,
        "thousands of words": lambda: b"train" + b" --seed 1" * 1_000,
        "sizes without end": lambda: b"train --hidden-sizes " + b"1," * 50_000,
        "a long unknown flag": lambda: b"train --" + b"epochs" * 20_000,
    },
    "paths": {
        "an address with half a bracket": lambda: b"file://[/home",  # urllib took it for a broken IPv6 address
        "a megabyte of escapes": lambda: b"file:///" + b"%41" * 300_000,
        "an escaped end of text": lambda: b"file:///a%00b",
        "a long name of a user": lambda: b"~" + b"x" * 1_000_000,
        "quotes only": lambda: b"'" * 1_000_000,
        "bytes that are no text": lambda: b"\xff\xfe/runs",
    },
    "digits": {
        "a hundred megabytes of zeros": lambda: _packed(bytes(100_000_000)),
        "two files in one": lambda: _packed(b"1,2\n") * 2,
        "numbers that are none": lambda: _packed(b",".join([b"nan"] * 130)),
        "numbers without end": lambda: _packed(b",".join([b"inf"] * 130)),
        "the right number of numbers that do not fit": lambda: _packed(b",".join([b"1e400"] * 130)),
    },
    "NPZ": {"a header of many brackets": lambda: _npz(b"(" * 60_000), "a long header": lambda: _npz(b" " * 9_000_000)},
    "IDX": {
        "a header that promises terabytes": lambda: b"\0\0\x08\x03" + b"\x7f\xff\xff\xff" * 3 + bytes(99),
        "a hundred megabytes of zeros": lambda: _packed(bytes(100_000_000)),
    },
    "delimited text": {
        "a quote that never ends": lambda: b'a,"' + b"x,\n" * 300_000,
        "a million columns": lambda: b"1," * 1_000_000,
        "a line without end": lambda: b"1" * 20_000_000,
        "blank lines": lambda: b"\n" * 500_000,
        "a wide header": lambda: b",".join([b"a"] * 60_000),
        "a name of accents": lambda: b"a,e" + MARKS.encode() * 30_000 + b"\n1,2\n1,2",
    },
    "MAT": {
        "an element that says four gigabytes": lambda: b"MATLAB 5.0".ljust(124) + b"\0\1IM\x0e\0\0\0\xff\xff\xff\xff",
        "elements of nothing": lambda: b"MATLAB 5.0".ljust(124) + b"\0\1IM" + b"\x0e\0\0\0\0\0\0\0" * 9_999,
    },
    "pictures": {"a picture of 16 megapixels that is not there": _empty_picture},
    "stored data": {
        "a million commas": lambda: b'{"a":[' + b"1," * 1_100_000 + b"1]}",
        "only opening brackets": lambda: b'{"a":' + b"[" * 900_000,
        "one long text": lambda: b'{"a":"' + b"x" * 15_000_000 + b'"}',
    },
}
