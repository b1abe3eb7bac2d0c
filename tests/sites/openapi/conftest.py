"""The food office of the cases' city, seen from its own system."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from domains.cases.city import (
    FIRE_OFFICE,
    FOOD_OFFICE,
    GUIDES,
    RECEIVED_AT,
    Uploads,
    at,
    build_city,
    submission,
)
from sites.systems import credentials
from tongban.domains.cases import services
from tongban.domains.cases.types import ApplicationReceipt
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.eforms import selectors as eforms
from tongban.foundation import clock
from tongban.kernel.actors import Actor, ActorKind
from tongban.sites.openapi import clients


@dataclass
class System:
    """A department's system with its credentials and the plain requests it makes."""

    client_id: UUID
    secret: str
    token: str = ""
    http: Client = field(
        default_factory=lambda: Client(enforce_csrf_checks=True, raise_request_exception=False)
    )

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: object, key: str | None = None) -> Any:
        headers = {**self._headers(), "Idempotency-Key": key or uuid4().hex}
        return self.http.post(f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)

    def put(self, path: str, body: object) -> Any:
        return self.http.put(f"/api/v1{path}", json.dumps(body), "application/json", headers=self._headers())

    def act(self, number: str, verb: str, key: str | None = None, **body: object) -> Any:
        return self.post(f"/cases/{number}/{verb}", body, key)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def connect(department: str) -> System:
    made = credentials(department, RECEIVED_AT)
    return System(
        made.client_id,
        made.secret,
        clients.issue_token(str(made.client_id), made.secret, address="192.0.2.1"),
    )


@pytest.fixture(autouse=True)
def _guides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "get_guide_by_versions", lambda one, other: GUIDES[one, other])


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    kept = Uploads()
    monkeypatch.setattr(eforms, "get_attachments", kept.find)
    return kept


@pytest.fixture
def firm(db: None) -> Iterator[UUID]:
    """示例小馆, on the second day of its applications."""
    with clock.standing_at(at(3, 3)):
        yield build_city()


@pytest.fixture
def zhang_san(firm: UUID) -> Actor:
    return Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=uuid4(), acting_for=firm)


@pytest.fixture
def receipt(firm: UUID, zhang_san: Actor) -> ApplicationReceipt:
    """One application to both offices."""
    return services.submit(submission(firm), actor=zhang_san, at=RECEIVED_AT)


@pytest.fixture
def number(receipt: ApplicationReceipt) -> str:
    """Number of the food office's case."""
    return receipt.cases[0].number


@pytest.fixture
def food(firm: UUID) -> System:
    return connect(FOOD_OFFICE)


@pytest.fixture
def fire(firm: UUID) -> System:
    return connect(FIRE_OFFICE)
