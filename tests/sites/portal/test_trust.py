"""Who broke a promise is offered none again, and hands in everything at once (国办发〔2020〕42号)."""

from html import unescape

import pytest
from django.test import Client

from sites.city import NOW, City
from sites.portal import walk
from tongban.domains.registers import selectors, services
from tongban.domains.registers.types import BrokenPromiseKind
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
MAY_FOLLOW, PROMISE, NOTE = "可以以后补交", "告知承诺（可以不选）", "申请人有没有修复的失信记录"


def look(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_after_a_broken_promise_nothing_may_follow_and_no_promise_is_offered(
    city: City, zhang_san: Client
) -> None:
    draft = walk.begin(zhang_san)
    trusted = look(zhang_san, f"{draft}materials/"), look(zhang_san, f"{draft}check/")
    services.record_broken_promise(
        subject_id=city.subjects["xiaoguan"],
        case_number="示例",
        department="SCJG-310115",
        kind=BrokenPromiseKind.FALSE_PROMISE,
        reason="告知承诺不实",
        actor=PLATFORM,
        at=NOW,
    )
    distrusted = look(zhang_san, f"{draft}materials/"), look(zhang_san, f"{draft}check/")
    (record,) = selectors.list_broken_promises({"SCJG-310115"})
    services.repair_trust(record.id, departments={"SCJG-310115"}, reason="已整改", actor=PLATFORM, at=NOW)

    repaired = look(zhang_san, f"{draft}materials/"), look(zhang_san, f"{draft}check/")
    found = [
        (MAY_FOLLOW in materials, PROMISE in check, NOTE in check)
        for materials, check in (trusted, distrusted, repaired)
    ]
    assert found == [(True, True, False), (False, False, True), (True, True, False)]
