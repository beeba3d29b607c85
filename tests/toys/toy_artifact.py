"""toy.json: the hold-out samples that surprised the network most. Its rules are a Pydantic model."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.errors import ArtifactError, show

if TYPE_CHECKING:
    from digit_classifier.artifacts.results import Results
    from digit_classifier.artifacts.rules import Payload

__all__ = ["TOY", "build_toy", "validate_toy_payload"]


class Surprise(BaseModel):
    """A sample, and −log of the probability that its true class was given."""

    model_config = ConfigDict(strict=True, extra="forbid")

    sample_id: Annotated[int, Field(ge=0)]
    loss: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Toy(BaseModel):
    """The whole file."""

    model_config = ConfigDict(strict=True, extra="forbid")

    schema_version: Literal[1]
    surprises: Annotated[list[Surprise], Field(max_length=5)]

    @model_validator(mode="after")
    def the_worst_comes_first(self) -> Self:
        """What a schema cannot say."""
        losses = [each.loss for each in self.surprises]
        if losses != sorted(losses, reverse=True):
            raise ValueError("expected the worst first")
        return self


def build_toy(results: Results) -> Payload:
    """The five that lost most, the worst first."""
    rows = zip(results.sample_ids, results.true_labels, results.probabilities, strict=True)
    losses = [{"sample_id": sample_id, "loss": 0.0 - log(max(row[label], 1e-12))} for sample_id, label, row in rows]
    return {"schema_version": 1, "surprises": sorted(losses, key=lambda each: -each["loss"])[:5]}


def validate_toy_payload(payload: Payload) -> None:
    """ArtifactError at the first broken rule, as every validator here."""
    try:
        Toy.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in first["loc"])
        raise ArtifactError(f"toy{where}: {first['msg']}, got {show(first['input'])}") from None


TOY = Artifact("toy.json", Toy.model_json_schema(), build_toy, validate_toy_payload, build_toy)
