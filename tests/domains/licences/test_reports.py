from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domains.identity import cast
from domains.identity.cast import Person
from domains.licences.library import load_types, request
from tongban.domains.directory.types import Level
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as mandates
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import models, selectors, services
from tongban.domains.licences.types import Correction, Licence, Report, ReportKind, ReportOutcome
from tongban.domains.messaging import selectors as messaging
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Person:
    load_types()
    return cast.zhang_san()


@pytest.fixture
def licence(owner: Person) -> Licence:
    firm = cast.small_restaurant(owner)
    return services.issue(request(firm), actor=PLATFORM, at=cast.NOW)


@pytest.fixture
def file(owner: Person, licence: Licence) -> Callable[..., Report]:
    def run(**changes: Any) -> Report:
        values: dict[str, Any] = {
            "kind": ReportKind.ERROR,
            "number": licence.number,
            "text": "主体业态写错了",
            "actor": owner.actor,
            "at": cast.NOW,
        }
        return services.file_report(**{**values, **changes})

    return run


def keeper(department: str = "SCJG") -> Actor:
    return Actor(
        ActorKind.OFFICER,
        None,
        "顾清源",
        department=department,
        departments=frozenset({department}),
        roles=frozenset({Role.LICENCE_KEEPER}),
    )


def answer(report: Report, **changes: Any) -> Report:
    values: dict[str, Any] = {
        "outcome": ReportOutcome.UPHELD,
        "answer": "已更正，请重新下载。",
        "actor": keeper(),
        "at": cast.NOW + timedelta(days=1),
    }
    return services.answer_report(report.id, **{**values, **changes})


def test_an_error_goes_to_the_issuer_with_ten_working_days(file: Callable[..., Report]) -> None:
    report = file()

    assert report.ticket.startswith("ZZ20260302")
    assert (report.issuer, report.due_on, report.outcome) == ("SCJG", date(2026, 3, 16), None)
    assert selectors.list_reports_to({"SCJG"}) == (report,)
    assert selectors.list_reports_to({"GA"}) == ()
    assert Entry.objects.filter(action="REPORT_LICENCE", object_id=report.number).count() == 1


def test_a_place_that_does_not_take_it_has_five_working_days(file: Callable[..., Report]) -> None:
    report = file(kind=ReportKind.REFUSED_HERE, place="示例酒店", text="要看纸质原件")

    assert (report.place, report.due_on) == ("示例酒店", date(2026, 3, 9))


def test_what_was_told_is_encrypted_at_rest(file: Callable[..., Report]) -> None:
    from django.db import connection

    file()

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM licences_report")
        assert "主体业态" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "字" * 1001}, "text"),
        ({"kind": ReportKind.REFUSED_HERE, "place": " "}, "place"),
        ({"kind": ReportKind.REFUSED_HERE, "place": "字" * 201}, "place"),
    ],
)
def test_a_report_without_its_words_is_not_kept(
    file: Callable[..., Report], changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(services.FaultyReport) as refused:
        file(**changes)

    assert refused.value.field == field
    assert models.Report.objects.count() == 0
    assert Entry.objects.filter(action="REPORT_LICENCE").count() == 0


def test_the_same_report_waits_once_and_another_place_is_another_report(file: Callable[..., Report]) -> None:
    file()
    file(kind=ReportKind.REFUSED_HERE, place="示例酒店")

    with pytest.raises(services.AlreadyReported):
        file(text="又发现一处")
    file(kind=ReportKind.REFUSED_HERE, place="示例银行")

    assert models.Report.objects.count() == 3


def test_a_stranger_finds_no_licence_to_report_on(file: Callable[..., Report]) -> None:
    stranger = cast.li_si()

    with pytest.raises(selectors.LicenceNotFound):
        file(actor=stranger.actor)

    assert models.Report.objects.count() == 0


@pytest.mark.parametrize(("scope", "may"), [([], True), (["LICENCES"], True), (["OPEN_RESTAURANT"], False)])
def test_an_agent_reports_where_her_mandate_names_licences(
    owner: Person, licence: Licence, file: Callable[..., Report], scope: list[str], may: bool
) -> None:
    agent = cast.li_si()
    mandates.grant_mandate(
        kind=MandateKind.AGENT,
        principal=licence.holder_id,
        agent=agent.subject.id,
        basis="授权委托书",
        scope=scope,
        valid_to=cast.NOW + timedelta(days=9),
        actor=PLATFORM,
        at=cast.NOW,
    )
    actor = identity.actor_for(agent.account_id, licence.holder_id, at=cast.NOW)

    if may:
        assert file(actor=actor).reporter_name == "李四"
    else:
        with pytest.raises(selectors.LicenceNotFound):
            file(actor=actor)


def test_the_keeper_answers_and_the_reporter_is_told(owner: Person, file: Callable[..., Report]) -> None:
    report = file()

    answered = answer(report)

    assert (answered.outcome, answered.answered_by) == (ReportOutcome.UPHELD, "顾清源")
    assert selectors.list_reports_to({"SCJG"}) == ()
    assert selectors.list_reports_to({"SCJG"}, only_open=False) == (answered,)
    [message] = messaging.inbox([owner.subject.id])
    assert message.body == f"{answered.issuer_name}答复了您的报告 {report.ticket}：已更正，请重新下载。"


def test_the_citys_keeper_answers_for_the_district_offices(
    owner: Person, file: Callable[..., Report]
) -> None:
    cast.department("SCJG-310115", 60, level=Level.COUNTY, guided_by="SCJG", division="310115")
    licence = services.issue(
        request(owner.subject, licence_type="SFZ", issuer="SCJG-310115", fields={"name": "张三"}),
        actor=PLATFORM,
        at=cast.NOW,
    )
    report = file(number=licence.number)

    assert answer(report).answered_by == "顾清源"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"actor": keeper("GA")}, services.ReportNotFound),
        ({"outcome": None}, services.ReportAnswerMissing),
        ({"answer": " "}, services.ReportAnswerMissing),
    ],
)
def test_another_issuer_or_an_answer_without_words_changes_nothing(
    owner: Person, file: Callable[..., Report], changes: dict[str, Any], error: type[Exception]
) -> None:
    report = file()

    with pytest.raises(error):
        answer(report, **changes)

    assert selectors.get_report(report.id).answered_at is None
    assert messaging.inbox([owner.subject.id]) == []


def test_an_answered_report_is_not_answered_again(file: Callable[..., Report]) -> None:
    report = answer(file())

    with pytest.raises(services.ReportNotFound):
        answer(report, answer="另一个说法")

    assert selectors.get_report(report.id).answer == "已更正，请重新下载。"


def test_a_report_is_overdue_from_the_day_after_its_last(file: Callable[..., Report]) -> None:
    report = file()

    assert not report.is_overdue(date(2026, 3, 16))
    assert report.is_overdue(date(2026, 3, 17))
    assert not answer(report).is_overdue(date(2026, 3, 17))


def test_the_list_costs_one_query_for_two_as_for_twenty(
    file: Callable[..., Report], django_assert_num_queries: Any
) -> None:
    for count in range(20):
        file(kind=ReportKind.REFUSED_HERE, place=f"示例酒店{count}")

    with django_assert_num_queries(1):
        assert len(selectors.list_reports_to({"SCJG"}, limit=2)) == 2
    with django_assert_num_queries(1):
        assert len(selectors.list_reports_to({"SCJG"})) == 20


CORRECTION = Correction({"food_business": "食品销售经营者"}, "食品经营许可和备案管理办法", "第三十条")


def test_an_error_is_put_right_with_the_answer_and_what_it_said_before_is_kept(
    owner: Person, licence: Licence, file: Callable[..., Report]
) -> None:
    answer(file(), correction=CORRECTION, actor=keeper_in_post())

    corrected = selectors.get_by_number(licence.number)
    assert corrected.fields == {**licence.fields, "food_business": "食品销售经营者"}
    assert selectors.history(licence.number)[-1].basis == "《食品经营许可和备案管理办法》第三十条"
    assert {one.template for one in messaging.inbox([owner.subject.id, licence.holder_id])} == {
        "LICENCE_REPORT_ANSWERED",
        "LICENCE_UPDATED",
    }


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        ({}, ReportOutcome.NOT_UPHELD),
        ({"kind": ReportKind.REFUSED_HERE, "place": "示例酒店"}, ReportOutcome.UPHELD),
    ],
)
def test_only_an_error_that_is_one_is_corrected(
    licence: Licence, file: Callable[..., Report], report: dict[str, Any], outcome: ReportOutcome
) -> None:
    filed = file(**report)

    with pytest.raises(services.ReportAnswerMissing):
        answer(filed, correction=CORRECTION, outcome=outcome, actor=keeper_in_post())

    assert selectors.get_by_number(licence.number).fields == licence.fields
    assert selectors.get_report(filed.id).answered_at is None


def test_a_correction_that_changes_nothing_leaves_the_report_open(
    licence: Licence, file: Callable[..., Report]
) -> None:
    filed = file()
    same = Correction({"food_business": licence.fields["food_business"]}, "示例法", "第一条")

    with pytest.raises(services.NothingToCorrect):
        answer(filed, correction=same, actor=keeper_in_post())

    assert selectors.get_report(filed.id).answered_at is None


def keeper_in_post() -> Actor:
    return cast.officer("guqingyuan", "顾清源", "SCJG", Role.LICENCE_KEEPER)
