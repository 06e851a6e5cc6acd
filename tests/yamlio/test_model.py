"""StrictModel and the faults of a document."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from evalharness.errors import ManifestError
from evalharness.yamlio import Fault, StrictModel, Written, parse_yaml, refuse, validate


class Cat(StrictModel):
    kind: Literal["cat"]
    lives: int = Field(default=9, strict=True, ge=1)


class Dog(StrictModel):
    kind: Literal["dog"]
    name: Annotated[str, Written] = ""


class House(StrictModel):
    street: str
    number: float = Field(default=1, strict=True)
    pets: tuple[Annotated[Cat | Dog, Field(discriminator="kind")], ...] = ()

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        if data.get("street") == "nowhere" and "number" in data:
            yield Fault(("number",), "nowhere has no numbers")

    @field_validator("pets")
    @classmethod
    def _few(cls, pets: tuple[Cat | Dog, ...]) -> tuple[Cat | Dog, ...]:
        if len(pets) > 2:
            refuse([Fault((i, "kind"), "one too many") for i in range(2, len(pets))])
        return pets


def faults(text: str) -> list[str]:
    document = parse_yaml(text.encode(), name="h.yaml", error=ManifestError)
    with pytest.raises(ManifestError) as caught:
        validate(House, document, error=ManifestError)
    assert str(caught.value).startswith(f"h.yaml: {len(caught.value.faults)} fault")
    return list(caught.value.faults)


def test_a_right_document_becomes_the_model():
    document = parse_yaml(b"street: a\npets: [{kind: dog, name: 007}]", name="h", error=ManifestError)
    house = validate(House, document, error=ManifestError)
    assert house == House(street="a", pets=(Dog(kind="dog", name="007"),))


def test_every_fault_of_a_document_is_listed_in_the_order_of_its_lines():
    text = """
stret: x
number: many
pets:
  - {kind: cat, lives: 0}
  - {kind: cow}
  - {lives: 1.5}
  - {kind: cat, lives: true, live: 3}
number: 2
"""
    assert faults(text) == [
        "h.yaml:2:1: street: this key is missing and is needed",
        "h.yaml:2:1: stret: unknown key 'stret'; did you mean 'street'? Known keys: street, number, pets",
        "h.yaml:3:1: number: found 'many', expected a number",
        "h.yaml:5:17: pets.0.lives: found 0, expected at least 1",
        "h.yaml:6:6: pets.1.kind: unknown value 'cow'. Known values: cat, dog",
        "h.yaml:7:5: pets.2.kind: this key is missing and is needed",
        "h.yaml:8:17: pets.3.lives: found true, expected a whole number",
        "h.yaml:8:30: pets.3.live: unknown key 'live'; did you mean 'lives'? Known keys: kind, lives",
        "h.yaml:9:1: number: stands here twice; first on line 3",
    ]


def test_rules_between_keys_are_checked_beside_wrong_values():
    assert faults("street: nowhere\nnumber: x\n") == [
        "h.yaml:2:1: number: found 'x', expected a number",
        "h.yaml:2:1: number: nowhere has no numbers",
    ]


def test_a_validator_may_refuse_several_items():
    text = "street: a\npets:\n- {kind: dog}\n- {kind: dog}\n- {kind: dog}\n- {kind: cat}\n"
    assert faults(text) == ["h.yaml:5:4: pets.2.kind: one too many", "h.yaml:6:4: pets.3.kind: one too many"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("[1]", "a list"), ("", "nothing"), ("3", "3"), ("null", "nothing")],
)
def test_a_document_that_is_no_mapping(text, found):
    (fault,) = faults(text)
    assert fault.endswith(f": found {found}, expected a mapping (key: value)")


def test_infinite_numbers_and_text_that_looks_like_a_number():
    assert faults("street: 5\nnumber: .inf\n") == [
        "h.yaml:1:1: street: found 5, expected text; put a number or a word such as true in quotes",
        "h.yaml:2:1: number: found .inf, expected a finite number",
    ]


def test_in_python_the_same_sentences_come_as_a_validation_error():
    with pytest.raises(ValidationError, match="unknown key 'nmber'; did you mean 'number'"):
        House.model_validate({"street": "a", "nmber": 3})
    with pytest.raises(ValidationError, match="frozen"):
        House(street="a").street = "b"  # type: ignore[misc]


def test_control_characters_never_reach_the_terminal():
    (_, fault) = faults('street: a\n"\\e[31mx": 1\npets: "\\e[0m"\n')
    assert "\x1b" not in fault
