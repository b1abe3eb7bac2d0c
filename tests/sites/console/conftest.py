"""The city of the cases' tests, with its officers signed in at the console."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from domains.cases.city import (
    FIRE_OFFICE,
    FOOD_OFFICE,
    GUIDES,
    RECEIVED_AT,
    Story,
    Submit,
    Uploads,
    build_city,
    submission,
)
from tongban.domains.cases import services
from tongban.domains.cases.types import ApplicationReceipt, NewCase
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.eforms import selectors as eforms
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as accounts
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role


@dataclass(frozen=True)
class Desk:
    """An officer at the console: her browser and who she is."""

    client: Client
    account: UUID

    @property
    def actor(self) -> Actor:
        return identity.actor_for(self.account)


@pytest.fixture(autouse=True)
def _guides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "get_guide_by_versions", lambda one, other: GUIDES[one, other])


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: RECEIVED_AT)


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    kept = Uploads()
    monkeypatch.setattr(eforms, "get_attachments", kept.find)
    return kept


@pytest.fixture
def firm(db: None) -> UUID:
    return build_city()


@pytest.fixture
def submit(firm: UUID, uploads: Uploads) -> Submit:
    zhang_san = Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=uuid4(), acting_for=firm)

    def run(*cases: NewCase, key: str = "key-1") -> ApplicationReceipt:
        handed_in = replace(submission(firm, *cases, key=key), uploads=tuple(uploads.kept.values()))
        return services.submit(handed_in, actor=zhang_san, at=RECEIVED_AT)

    return run


@pytest.fixture
def story(submit: Submit) -> Story:
    return Story(submit().cases[0].number)


def seat_at(name: str, *roles: Role, office: str, at: datetime = RECEIVED_AT) -> Desk:
    """An officer newly in post, signed in."""
    username = f"officer-{uuid4().hex[:8]}"
    account = accounts.open_account(
        username=username,
        password="示例-Demo-2026",
        email=f"{username}@example.com",
        name=name,
        actor=PLATFORM,
        at=at,
    )
    accounts.appoint_officer(
        account_id=account, department=office, post="科员", roles=roles, actor=PLATFORM, at=at
    )
    client = Client()
    client.force_login(get_user_model().objects.get(pk=account))
    return Desk(client, account)


@pytest.fixture
def seat(firm: UUID) -> Callable[..., Desk]:
    def run(name: str, *roles: Role, office: str = FOOD_OFFICE) -> Desk:
        return seat_at(name, *roles, office=office)

    return run


@pytest.fixture
def wang(seat: Callable[..., Desk]) -> Desk:
    """王敏 accepts and examines."""
    return seat("王敏", Role.ACCEPTOR, Role.EXAMINER)


@pytest.fixture
def qian(seat: Callable[..., Desk]) -> Desk:
    """钱一鸣 decides."""
    return seat("钱一鸣", Role.DECIDER)


@pytest.fixture
def zhao(seat: Callable[..., Desk]) -> Desk:
    """赵强 of the fire office."""
    return seat("赵强", Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER, office=FIRE_OFFICE)
