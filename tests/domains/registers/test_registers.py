import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

import tongban
from domains.identity import cast
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.services import registry
from tongban.domains.exchange.types import LookupRequest, Outcome
from tongban.domains.registers import models, selectors, services
from tongban.domains.registers.services.deposits import DepositProvider
from tongban.domains.registers.services.providers import PROVIDERS
from tongban.domains.registers.types import (
    BirthRecord,
    EntityRecord,
    PersonRecord,
    PremisesRecord,
    RelationKind,
)
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
RESOURCES = json.loads((Path(tongban.__file__).parent / "demo/data/resources.json").read_text("utf-8"))
FIELDS = {row["code"]: tuple(field["name"] for field in row["fields"]) for row in RESOURCES}


def fetch(resource: str, subject_id: UUID) -> dict[str, Any] | None:
    found = PROVIDERS[resource].fetch(subject_id=subject_id, fields=FIELDS[resource])
    return None if found is None else dict(found)


def save_person(subject_id: UUID, **changes: Any) -> None:
    values = {
        "subject_id": subject_id,
        "sex": "1",
        "birth_date": date(1890, 1, 1),
        "ethnicity": "汉族",
        "household_address": "示例路3号",
        "household_number": "H-1",
    }
    services.save_person(PersonRecord(**{**values, **changes}), actor=PLATFORM, at=cast.NOW)


def save_entity(subject_id: UUID, **changes: Any) -> None:
    values = {
        "subject_id": subject_id,
        "entity_kind": "ENTERPRISE",
        "address": "示例路4号",
        "business_scope": "餐饮服务",
        "scope_has_catering": True,
        "industry": "6210",
        "registered_capital_fen": 10_000_000,
        "founded_date": date(2026, 2, 1),
    }
    services.save_entity(EntityRecord(**{**values, **changes}), actor=PLATFORM, at=cast.NOW)


def relate(kind: RelationKind, subject_id: UUID, other_id: UUID, reference: str = "") -> None:
    services.relate(
        kind=kind,
        subject_id=subject_id,
        other_id=other_id,
        reference=reference,
        since_date=date(2020, 5, 20),
        actor=PLATFORM,
        at=cast.NOW,
    )


def test_every_resource_of_the_demo_has_a_provider() -> None:
    assert set(PROVIDERS) <= set(FIELDS)
    assert all(registry.provider_for(code) is PROVIDERS[code] for code in PROVIDERS)
    assert all(registry.provider_for(code) == DepositProvider(code) for code in set(FIELDS) - set(PROVIDERS))


@pytest.fixture
def fund() -> str:
    cast.load_city()
    cast.department("GJJ")
    row = {
        "code": "RK-FUND",
        "name": "公积金缴存信息",
        "provider": "GJJ",
        "sharing": "2",
        "fields": ["account", "is_contributing"],
    }
    exchange.load_resources([row], actor=PLATFORM, at=cast.NOW)
    return "RK-FUND"


def test_what_a_department_deposited_is_found_and_kept_encrypted(fund: str) -> None:
    zhang = cast.zhang_san()
    for account in ("old", "A-1"):
        services.deposit(
            resource=fund,
            subject_id=zhang.subject.id,
            values={"account": account, "is_contributing": True},
            actor=PLATFORM,
            at=cast.NOW,
        )

    found = exchange.look_up(
        LookupRequest(fund, zhang.subject.id, ("account",), "FUND", "draft-1"),
        actor=zhang.actor,
        at=cast.NOW,
    )

    assert (found.outcome, found.values["account"].value) == (Outcome.FOUND, "A-1")
    assert "A-1" not in models.Deposit.objects.get().values_cipher
    assert DepositProvider(fund).fetch(subject_id=cast.li_si().subject.id, fields=("account",)) is None


def test_a_deposit_under_an_unknown_field_is_refused(fund: str) -> None:
    zhang = cast.zhang_san()

    with pytest.raises(services.FaultyDeposit):
        services.deposit(
            resource=fund, subject_id=zhang.subject.id, values={"salary": 1}, actor=PLATFORM, at=cast.NOW
        )

    assert models.Deposit.objects.count() == 0


def test_a_person_and_her_household() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    save_person(zhang.subject.id, is_household_head=True)
    save_person(li.subject.id, sex="2", birth_date=date(1891, 1, 1))

    assert fetch("RK-PERSON", zhang.subject.id) == {
        "name": "张三",
        "resident_id": zhang.number,
        "sex": "1",
        "birth_date": "1890-01-01",
        "ethnicity": "汉族",
        "household_address": "示例路3号",
    }
    assert fetch("RK-HOUSEHOLD", li.subject.id) == {
        "household_number": "H-1",
        "head_name": "张三",
        "household_address": "示例路3号",
        "members": ("张三", "李四"),
    }


def test_only_the_fields_asked_for_leave() -> None:
    zhang = cast.zhang_san()
    save_person(zhang.subject.id)

    found = PROVIDERS["RK-PERSON"].fetch(subject_id=zhang.subject.id, fields=("sex",))

    assert found == {"sex": "1"}


def test_a_marriage_is_known_from_both_sides_and_its_end_too() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    save_person(zhang.subject.id)
    save_person(li.subject.id)
    relate(RelationKind.SPOUSE, zhang.subject.id, li.subject.id, "J310115-2020-000001")

    assert fetch("RK-MARRIAGE", li.subject.id) == {
        "is_married": True,
        "spouse_name": "张三",
        "spouse_resident_id": zhang.number,
        "marriage_certificate_number": "J310115-2020-000001",
    }
    services.end_relation(
        kind=RelationKind.SPOUSE,
        subject_id=li.subject.id,
        other_id=zhang.subject.id,
        until_date=date(2025, 1, 1),
        actor=PLATFORM,
        at=cast.NOW,
    )
    assert fetch("RK-MARRIAGE", zhang.subject.id) == {"is_married": False}


def test_the_same_marriage_is_kept_once_and_a_second_refused() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    third = cast.person("王五", 5, "wangwu")
    relate(RelationKind.SPOUSE, zhang.subject.id, li.subject.id)
    relate(RelationKind.SPOUSE, li.subject.id, zhang.subject.id)

    for one in (zhang, li):
        with pytest.raises(services.FaultyRelation):
            relate(RelationKind.SPOUSE, one.subject.id, third.subject.id)

    assert models.Relation.objects.count() == 1


def test_nobody_is_related_to_herself() -> None:
    zhang = cast.zhang_san()

    with pytest.raises(services.FaultyRelation):
        relate(RelationKind.PARENT, zhang.subject.id, zhang.subject.id)

    assert models.Relation.objects.count() == 0


def test_an_entity_has_one_legal_representative() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    firm = cast.small_restaurant()
    save_entity(firm.id, has_unpaid_tax=False, taxpayer_kind="SMALL")
    relate(RelationKind.LEGAL_REPRESENTATIVE, zhang.subject.id, firm.id)

    with pytest.raises(services.FaultyRelation):
        relate(RelationKind.LEGAL_REPRESENTATIVE, li.subject.id, firm.id)

    found = fetch("FR-ENTITY", firm.id)
    assert found is not None
    assert (found["name"], found["uscc"]) == ("示例小馆", cast.uscc(88))
    assert (found["legal_representative"], found["legal_representative_id"]) == ("张三", zhang.number)
    assert found["founded_date"] == "2026-02-01"
    assert found.keys() == set(FIELDS["FR-ENTITY"])
    assert [relation.subject.name for relation in selectors.list_relations(firm.id)] == ["张三"]


def test_what_an_authority_has_not_recorded_is_not_found() -> None:
    firm = cast.small_restaurant()
    save_entity(firm.id, has_unpaid_tax=False, has_unused_invoices=True)

    assert fetch("FR-TAX", firm.id) == {"has_unpaid_tax": False, "has_unused_invoices": True}
    assert fetch("FR-CUSTOMS", firm.id) is None


def test_births_insurance_and_premises() -> None:
    li = cast.li_si()
    save_person(li.subject.id, is_employee_insured=True, insured_division="310115")
    birth = BirthRecord(li.subject.id, "A310000001", "示例妇产科医院", date(2026, 2, 20), 3300, True)
    services.save_birth(birth, actor=PLATFORM, at=cast.NOW)
    premises = PremisesRecord(li.subject.id, "示例路5号", 120, "商业")
    services.save_premises(premises, actor=PLATFORM, at=cast.NOW)

    assert fetch("RK-BIRTH", li.subject.id) == {
        "birth_hospital": "示例妇产科医院",
        "birth_date": "2026-02-20",
        "birth_weight_g": 3300,
        "birth_record_number": "A310000001",
        "is_born_in_city": True,
    }
    assert fetch("RK-INSURANCE", li.subject.id) == {
        "is_employee_insured": True,
        "insured_division": "310115",
    }
    assert fetch("BDC-PREMISES", li.subject.id) == {
        "premises_address": "示例路5号",
        "premises_area_m2": 120,
        "premises_use": "商业",
    }


@pytest.mark.parametrize("resource", sorted(PROVIDERS))
def test_a_register_that_does_not_know_somebody_says_so(resource: str) -> None:
    assert fetch(resource, cast.zhang_san().subject.id) is None


def test_saving_again_replaces_the_record() -> None:
    zhang = cast.zhang_san()
    save_person(zhang.subject.id)

    save_person(zhang.subject.id, ethnicity="回族")

    assert models.Person.objects.get().ethnicity == "回族"


def test_the_table_refuses_an_unknown_sex_code() -> None:
    zhang = cast.zhang_san()

    with pytest.raises(IntegrityError, match="person_sex_code"), transaction.atomic():
        save_person(zhang.subject.id, sex="M")
