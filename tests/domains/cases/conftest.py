"""Fixtures of a city with two departments, two items and 示例小馆."""

from uuid import UUID, uuid4

import pytest

from domains.cases.city import GUIDES, RECEIVED_AT, Story, Submit, Uploads, build_city, submission
from tongban.domains.cases import services
from tongban.domains.cases.types import ApplicationReceipt, NewCase
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.eforms import selectors as eforms
from tongban.kernel.actors import Actor, ActorKind


@pytest.fixture(autouse=True)
def _guides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "get_guide_by_versions", lambda one, other: GUIDES[one, other])


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    kept = Uploads()
    monkeypatch.setattr(eforms, "get_attachments", kept.find)
    return kept


@pytest.fixture
def firm(db: None) -> UUID:
    return build_city()


@pytest.fixture
def zhang_san(firm: UUID) -> Actor:
    return Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=uuid4(), acting_for=firm)


@pytest.fixture
def stranger() -> Actor:
    return Actor(ActorKind.CITIZEN, uuid4(), "李四", subject_id=uuid4())


@pytest.fixture
def submit(firm: UUID, zhang_san: Actor) -> Submit:
    """Hand in, by default both items; the first case is the food licence."""

    def run(*cases: NewCase, key: str = "key-1", body: str = "a" * 64) -> ApplicationReceipt:
        return services.submit(submission(firm, *cases, key=key, body=body), actor=zhang_san, at=RECEIVED_AT)

    return run


@pytest.fixture
def story(submit: Submit) -> Story:
    return Story(submit().cases[0].number)
