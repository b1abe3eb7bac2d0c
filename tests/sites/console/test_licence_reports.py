"""证照报告: what the issuer's keeper finds and answers."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from domains.cases.city import FIRE_OFFICE, FOOD_OFFICE, RECEIVED_AT
from sites.console.conftest import Desk
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import selectors, services
from tongban.domains.licences.models import LicenceType
from tongban.domains.licences.types import IssueRequest, Report, ReportKind, ReportOutcome
from tongban.domains.messaging import selectors as messaging
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(firm: UUID) -> Report:
    person = identity.register_person(
        name="张三", number="310115188605121017", actor=PLATFORM, at=RECEIVED_AT
    )
    identity.grant_mandate(
        kind=MandateKind.LEGAL_REPRESENTATIVE,
        principal=firm,
        agent=person.id,
        basis="营业执照",
        actor=PLATFORM,
        at=RECEIVED_AT,
    )
    kind = LicenceType.objects.order_by("code").first()
    assert kind is not None
    licence = services.issue(
        IssueRequest(kind.code, firm, "示例小馆", FOOD_OFFICE, None, RECEIVED_AT.date(), 5, {}),
        actor=PLATFORM,
        at=RECEIVED_AT,
    )
    return services.file_report(
        kind=ReportKind.REFUSED_HERE,
        number=licence.number,
        place="示例酒店",
        text="前台要看纸质的",
        actor=Actor(ActorKind.CITIZEN, None, "张三", subject_id=person.id, acting_for=firm),
        at=RECEIVED_AT,
    )


@pytest.fixture
def keeper(seat: Callable[..., Desk]) -> Desk:
    return seat("顾清源", Role.LICENCE_KEEPER)


def test_the_keeper_sees_what_waits_and_what_is_overdue(
    keeper: Desk, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = unescape(keeper.client.get("/console/licences/reports/").content.decode())
    monkeypatch.setattr(clock, "now", lambda: RECEIVED_AT + timedelta(days=20))
    after = unescape(keeper.client.get("/console/licences/reports/").content.decode())

    assert "1 份报告等着答复，其中 0 份已经超期。" in before
    assert "这里不认：示例酒店" in before
    assert "1 份报告等着答复，其中 1 份已经超期。" in after
    assert "已超期，应在" in after


def test_the_answer_is_sent_and_the_report_leaves_the_list(keeper: Desk, report: Report) -> None:
    address = f"/console/licences/reports/{report.id}/"

    shown = keeper.client.get(address).content.decode()
    response = keeper.client.post(address, {"outcome": "upheld", "answer": "已告知酒店应当认可。"})

    assert "前台要看纸质的" in shown
    assert response["Location"] == "/console/licences/reports/"
    answered = selectors.get_report(report.id)
    assert (answered.outcome, answered.answered_by) == (ReportOutcome.UPHELD, "顾清源")
    assert "没有等着答复的报告。" in keeper.client.get("/console/licences/reports/").content.decode()
    assert "已告知酒店应当认可。" in keeper.client.get(address).content.decode()


def test_an_answer_without_a_finding_comes_back_with_its_words(keeper: Desk, report: Report) -> None:
    response = keeper.client.post(f"/console/licences/reports/{report.id}/", {"answer": "正在查"})

    assert response.status_code == 422
    assert "正在查" in response.content.decode()
    assert selectors.get_report(report.id).answered_at is None


def test_another_offices_keeper_and_an_examiner_find_nothing(
    report: Report, seat: Callable[..., Desk], wang: Desk
) -> None:
    other = seat("某人", Role.LICENCE_KEEPER, office=FIRE_OFFICE)
    address = f"/console/licences/reports/{report.id}/"

    assert other.client.get(address).status_code == 404
    assert other.client.post(address, {"outcome": "upheld", "answer": "好"}).status_code == 404
    assert wang.client.get("/console/licences/reports/").status_code == 404
    assert selectors.get_report(report.id).answered_at is None
    assert messaging.inbox([report.id]) == []
