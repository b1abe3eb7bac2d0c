import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from domains.identity import cast
from domains.licences.library import GROUND, TODAY, TYPES, issue, request
from tongban.domains.identity.selectors import SubjectNotFound
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, selectors, services, states, tasks
from tongban.domains.licences.events import LicenceChanged, LicenceEvent, LicenceIssued
from tongban.domains.licences.services import issuing
from tongban.domains.licences.types import LicenceAction, LicenceStatus
from tongban.domains.messaging import selectors as messaging
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM
from tongban.kernel.identifiers import parse_licence_id, validate_licence_id
from tongban.kernel.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    events: list[tuple[Any, str]] = []

    def keep(event: Any, *, queue: str) -> None:
        if isinstance(event, LicenceEvent):
            events.append((event, queue))

    def keep_all(told: Any) -> list[Any]:
        for event, queue in told:
            keep(event, queue=queue)
        return []

    monkeypatch.setattr(issuing.outbox, "rows_for", keep_all)
    return events


def test_a_licence_carries_its_national_identifier(holder: Subject) -> None:
    licence = issue(holder)

    identifier = parse_licence_id(licence.number)
    assert validate_licence_id(licence.number).valid
    assert identifier.licence_type == selectors.get_type("SPJYXKZ").type_code
    assert (identifier.serial, identifier.version) == (licence.serial, "001")
    assert (licence.status, licence.valid_to) == (LicenceStatus.VALID, date(2031, 3, 2))
    assert licence.fields == {"name": "示例小馆", "food_business": "餐饮服务经营者"}
    assert selectors.get_by_number(licence.number) == licence


def test_the_same_case_never_issues_twice(holder: Subject, published: list[tuple[Any, str]]) -> None:
    first, second = issue(holder), issue(holder, fields={"name": "改"})

    assert second == first
    assert models.Licence.objects.count() == 1
    assert models.StatusEntry.objects.count() == 1
    assert [type(event) for event, _queue in published] == [LicenceIssued]


def test_a_race_on_one_case_ends_in_one_licence(holder: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    first = issue(holder)
    key = ("CASE-1", "SPJYXKZ")
    answers = iter([{}, {key: first}])
    monkeypatch.setattr(issuing, "_issued_by_cases", lambda _requests: next(answers))

    second = issue(holder)

    assert second == first
    assert models.Licence.objects.count() == 1
    assert models.StatusEntry.objects.count() == 1


def test_two_cases_issue_two_numbers(holder: Subject) -> None:
    numbers = {issue(holder, case_number=f"CASE-{count}").number for count in range(3)}

    assert len(numbers) == 3


def test_issuing_tells_the_issuers_queue(holder: Subject, published: list[tuple[Any, str]]) -> None:
    licence = issue(holder)

    [(event, queue)] = published
    assert queue == "SCJG"
    assert (event.number, event.holder_id, event.case_number) == (licence.number, holder.id, "CASE-1")


def test_contents_are_encrypted_at_rest(holder: Subject) -> None:
    number = cast.resident_number(1)
    person = cast.zhang_san().subject
    fields = {"name": "张三", "resident_id": number}
    issue(holder, holder_id=person.id, licence_type="SFZ", issuer="GA", fields=fields)

    row = models.Licence.objects.get()

    assert number not in row.fields_cipher
    assert number not in repr(row)


def test_a_field_the_type_does_not_have_is_refused_and_no_serial_is_kept(holder: Subject) -> None:
    with pytest.raises(services.FaultyIssue):
        issue(holder, fields={"horoscope": "狮子座"})

    assert models.Licence.objects.count() == 0


def test_unknown_type_or_number_is_not_found(holder: Subject) -> None:
    with pytest.raises(selectors.LicenceTypeNotFound):
        issue(holder, licence_type="NONE")
    with pytest.raises(SubjectNotFound):
        issue(holder, holder_id=new_id())
    with pytest.raises(selectors.LicenceNotFound):
        services.cancel("1.2.3", ground=GROUND, actor=PLATFORM, at=cast.NOW)

    assert models.Licence.objects.count() == 0


def test_a_required_field_or_another_kind_of_holder_is_refused(holder: Subject) -> None:
    with pytest.raises(services.FaultyIssue) as missing:
        issue(holder, fields={"food_business": "餐饮服务经营者"})
    with pytest.raises(services.FaultyIssue) as kind:
        issue(holder, licence_type="SFZ", issuer="GA", fields={"name": "张三"})

    assert "经营者名称" in missing.value.sentence
    assert "持证主体" in kind.value.sentence
    assert models.Licence.objects.count() == 0


def test_cancelling_is_final_recorded_and_told(holder: Subject, published: list[tuple[Any, str]]) -> None:
    number = issue(holder).number

    services.cancel(number, ground=GROUND, actor=PLATFORM, at=cast.NOW + timedelta(days=1))
    with pytest.raises(states.IllegalTransition):
        services.reinstate(number, ground=GROUND, actor=PLATFORM, at=cast.NOW + timedelta(days=2))

    assert selectors.get_by_number(number).status is LicenceStatus.CANCELLED
    assert [(entry.action, entry.reason, entry.basis) for entry in selectors.history(number)] == [
        (LicenceAction.ISSUE, "", ""),
        (LicenceAction.CANCEL, "企业注销", "《中华人民共和国行政许可法》第七十条"),
    ]
    assert [type(event) for event, _queue in published] == [LicenceIssued, LicenceChanged]
    [message] = messaging.inbox([holder.id])
    assert "的状态变为“注销”。原因：企业注销。" in message.body


def test_an_expired_licence_is_not_relied_on_even_before_the_job_marks_it(holder: Subject) -> None:
    licence = issue(holder)
    last_day, day_after = date(2031, 3, 1), date(2031, 3, 2)

    assert selectors.find_valid(holder.id, "SPJYXKZ", last_day) == licence
    assert selectors.find_valid(holder.id, "SPJYXKZ", day_after) is None
    assert selectors.find_valid(holder.id, "SPJYXKZ", TODAY - timedelta(days=1)) is None
    assert selectors.status_on(licence, day_after) is LicenceStatus.EXPIRED


def test_the_expiry_job_marks_late_and_only_once(holder: Subject) -> None:
    number = issue(holder).number
    suspended = issue(holder, case_number="CASE-2").number
    models.Licence.objects.filter(number=suspended).update(status=LicenceStatus.SUSPENDED)
    issue(
        holder, case_number="CASE-3", licence_type="YYZZ", fields={"name": "示例小馆", "uscc": cast.uscc(88)}
    )
    long_after = cast.NOW.replace(year=2032)

    assert services.expire_due(at=cast.NOW.replace(year=2031)) == 2
    assert services.expire_due(at=long_after) == 0
    assert selectors.get_by_number(number).status is LicenceStatus.EXPIRED


def test_a_successor_takes_over_with_the_next_version(
    holder: Subject, published: list[tuple[Any, str]]
) -> None:
    former = issue(holder)
    change = request(holder, case_number="CASE-2", fields={"name": "示例小馆二店"})
    ground = replace(GROUND, reason="变更名称")

    successor = services.change(former.number, change, ground=ground, actor=PLATFORM, at=cast.NOW)
    again = services.change(former.number, change, ground=ground, actor=PLATFORM, at=cast.NOW)

    assert again == successor
    assert parse_licence_id(successor.number).version == "002"
    assert successor.serial == former.serial
    assert selectors.get_by_number(former.number).status is LicenceStatus.SUPERSEDED
    assert models.Licence.objects.get(number=successor.number).supersedes is not None
    assert [event.successor for event, _ in published if isinstance(event, LicenceChanged)] == [
        successor.number
    ]
    held = selectors.held_types([holder.id], TODAY)
    assert held == {(holder.id, "SPJYXKZ"): successor}


def test_a_licence_is_not_superseded_for_another_holder(holder: Subject) -> None:
    former = issue(holder)
    other = cast.zhang_san().subject

    with pytest.raises(services.FaultyIssue):
        services.renew(
            former.number,
            request(other, case_number="CASE-2"),
            ground=GROUND,
            actor=PLATFORM,
            at=cast.NOW,
        )

    assert selectors.get_by_number(former.number).status is LicenceStatus.VALID
    assert models.Licence.objects.count() == 1


def test_the_table_refuses_a_second_licence_of_a_case(holder: Subject) -> None:
    issue(holder)
    row = models.Licence.objects.get()
    row.pk, row.number, row.serial = new_id(), "other", "other"
    row._state.adding = True

    with pytest.raises(IntegrityError, match="licence_once_a_case_and_type"), transaction.atomic():
        row.save(force_insert=True)


def test_a_faulty_type_refuses_the_whole_load(holder: Subject) -> None:
    rows = json.loads(TYPES.read_text("utf-8"))
    count = models.LicenceType.objects.count()

    with pytest.raises(services.FaultyLicenceType):
        services.load_licence_types(
            [{**rows[0], "code": "NEW", "serial": "999"}, {**rows[1], "holder_kinds": ["ROBOT"]}],
            actor=PLATFORM,
            at=cast.NOW,
        )

    assert models.LicenceType.objects.count() == count


@pytest.mark.parametrize("count", [2, 20])
def test_lists_cost_one_query(holder: Subject, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        issue(holder, case_number=f"CASE-{number}")

    with django_assert_num_queries(1):
        assert len(selectors.list_for_holders([holder.id])) == count
    with django_assert_num_queries(1):
        assert set(selectors.held_types([holder.id], TODAY)) == {(holder.id, "SPJYXKZ")}


@pytest.mark.parametrize(("licence_type", "issuer"), [("SPJYXKZ", "SCJG"), ("QSZM", "SW")])
def test_a_face_is_a_pdf(holder: Subject, licence_type: str, issuer: str) -> None:
    licence = issue(
        holder, licence_type=licence_type, issuer=issuer, fields={"name": "示例小馆", "uscc": cast.uscc(88)}
    )

    assert services.sign_file(licence.number, actor=PLATFORM, at=cast.NOW).pdf.startswith(b"%PDF")


def test_the_nightly_task_marks_by_the_business_clock(holder: Subject) -> None:
    number = issue(holder).number

    with clock.standing_at(cast.NOW.replace(year=2031)):
        tasks.expire_due(timestamp=0)

    assert selectors.get_by_number(number).status is LicenceStatus.EXPIRED
