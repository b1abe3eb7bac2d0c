"""What the document promises and what the API does are the same, whatever is sent."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import Phase as HypothesisPhase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from sites.openapi.conftest import System
from tongban.config.wsgi import application
from tongban.sites.openapi.models import ApiClient

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
]


@pytest.fixture
def document(db: None) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


api = schemathesis.pytest.from_fixture("document")


def test_the_document_is_openapi_3_1(document: Any) -> None:
    raw = document.raw_schema

    assert raw["openapi"].startswith("3.1.")
    assert len(raw["paths"]) == 19
    assert raw["paths"]["/api/v1/cases"]["get"]["responses"]["4XX"]["content"].keys() == {
        "application/problem+json"
    }


@api.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[HypothesisPhase.explicit, HypothesisPhase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_keeps_to_its_document(case: Any, food: System, number: str) -> None:
    ApiClient.objects.update(requests_per_minute=1_000_000)
    given = (case.path_parameters or {}).get("number")
    if (
        isinstance(given, str)
        and len(given) >= 12
        and given.isascii()
        and given.isalnum()
        and given.isupper()
    ):
        case.path_parameters["number"] = number

    case.call_and_validate(headers={"Authorization": f"Bearer {food.token}"}, checks=CHECKS)
