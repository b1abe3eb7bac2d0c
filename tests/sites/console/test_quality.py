"""Quality, findings and batch files: the fire office provides, the food office has nothing to do with it."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from domains.cases.city import FIRE_OFFICE, RECEIVED_AT
from domains.identity import cast
from sites.console.conftest import Desk
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.tasks import take_batch, take_batches
from tongban.domains.exchange.types import FindingKind
from tongban.domains.identity import services as identity
from tongban.kernel.actors import PLATFORM, Role
from tongban.kernel.instants import shanghai_date

pytestmark = pytest.mark.django_db
CODE = "T-FIRE"
FIELDS = [
    {"name": "result", "label": "检查结论", "element": None, "field_type": "text", "length": 4},
    {"name": "checked_on", "label": "检查日期", "element": None, "field_type": "date"},
]


@pytest.fixture
def number(firm: Any, settings: Any, tmp_path: Path) -> str:
    settings.EXCHANGE_INBOX = tmp_path / "inbox"
    row = {"code": CODE, "name": "消防检查结论", "provider": FIRE_OFFICE, "sharing": "1", "fields": FIELDS}
    services.load_resources([row], actor=PLATFORM, at=RECEIVED_AT)
    found = cast.resident_number(501)
    identity.register_person(name="示例", number=found, actor=PLATFORM, at=RECEIVED_AT)
    return found


@pytest.fixture
def provider(seat: Callable[..., Desk], number: str) -> Desk:
    return seat("陆思齐", Role.DATA_STEWARD, office=FIRE_OFFICE)


@pytest.fixture
def other(seat: Callable[..., Desk], number: str) -> Desk:
    return seat("顾清源", Role.DATA_STEWARD)


def text_of(desk: Desk, address: str, status: int = 200) -> str:
    response = desk.client.get(address)
    assert response.status_code == status
    return unescape(response.content.decode())


def drop(desk: Desk, content: bytes, name: str = "rows.csv", resource: str = CODE) -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return desk.client.post("/console/data/batches/", {"resource": resource, "file": file})


def rows_of(number: str) -> bytes:
    lines = [
        "result,checked_on,subject_number",
        f"合格,2026-02-30,{number}",
        f"合格,2026-02-03,{number}",
    ]
    return "\n".join(lines).encode()


def test_a_dropped_file_is_processed_and_its_bad_rows_are_shown_masked(provider: Desk, number: str) -> None:
    assert drop(provider, rows_of(number)).status_code == 302
    assert "排队处理" in text_of(provider, "/console/data/batches/")

    for path in services.waiting_files([CODE]):
        take_batch(str(path))

    batch = models.Batch.objects.get()
    assert (batch.rows, batch.kept, batch.quarantined) == (2, 0, 2)
    page = text_of(provider, f"/console/data/batches/{batch.pk}/")
    assert "检查日期应是存在的日期" in page
    assert number not in page
    listed = provider.client.get(f"/console/data/batches/{batch.pk}/quarantine.csv").content.decode(
        "utf-8-sig"
    )
    table = list(csv.reader(io.StringIO(listed)))
    assert table[0] == ["行", "原因"]
    assert [row[0] for row in table[1:]] == ["1", "2"]
    assert number not in listed


def test_each_waiting_file_gets_a_job_of_its_own_once(provider: Desk, number: str) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    drop(provider, rows_of(number))
    drop(provider, rows_of(number) + b"\n", name="more.csv")

    take_batches(0)
    take_batches(0)

    assert ProcrastinateJob.objects.filter(task_name="exchange.take_batch").count() == 2


@pytest.mark.parametrize(
    ("name", "resource", "says"),
    [
        ("rows.xlsx", CODE, "Parquet"),
        ("rows.csv", "RK-PERSON", "请选择本部门的资源"),
        ("rows.csv", "", "请选择这个文件"),
    ],
)
def test_a_file_of_another_format_or_resource_is_refused(
    provider: Desk, number: str, name: str, resource: str, says: str
) -> None:
    refused = drop(provider, b"x", name=name, resource=resource)

    assert refused.status_code == 422
    assert says in unescape(refused.content.decode())
    assert services.waiting_files([CODE]) == []


def test_another_departments_batch_is_not_there(provider: Desk, other: Desk, number: str) -> None:
    drop(provider, rows_of(number))
    take_batch(str(services.waiting_files([CODE])[0]))
    batch = models.Batch.objects.get()

    text_of(other, f"/console/data/batches/{batch.pk}/", status=404)
    text_of(other, f"/console/data/batches/{batch.pk}/quarantine.csv", status=404)
    assert "rows.csv" not in text_of(other, "/console/data/batches/")
    assert drop(other, rows_of(number)).status_code == 422


def test_scores_trend_and_rules_are_shown(provider: Desk, number: str) -> None:
    good = rows_of(number).replace(b"2026-02-30", b"2026-02-28").splitlines()
    drop(provider, b"\n".join(good[:2]))
    take_batch(str(services.waiting_files([CODE])[0]))
    services.run_quality(CODE, actor=PLATFORM, at=RECEIVED_AT + timedelta(days=1))

    scores = text_of(provider, "/console/data/quality/")
    assert "1 项资源里检查过 1 项，其中 0 项低于 95 分" in scores
    assert "和上次一样" in scores
    one = text_of(provider, f"/console/data/quality/{CODE}/")
    assert "检查结论不超过规定的长度" in one
    assert one.count("<title>2026") == len(selectors.list_quality_runs(CODE)) == 2


def test_a_resource_of_another_department_has_no_page(other: Desk) -> None:
    text_of(other, f"/console/data/quality/{CODE}/", status=404)


def test_a_finding_is_answered_by_its_provider_in_words(provider: Desk, other: Desk) -> None:
    due = shanghai_date(RECEIVED_AT) + timedelta(days=5)
    finding = services.report_finding(
        CODE, FindingKind.NO_ANSWER, text="办件等不到数据", due_on=due, actor=PLATFORM, at=RECEIVED_AT
    )
    address = f"/console/data/findings/{finding.id}/"
    assert "1 个数据问题等着答复" in text_of(provider, "/console/data/findings/")
    text_of(other, address, status=404)

    empty = provider.client.post(address, {"answer": " "})
    assert empty.status_code == 422
    assert selectors.get_finding(finding.id).answered_at is None
    assert provider.client.post(address, {"answer": "接口已经恢复"}).status_code == 302

    answered = selectors.get_finding(finding.id)
    assert (answered.answer, answered.answered_by) == ("接口已经恢复", "陆思齐")
    assert "接口已经恢复" in text_of(provider, address)
    assert provider.client.post(address, {"answer": "再说一次"}).status_code == 404


def test_the_lists_take_the_same_queries_for_two_and_for_twenty(
    provider: Desk, django_assert_max_num_queries: Any
) -> None:
    def queries(address: str) -> int:
        with django_assert_max_num_queries(60) as counted:
            text_of(provider, address)
        return len(counted)

    addresses = ("/console/data/quality/", "/console/data/findings/", "/console/data/batches/")
    few = [queries(address) for address in addresses]
    due = shanghai_date(RECEIVED_AT)
    for nth in range(20):
        services.report_finding(
            CODE,
            FindingKind.QUALITY,
            text=str(nth),
            due_on=due,
            reference=str(nth),
            actor=PLATFORM,
            at=RECEIVED_AT,
        )
        models.Batch.objects.create(resource_id=CODE, sha256=str(nth), received_at=RECEIVED_AT, state="DONE")

    assert [queries(address) for address in addresses] == few
