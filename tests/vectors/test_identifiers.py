"""Every vector of the identifiers, one test case each."""

from datetime import date
from typing import Any

import pytest

from tongban.kernel.divisions import national_divisions
from tongban.kernel.identifiers import birth_date, is_male, validate
from vectors.sources import cases, require

AREA = "identifiers"
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("given_vector", cases(AREA))
def test_verdict_code_and_repair(given_vector: dict[str, Any] | None) -> None:
    vector = require(given_vector, AREA)
    value = vector["input"]

    verdict = validate(vector["kind"], value, today=TODAY)

    assert verdict.valid is vector["valid"], vector["reason"]
    assert verdict.code == vector.get("code", "ok")
    assert verdict.reason
    if "normalized" in vector:
        assert verdict.normalised == vector["normalized"]
    elif not vector["valid"]:
        assert verdict.normalised is None
    if vector.get("normalized_valid"):
        assert validate(vector["kind"], vector["normalized"], today=TODAY).valid
    if vector["kind"] == "resident_id" and vector["valid"]:
        assert birth_date(value).isoformat() == vector["birth_date"]
        assert is_male(value) is (vector["sex"] == "male")
    if vector["kind"] == "division" and vector["valid"] and "name" in vector:
        assert national_divisions().name(value) == vector["name"]
