"""What a data set says of itself."""

from __future__ import annotations

from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.dataset import Dataset

DIGITS = load_digits()


def test_the_digest_sees_every_part_of_the_data() -> None:
    changed = DIGITS.samples.copy()
    changed[7, 0, 3, 3] ^= 1
    fields = {name: getattr(DIGITS, name) for name in Dataset.__dataclass_fields__}
    assert Dataset(**fields).sha256 == DIGITS.sha256
    for part in (
        {"samples": changed},
        {"labels": DIGITS.labels[::-1]},
        {"max_value": 17},
        {"class_names": tuple("0123456798")},
    ):
        assert Dataset(**{**fields, **part}).sha256 != DIGITS.sha256
