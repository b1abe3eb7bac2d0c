"""A small real city for the doors' tests: two districts, every department, the demo's guides, packages and people."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from stdnum.cn import uscc as stdnum_uscc

import tongban.demo
from granting import grant_what_guides_need
from tongban.domains.catalogue import services as catalogue
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.domains.exchange import services as exchange
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import IssueRequest
from tongban.domains.lifeevents import services as lifeevents
from tongban.domains.registers import services as registers
from tongban.domains.registers.types import (
    BirthRecord,
    EntityRecord,
    PersonRecord,
    PremisesRecord,
    RelationKind,
)
from tongban.domains.standards import services as standards
from tongban.foundation.imports import Tally
from tongban.kernel.actors import PLATFORM, Role
from tongban.kernel.divisions import DivisionRegister
from tongban.kernel.identifiers.org_code import check_character as org_check

DATA = Path(tongban.demo.__file__).parent / "data"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
PASSWORD = "示例-Demo-2026"
DISTRICT, STREET = "310115", "310115007"
NAMES = {
    "31": "上海市",
    "3101": "市辖区",
    "310101": "黄浦区",
    "310101002": "南京东路街道",
    DISTRICT: "浦东新区",
    STREET: "陆家嘴街道",
    "310115009": "周家渡街道",
}


@dataclass
class City:
    """Ids by the demo's keys."""

    subjects: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)


@transaction.atomic
def build() -> City:
    city = City()
    register = DivisionRegister(MappingProxyType(NAMES), frozenset())
    directory.load_divisions(local="31", actor=PLATFORM, at=NOW, register=register)
    _departments()
    standards.load_dictionary(_rows("elements.json"), actor=PLATFORM, at=NOW)
    standards.load_material_types(_rows("material_types.json"), actor=PLATFORM, at=NOW)
    exchange.load_systems(_rows("systems.json"), actor=PLATFORM, at=NOW)
    exchange.load_resources(_rows("resources.json"), actor=PLATFORM, at=NOW)
    for row in _rows("resources.json"):
        exchange.set_live(row["code"], is_live=True, actor=PLATFORM, at=NOW)
    licences.load_licence_types(_rows("licence_types.json"), actor=PLATFORM, at=NOW)
    guides = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "guides").glob("*.json"))]
    grant_what_guides_need(guides, at=NOW)
    report = catalogue.import_guides(guides, actor=PLATFORM, at=NOW)
    assert not report.refused, report.findings
    packages = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "packages").glob("*.json"))]
    loaded = lifeevents.import_packages(packages, actor=PLATFORM, at=NOW)
    assert not loaded.refused, loaded.findings
    _people(city)
    return city


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / name).read_text("utf-8"))
    return rows


def _departments() -> None:
    centre = {
        "code": "C1",
        "name": "浦东新区政务服务中心（示例）",
        "address": "示例路88号",
        "phone": "021-50000088",
        "hours": "周一至周五 9:00至17:00",
        "division": DISTRICT,
    }
    windows = []
    for number, row in enumerate(_rows("departments.json")):
        connection = Connection(row.get("connection", "CONSOLE"))
        city = Department(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            uscc=_uscc(number * 2, "310000"),
            division="31",
            level=Level.CITY,
            guided_by=None,
            connection=connection,
            phone="021-50000001",
            complaint_phone="021-50000002",
            address="示例市示例路1号",
            reconsideration_body="示例市人民政府",
            court="示例铁路运输法院",
        )
        directory.save_department(city, actor=PLATFORM, at=NOW)
        offices = [row["code"]]
        if row["districts"]:
            office = f"{row['code']}-{DISTRICT}"
            name = row["name"].replace("示例市", "浦东新区")
            directory.save_department(
                Department(
                    code=office,
                    name=name,
                    short_name=row["short_name"],
                    uscc=_uscc(number * 2 + 1, DISTRICT),
                    division=DISTRICT,
                    level=Level.COUNTY,
                    guided_by=row["code"],
                    connection=connection,
                    phone="021-50000003",
                    complaint_phone="021-50000004",
                    address="示例市浦东新区示例路2号",
                    reconsideration_body="浦东新区人民政府",
                    court="示例铁路运输法院",
                ),
                actor=PLATFORM,
                at=NOW,
            )
            offices.append(office)
        windows.append(
            {
                "code": f"W-{row['code']}",
                "centre": "C1",
                "name": f"{number + 1}号综合窗口",
                "phone": "021-50000088",
                "hours": "周一至周五 9:00至17:00",
                "departments": offices,
            }
        )
    tally = Tally()
    directory.load_directory({"centres": [centre], "windows": windows}, tally=tally, actor=PLATFORM, at=NOW)
    assert not tally.refused, tally.findings


def _people(city: City) -> None:
    data = json.loads((DATA / "people.json").read_text("utf-8"))
    for row in data["persons"]:
        subject = identity.register_person(name=row["name"], number=row["number"], actor=PLATFORM, at=NOW)
        city.subjects[row["key"]] = subject.id
        registers.save_person(_record(PersonRecord, row, subject.id), actor=PLATFORM, at=NOW)
        if row.get("username"):
            city.accounts[row["username"]] = open_account(row["username"], row["name"], subject.id)
    for row in data["entities"]:
        subject = identity.register_entity(name=row["name"], number=row["number"], actor=PLATFORM, at=NOW)
        city.subjects[row["key"]] = subject.id
        registers.save_entity(_record(EntityRecord, row, subject.id), actor=PLATFORM, at=NOW)
    for row in data["relations"]:
        registers.relate(
            kind=RelationKind(row["kind"]),
            subject_id=city.subjects[row["subject"]],
            other_id=city.subjects[row["other"]],
            since_date=date.fromisoformat(row["since_date"]),
            reference=row.get("reference", ""),
            actor=PLATFORM,
            at=NOW,
        )
    for row in data["births"]:
        record = {**row, "birth_date": date.fromisoformat(row["birth_date"])}
        registers.save_birth(
            BirthRecord(mother_id=city.subjects[record.pop("mother")], **record), actor=PLATFORM, at=NOW
        )
    for row in data["premises"]:
        record = dict(row)
        registers.save_premises(
            PremisesRecord(subject_id=city.subjects[record.pop("subject")], **record), actor=PLATFORM, at=NOW
        )
    for row in data["mandates"]:
        if MandateKind(row["kind"]) is MandateKind.LEGAL_REPRESENTATIVE:
            identity.grant_mandate(
                kind=MandateKind.LEGAL_REPRESENTATIVE,
                principal=city.subjects[row["principal"]],
                agent=city.subjects[row["agent"]],
                basis=row["basis"],
                actor=PLATFORM,
                at=NOW,
            )
    for row in data["licences"]:
        if "310115" in row["issuer"] or "-" not in row["issuer"]:
            _licence(city, row)
    _officers(city, data["officers"])


@cache
def encoded_password() -> str:
    """One hash for all of them: in an installation of its own, outside the tests' process, hashing is slow on purpose."""
    return make_password(PASSWORD)


def open_account(username: str, name: str, subject: UUID | None) -> UUID:
    account = identity.open_account(
        username=username,
        password=None,
        encoded_password=encoded_password(),
        email=f"{username}@example.com",
        name=name,
        actor=PLATFORM,
        at=NOW,
    )
    if subject is not None:
        identity.bind_subject(account_id=account, subject_id=subject, actor=PLATFORM, at=NOW)
    return account


def _licence(city: City, row: dict[str, Any]) -> None:
    licences.issue(
        IssueRequest(
            licence_type=row["licence_type"],
            holder_id=city.subjects[row["holder"]],
            holder_name=row["fields"].get("name", "示例"),
            issuer=row["issuer"],
            case_number=None,
            issued_on=date.fromisoformat(row["issued_on"]),
            valid_years=row.get("valid_years"),
            fields=row["fields"],
        ),
        actor=PLATFORM,
        at=NOW,
    )


def _officers(city: City, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["division"] != DISTRICT:
            continue
        account = open_account(row["username"], row["name"], None)
        city.accounts[row["username"]] = account
        identity.appoint_officer(
            account_id=account,
            department=row["department"],
            post=row["post"],
            roles=[Role(role) for role in row["roles"]],
            actor=PLATFORM,
            at=NOW,
        )


def _record(kind: Any, row: dict[str, Any], subject: UUID) -> Any:
    """A register's record from the demo's row: only the fields it has, days as days."""
    names = [name for name in kind.__dataclass_fields__ if name in row]
    values = {name: date.fromisoformat(row[name]) if name.endswith("_date") else row[name] for name in names}
    return kind(subject_id=subject, **values)


def _uscc(sequence: int, area: str) -> str:
    organisation = f"{sequence + 1:08}"
    body = f"11{area}{organisation}{org_check(organisation)}"
    return body + str(stdnum_uscc.calc_check_digit(body))
