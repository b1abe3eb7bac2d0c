import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

import tongban
from domains.identity import cast
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, selectors, services, states, tasks
from tongban.domains.licences.events import LicenceChanged, LicenceEvent, LicenceIssued
from tongban.domains.licences.services import issuing
from tongban.domains.licences.types import IssueRequest, LicenceAction, LicenceStatus
from tongban.domains.messaging import selectors as messaging
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM
from tongban.kernel.identifiers import parse_licence_id, validate_licence_id
from tongban.kernel.ids import new_id

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
TYPES = Path(tongban.__file__).parent / "demo/data/licence_types.json"


@pytest.fixture
def holder() -> Subject:
    cast.load_city()
    rows = json.loads(TYPES.read_text("utf-8"))
    for number, code in enumerate(sorted({row["issuer_kind"] for row in rows})):
        cast.department(code, number + 1)
    services.load_licence_types(rows, actor=PLATFORM, at=cast.NOW)
    return cast.small_restaurant()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    events: list[tuple[Any, str]] = []

    def keep(event: Any, *, queue: str) -> None:
        if isinstance(event, LicenceEvent):
            events.append((event, queue))

    monkeypatch.setattr(issuing.outbox, "publish", keep)
    return events


def request(holder: Subject, **changes: Any) -> IssueRequest:
    values = {
        "licence_type": "SPJYXKZ",
        "holder_id": holder.id,
        "holder_name": holder.name,
        "issuer": "SCJG",
        "case_number": "CASE-1",
        "issued_on": TODAY,
        "valid_years": 5,
        "fields": {"name": holder.name, "food_business": "餐饮服务经营者"},
    }
    return IssueRequest(**{**values, **changes})


def issue(holder: Subject, **changes: Any) -> Any:
    return services.issue(request(holder, **changes), actor=PLATFORM, at=cast.NOW)


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


def test_a_race_on_one_case_ends_in_one_licence(
    holder: Subject, published: list[tuple[Any, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = issue(holder)
    answers = iter([None, first])
    monkeypatch.setattr(issuing, "_issued_by_case", lambda _request: next(answers))

    second = issue(holder)

    assert second == first
    assert models.Licence.objects.count() == 1
    assert len(published) == 1


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
    issue(holder, licence_type="SFZ", issuer="GA", fields={"name": "张三", "resident_id": number})

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
    with pytest.raises(selectors.LicenceNotFound):
        services.cancel("1.2.3", actor=PLATFORM, at=cast.NOW, reason="")


def test_cancelling_is_final_recorded_and_told(holder: Subject, published: list[tuple[Any, str]]) -> None:
    number = issue(holder).number

    services.cancel(number, actor=PLATFORM, at=cast.NOW + timedelta(days=1), reason="企业注销")
    with pytest.raises(states.IllegalTransition):
        services.reinstate(number, actor=PLATFORM, at=cast.NOW + timedelta(days=2), reason="")

    assert selectors.get_by_number(number).status is LicenceStatus.CANCELLED
    assert [(entry.action, entry.reason) for entry in selectors.history(number)] == [
        (LicenceAction.ISSUE, ""),
        (LicenceAction.CANCEL, "企业注销"),
    ]
    assert [type(event) for event, _queue in published] == [LicenceIssued, LicenceChanged]
    [message] = messaging.inbox([holder.id])
    assert message.body.endswith("的状态变为“注销”。企业注销")


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        (services.revoke, LicenceStatus.REVOKED),
        (services.annul, LicenceStatus.ANNULLED),
        (services.suspend, LicenceStatus.SUSPENDED),
    ],
)
def test_a_licence_that_is_not_valid_is_not_relied_on(holder: Subject, verb: Any, status: str) -> None:
    number = issue(holder).number
    assert selectors.find_valid(holder.id, "SPJYXKZ", TODAY) is not None

    verb(number, actor=PLATFORM, at=cast.NOW, reason="示例")

    assert selectors.get_by_number(number).status is status
    assert selectors.find_valid(holder.id, "SPJYXKZ", TODAY) is None


def test_a_suspension_ends(holder: Subject) -> None:
    number = issue(holder).number
    services.suspend(number, actor=PLATFORM, at=cast.NOW, reason="整改")

    services.reinstate(number, actor=PLATFORM, at=cast.NOW, reason="整改完成")

    assert selectors.find_valid(holder.id, "SPJYXKZ", TODAY) is not None


def test_an_expired_licence_is_not_relied_on_even_before_the_job_marks_it(holder: Subject) -> None:
    licence = issue(holder)
    last_day, day_after = date(2031, 3, 1), date(2031, 3, 2)

    assert selectors.find_valid(holder.id, "SPJYXKZ", last_day) == licence
    assert selectors.find_valid(holder.id, "SPJYXKZ", day_after) is None
    assert selectors.find_valid(holder.id, "SPJYXKZ", TODAY - timedelta(days=1)) is None
    assert selectors.status_on(licence, day_after) is LicenceStatus.EXPIRED


def test_the_expiry_job_marks_late_and_only_once(holder: Subject) -> None:
    number = issue(holder).number
    services.suspend(issue(holder, case_number="CASE-2").number, actor=PLATFORM, at=cast.NOW, reason="")
    issue(holder, case_number="CASE-3", valid_years=None)
    long_after = cast.NOW.replace(year=2032)

    assert services.expire_due(at=cast.NOW.replace(year=2031)) == 2
    assert services.expire_due(at=long_after) == 0
    assert selectors.get_by_number(number).status is LicenceStatus.EXPIRED


def test_a_successor_takes_over_with_the_next_version(
    holder: Subject, published: list[tuple[Any, str]]
) -> None:
    former = issue(holder)
    change = request(holder, case_number="CASE-2", fields={"name": "示例小馆二店"})

    successor = services.supersede(former.number, change, actor=PLATFORM, at=cast.NOW, reason="变更名称")
    again = services.supersede(former.number, change, actor=PLATFORM, at=cast.NOW, reason="变更名称")

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
        services.supersede(
            former.number,
            request(other, case_number="CASE-2"),
            actor=PLATFORM,
            at=cast.NOW,
            reason="",
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
            [{**rows[0], "code": "NEW", "serial": "999"}, {**rows[1], "holder_kind": "ROBOT"}],
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
