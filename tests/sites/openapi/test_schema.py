"""What the document promises and what the API does are the same, whatever is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
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
def document(db: None) -> Iterator[Any]:
    """Loaded over WSGI; requests leave the test's own connection open, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_document_is_openapi_3_1(document: Any) -> None:
    raw = document.raw_schema

    assert raw["openapi"].startswith("3.1.")
    assert len(raw["paths"]) == 35
    assert raw["paths"]["/api/v1/cases"]["get"]["responses"]["4XX"]["content"].keys() == {
        "application/problem+json"
    }


def test_the_api_keeps_to_its_document(document: Any, food: System, number: str) -> None:
    ApiClient.objects.update(requests_per_minute=1_000_000)

    for found in document.get_all_operations():
        send_examples(found.ok(), token=food.token, number=number)


def send_examples(operation: Any, *, token: str, number: str) -> None:
    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        if "number" in (case.path_parameters or {}):
            case.path_parameters["number"] = number
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    send()
