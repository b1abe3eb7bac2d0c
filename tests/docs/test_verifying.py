"""The verifier's example in docs/verifying.md does what it says, word for word."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from domains.identity import cast
from domains.licences import showing
from domains.licences.showing import Scene
from foundation.credentials.keys import Key
from tongban.config.wsgi import application
from tongban.domains.licences import models, rules, selectors, services
from tongban.domains.licences.services import status_lists
from tongban.domains.licences.types import LicenceStatus
from tongban.foundation import clock
from tongban.foundation.credentials import sd_jwt

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "verifying.md"
NOW, NONCE = cast.NOW, "402817"


@pytest.fixture
def http(db: None) -> Iterator[httpx.Client]:
    """The platform over WSGI; requests leave the test's own connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with (
        clock.standing_at(NOW),
        httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as client,
    ):
        yield client
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def example() -> dict[str, Any]:
    code = re.search(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert code is not None
    assert len([line for line in code[1].splitlines() if line.strip()]) <= 50
    found: dict[str, Any] = {}
    exec(compile(code[1], str(DOCUMENT), "exec"), found)
    return found


def shown(scene: Scene) -> str:
    phone = Key("phone")
    number = scene.card.number
    given = services.issue_credential(
        number=number, proof=showing.phone_proof(number, phone, scene.actor, NOW), actor=scene.actor, at=NOW
    )
    audience = selectors.audience_uri(scene.hotel)
    return sd_jwt.present(
        given, ["name", rules.AGE_18], signer=phone, audience=audience, nonce=NONCE, at=NOW.timestamp()
    )


def test_the_example_checks_what_a_phone_shows(http: httpx.Client, example: dict[str, Any]) -> None:
    scene = showing.scene()
    presentation, audience = shown(scene), selectors.audience_uri(scene.hotel)
    keys, lists = example["fetch"](http)
    now = NOW.timestamp() + 50

    claims, age = example["check"](presentation, keys, lists, audience, NONCE, now)

    assert claims == {"name": "张三", rules.AGE_18: True}
    assert age == 50
    for changed in (
        {"audience": "https://elsewhere.example"},
        {"nonce": "000000"},
        {"now": now + 60},
        {"now": now - 100},
    ):
        given = {"audience": audience, "nonce": NONCE, "now": now, **changed}
        with pytest.raises(ValueError, match=r"shown to somebody|too old"):
            example["check"](presentation, keys, lists, **given)


def test_the_example_refuses_what_was_revoked_since(http: httpx.Client, example: dict[str, Any]) -> None:
    scene = showing.scene()
    presentation, audience = shown(scene), selectors.audience_uri(scene.hotel)
    models.Licence.objects.filter(number=scene.card.number).update(status=LicenceStatus.REVOKED)
    status_lists.forget_kept()
    keys, lists = example["fetch"](http)

    with pytest.raises(ValueError, match="no longer valid"):
        example["check"](presentation, keys, lists, audience, NONCE, NOW.timestamp())


def test_every_address_of_the_document_answers(http: httpx.Client) -> None:
    scene = showing.scene()
    shown(scene)
    listed = models.StatusList.objects.get()
    paths = re.findall(
        r"https://tongban\.example(/[^\s\"]+)", DOCUMENT.read_text("utf-8").split("## Without")[0]
    )

    answers = {}
    for path in paths:
        real = re.sub(r"(?<=status-lists/)[0-9a-f-]+", str(listed.pk), path)
        answers[path] = http.post(real, json={}) if path.endswith("verifications") else http.get(real)

    assert len(answers) == 5
    assert {one.status_code for one in answers.values()} == {200, 401}
