"""留痕: who sees which batches and records, and what the page says of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domains.cases.city import FIRE_OFFICE, FOOD_OFFICE, RECEIVED_AT
from domains.exchange.test_evidence import seal_all
from sites.console.conftest import Desk
from tongban.domains.exchange import models, services
from tongban.domains.exchange.services import evidence
from tongban.domains.exchange.types import (
    EvidenceProblem,
    EvidenceReport,
    Exchanged,
    LookupRequest,
    LookupResult,
    Outcome,
    ProblemKind,
    Trace,
)
from tongban.kernel.actors import PLATFORM, Role

pytestmark = pytest.mark.django_db
ADDRESS = "/console/data/evidence/"


@pytest.fixture(autouse=True)
def looked_anew() -> Any:
    evidence.forget()
    yield
    evidence.forget()


@pytest.fixture
def records(firm: Any) -> dict[str, str]:
    """One record of a resource of each of two offices: id by office."""
    made = {}
    for office in (FOOD_OFFICE, FIRE_OFFICE):
        row = {
            "code": f"T-{office}",
            "name": f"资源{office}",
            "provider": office,
            "sharing": "2",
            "fields": ["a"],
        }
        services.load_resources([row], actor=PLATFORM, at=RECEIVED_AT)
        made[office] = str(write(firm, f"T-{office}"))
    return made


def write(firm: Any, resource: str) -> Any:
    exchange = evidence.begin(actor=PLATFORM, at=RECEIVED_AT)
    request = LookupRequest(resource, firm, ("a",), "用途示例", "案由示例")
    result = LookupResult(Outcome.FOUND, {})
    evidence.keep([Exchanged(exchange, request, result, Trace(bytes(32)))], actor=PLATFORM, at=RECEIVED_AT)
    return exchange.id


@pytest.fixture
def steward(seat: Callable[..., Desk]) -> Desk:
    return seat("顾清源", Role.DATA_STEWARD)


@pytest.fixture
def bureau(seat: Callable[..., Desk], settings: Any) -> Desk:
    settings.DATA_BUREAU = FIRE_OFFICE
    return seat("金守正", Role.SUPERVISOR, office=FIRE_OFFICE)


def text(desk: Desk, address: str, status: int = 200) -> str:
    response = desk.client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_before_the_first_batch_the_page_says_what_will_come(steward: Desk) -> None:
    page = text(steward, ADDRESS)

    assert "还没有封存的批次" in page
    assert "还没有做过全部核验" in page
    assert "还没有查询记录" in page


def test_a_steward_sees_the_records_of_her_offices_resources_only(
    steward: Desk, records: dict[str, str]
) -> None:
    page = text(steward, ADDRESS)

    assert records[FOOD_OFFICE] in page
    assert records[FIRE_OFFICE] not in page
    assert "没有查到" not in text(steward, f"{ADDRESS}{records[FOOD_OFFICE]}/")
    text(steward, f"{ADDRESS}{records[FIRE_OFFICE]}/", 404)
    found = steward.client.get(ADDRESS, {"exchange": records[FOOD_OFFICE]})
    assert (found.status_code, found["Location"]) == (302, f"{ADDRESS}{records[FOOD_OFFICE]}/")
    assert (
        "没有找到编号为这个的查询记录"
        in steward.client.get(ADDRESS, {"exchange": records[FIRE_OFFICE]}).content.decode()
    )


def test_the_data_bureau_sees_all_of_them(bureau: Desk, records: dict[str, str]) -> None:
    page = text(bureau, ADDRESS)

    assert all(number in page for number in records.values())


@pytest.mark.parametrize("problems", [0, 3])
def test_what_the_last_verification_found_is_said(bureau: Desk, problems: int) -> None:
    found = (EvidenceProblem(ProblemKind.MODIFIED, 1),) * problems
    services.note_verification(EvidenceReport(7, 7, 0, 1, 1, 1, found), at=RECEIVED_AT)

    page = text(bureau, ADDRESS)

    assert ("没有发现改动、缺失或插入" in page, "发现 3 处问题" in page) == (problems == 0, problems == 3)


@pytest.mark.django_db(transaction=True)
def test_a_batch_and_the_proof_of_a_record(bureau: Desk, records: dict[str, str]) -> None:
    seal_all()

    page = text(bureau, ADDRESS)
    record = text(bureau, f"{ADDRESS}{records[FOOD_OFFICE]}/")

    batch = models.EvidenceBatch.objects.get()
    assert "第 1 批到第 1 批首尾相接，没有缺口" in page
    assert bytes(batch.head).hex()[:16] in page
    assert "这条记录是第 1 批 2 条中的第 1 条" in record
    assert bytes(batch.root).hex() in record


def test_a_fault_stands_out(bureau: Desk, records: dict[str, str], settings: Any) -> None:
    settings.EVIDENCE_LIMIT = timedelta(seconds=-1)
    evidence.forget()

    page = text(bureau, ADDRESS)

    assert "查询已全部停止：记录超过时限没有封存" in page


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_costs_the_same_for_two_and_twenty(
    bureau: Desk, firm: Any, records: dict[str, str], count: int, django_assert_max_num_queries: Any
) -> None:
    for _nth in range(count):
        write(firm, f"T-{FOOD_OFFICE}")

    with django_assert_max_num_queries(16):
        text(bureau, ADDRESS)
